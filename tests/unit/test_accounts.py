"""Users, sessions and tokens on the real database; the counting of tries by itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from dispatch.crews import Company, CompanyId, CompanyKind
from rescue.accounts import (
    LOG_INS_WAITING,
    TRIES_PER_MINUTE,
    Accounts,
    NameTaken,
    Principal,
    PrincipalKind,
    Role,
    TooManyTries,
    Tries,
    UnknownCompany,
    WeakPassword,
    WrongPassword,
    new_password,
)
from rescue.store.postgres import PostgresStore

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PASSWORD = "correct horse"
ANKANG = Company(company_id=CompanyId("ankang"), name="安康电梯", phone="0371-1", kind=CompanyKind.CONTRACTOR)
LI = Principal(kind=PrincipalKind.PERSON, name="li", role=Role.OPERATOR)


@pytest.fixture
def accounts(postgres_store: PostgresStore) -> Accounts:
    return Accounts(postgres_store.pool, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def everything_kept(store: PostgresStore) -> str:
    """All the database holds of accounts, as text."""
    rows = [await store.pool.fetch(f"SELECT * FROM {table}") for table in ("users", "sessions", "tokens")]
    return str([list(row.values()) for table in rows for row in table])


async def test_who_knows_the_password_gets_a_session_that_tells_who_they_are(accounts: Accounts) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    session = await accounts.log_in("li", PASSWORD, NOON)
    assert session.principal == LI
    assert await accounts.principal_of_session(session.secret, NOON) == LI
    assert await accounts.principal_of_session(session.secret + "x", NOON) is None
    assert await accounts.principal_of_session(session.secret, session.expires_at) is None


async def test_logging_out_ends_one_session_and_no_other(accounts: Accounts) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    first, second = [await accounts.log_in("li", PASSWORD, NOON) for _ in range(2)]
    await accounts.log_out(first.secret)
    assert await accounts.principal_of_session(first.secret, NOON) is None
    assert await accounts.principal_of_session(second.secret, NOON) == LI


async def test_a_wrong_password_and_an_unknown_name_are_told_alike(accounts: Accounts) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    with pytest.raises(WrongPassword) as wrong:
        await accounts.log_in("li", "wrong horse", NOON)
    with pytest.raises(WrongPassword) as unknown:
        await accounts.log_in("wang", PASSWORD, NOON)
    assert str(wrong.value) == str(unknown.value)


async def test_a_name_is_given_once_and_a_password_has_eight_characters(accounts: Accounts) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    with pytest.raises(NameTaken, match="li"):
        await accounts.add_user("li", Role.ADMIN, PASSWORD, NOON)
    with pytest.raises(WeakPassword, match="8"):
        await accounts.add_user("wang", Role.ADMIN, "1234567", NOON)
    assert (await accounts.log_in("li", PASSWORD, NOON)).principal.role is Role.OPERATOR


async def test_a_token_stands_for_its_company_or_its_role(accounts: Accounts, postgres_store: PostgresStore) -> None:
    await postgres_store.put_companies([ANKANG])
    companys = await accounts.add_token(ANKANG.company_id, NOON)
    auditors = await accounts.add_token(Role.AUDITOR, NOON)
    company = await accounts.principal_of_token(companys, NOON)
    auditor = await accounts.principal_of_token(auditors, NOON)
    assert company == Principal(kind=PrincipalKind.PROGRAM, name="ankang", company_id=ANKANG.company_id)
    assert auditor == Principal(kind=PrincipalKind.PROGRAM, name="auditor (token)", role=Role.AUDITOR)
    assert await accounts.principal_of_token(companys[:-1], NOON) is None
    with pytest.raises(UnknownCompany, match="nobody"):
        await accounts.add_token(CompanyId("nobody"), NOON)


async def test_when_a_token_was_last_used_is_known_to_the_hour(
    accounts: Accounts, postgres_store: PostgresStore
) -> None:
    token = await accounts.add_token(Role.ADMIN, NOON)

    async def last_used() -> datetime | None:
        at: datetime | None = await postgres_store.pool.fetchval("SELECT last_used_at FROM tokens")
        return at

    assert await last_used() is None
    for minutes, seen in ((0, 0), (59, 0), (61, 61)):
        await accounts.principal_of_token(token, NOON + timedelta(minutes=minutes))
        assert await last_used() == NOON + timedelta(minutes=seen)


async def test_what_the_database_holds_lets_nobody_in(accounts: Accounts, postgres_store: PostgresStore) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    session = await accounts.log_in("li", PASSWORD, NOON)
    token = await accounts.add_token(Role.ADMIN, NOON)
    kept = await everything_kept(postgres_store)
    assert "li" in kept
    for secret in (PASSWORD, session.secret, token):
        assert secret not in kept
    assert session.secret not in repr(session), "nor does a log line"


async def test_sessions_that_are_over_are_forgotten_at_the_next_log_in(
    accounts: Accounts, postgres_store: PostgresStore
) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    for days in range(3):
        await accounts.log_in("li", PASSWORD, NOON + timedelta(days=days))
    assert await postgres_store.pool.fetchval("SELECT count(*) FROM sessions") == 1


async def test_many_tries_at_once_are_many_tries(accounts: Accounts) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    tries = (accounts.log_in("li", "wrong horse", NOON) for _ in range(LOG_INS_WAITING))
    refusals = [type(refusal) for refusal in await asyncio.gather(*tries, return_exceptions=True)]
    assert refusals.count(WrongPassword) == TRIES_PER_MINUTE
    assert refusals.count(TooManyTries) == LOG_INS_WAITING - TRIES_PER_MINUTE


async def test_a_flood_of_log_ins_is_turned_away_rather_than_queued(accounts: Accounts) -> None:
    tries = (accounts.log_in(f"name {number}", PASSWORD, NOON) for number in range(LOG_INS_WAITING + 5))
    refusals = [type(refusal) for refusal in await asyncio.gather(*tries, return_exceptions=True)]
    assert refusals.count(TooManyTries) == 5


async def test_knowing_the_password_is_forgiven_every_earlier_slip(accounts: Accounts) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    for _ in range(3):
        for _ in range(TRIES_PER_MINUTE - 1):
            with pytest.raises(WrongPassword):
                await accounts.log_in("li", "wrong horse", NOON)
        await accounts.log_in("li", PASSWORD, NOON)


def wait_s(tries: Tries, now: datetime) -> int:
    """How long li is told to wait; 0 for a try that is let through."""
    try:
        tries.count("li", now)
    except TooManyTries as refused:
        return refused.retry_after_s
    return 0


@given(pauses_s=st.lists(st.floats(0, 30), max_size=60))
def test_no_minute_sees_more_tries_than_it_may(pauses_s: list[float]) -> None:
    tries = Tries()
    moments = [NOON + timedelta(seconds=at_s) for at_s in accumulate(pauses_s)]
    waits = [wait_s(tries, at) for at in moments]
    let_through = [at for at, wait in zip(moments, waits, strict=True) if wait == 0]
    assert all(0 <= wait <= 60 for wait in waits)
    for at in let_through:
        assert sum(at <= one < at + timedelta(minutes=1) for one in let_through) <= TRIES_PER_MINUTE


def test_whoever_waits_as_long_as_told_may_try_again() -> None:
    tries = Tries()
    assert [wait_s(tries, NOON) for _ in range(TRIES_PER_MINUTE)] == [0] * TRIES_PER_MINUTE
    told_s = wait_s(tries, NOON + timedelta(seconds=20.5))
    assert told_s > 0
    assert wait_s(tries, NOON + timedelta(seconds=20.5 + told_s)) == 0


def test_a_password_of_ours_is_long_enough_and_never_the_same() -> None:
    passwords = {new_password() for _ in range(100)}
    assert len(passwords) == 100
    assert all(len(password) >= 16 for password in passwords)
