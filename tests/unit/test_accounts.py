"""Users, sessions and tokens on the real database; the counting of tries by itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from devices.messages import Area, LiftId
from dispatch.crews import Company, CompanyId, CompanyKind
from rescue.accounts import (
    COMMAND,
    COUNTED_FOR,
    LOG_INS_WAITING,
    TRIES_OF_ADDRESS,
    TRIES_OF_NAME,
    TRIES_OF_NAME_AND_ADDRESS,
    Accounts,
    LogInGuard,
    NameTaken,
    Principal,
    PrincipalKind,
    Role,
    TooManyTries,
    UnknownCompany,
    UnknownToken,
    UnknownUser,
    UnknownVendor,
    VendorId,
    WeakPassword,
    WrongPassword,
    new_password,
)
from rescue.incident import Lift
from rescue.people.audit_log import Act, AuditLog
from rescue.store.audit_log import PostgresAuditLog, RecordsWanted
from rescue.store.postgres import PostgresStore
from tests.integration.centre import HandClock

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PASSWORD = "correct horse"
ANKANG = Company(company_id=CompanyId("ankang"), name="安康电梯", phone="0371-1", kind=CompanyKind.CONTRACTOR)
SENSORS = Lift(lift_id=LiftId("L1"), area=Area("410105"), attributes={"vendor": "sensors"})
LI = Principal(kind=PrincipalKind.PERSON, name="li", role=Role.OPERATOR)


@pytest.fixture
def accounts(postgres_store: PostgresStore) -> Accounts:
    return Accounts(postgres_store.url, postgres_store.pool, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


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
    assert refusals.count(WrongPassword) == TRIES_OF_NAME_AND_ADDRESS
    assert refusals.count(TooManyTries) == LOG_INS_WAITING - TRIES_OF_NAME_AND_ADDRESS


async def test_a_flood_of_log_ins_is_turned_away_rather_than_queued(accounts: Accounts) -> None:
    tries = (accounts.log_in(f"name {number}", PASSWORD, NOON) for number in range(LOG_INS_WAITING + 5))
    refusals = [type(refusal) for refusal in await asyncio.gather(*tries, return_exceptions=True)]
    assert refusals.count(TooManyTries) == 5


async def test_knowing_the_password_is_forgiven_every_earlier_slip(accounts: Accounts) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    for _ in range(3):
        for _ in range(TRIES_OF_NAME_AND_ADDRESS - 1):
            with pytest.raises(WrongPassword):
                await accounts.log_in("li", "wrong horse", NOON)
        await accounts.log_in("li", PASSWORD, NOON)


def wait_s(guard: LogInGuard, now: datetime, name: str = "li", address: str = "10.0.0.1") -> int:
    """How long li is told to wait; 0 for a try that is let through, and fails."""
    try:
        guard.demand_may_try(name, address, now)
    except TooManyTries as refused:
        return refused.retry_after_s
    guard.count(name, address, now)
    return 0


@given(pauses_s=st.lists(st.floats(0, 200), max_size=60))
def test_no_quarter_of_an_hour_sees_more_tries_than_it_may(pauses_s: list[float]) -> None:
    guard = LogInGuard()
    moments = [NOON + timedelta(seconds=at_s) for at_s in accumulate(pauses_s)]
    waits = [wait_s(guard, at) for at in moments]
    let_through = [at for at, wait in zip(moments, waits, strict=True) if wait == 0]
    assert all(0 <= wait <= COUNTED_FOR.total_seconds() for wait in waits)
    for at in let_through:
        assert sum(at <= one < at + COUNTED_FOR for one in let_through) <= TRIES_OF_NAME_AND_ADDRESS


def test_whoever_waits_as_long_as_told_may_try_again() -> None:
    guard = LogInGuard()
    assert [wait_s(guard, NOON) for _ in range(TRIES_OF_NAME_AND_ADDRESS)] == [0] * TRIES_OF_NAME_AND_ADDRESS
    told_s = wait_s(guard, NOON + timedelta(seconds=20.5))
    assert told_s > 0
    assert wait_s(guard, NOON + timedelta(seconds=20.5 + told_s)) == 0


def test_whoever_guesses_from_one_address_locks_nobody_out_at_another() -> None:
    guard = LogInGuard()
    assert any(wait_s(guard, NOON) for _ in range(100))
    assert wait_s(guard, NOON, address="10.0.0.2") == 0


def test_guessing_one_name_from_everywhere_and_every_name_from_one_place_ends_too() -> None:
    names, addresses = LogInGuard(), LogInGuard()
    by_name = [wait_s(names, NOON, address=f"10.0.1.{number}") for number in range(TRIES_OF_NAME + 1)]
    by_address = [wait_s(addresses, NOON, name=f"name {number}") for number in range(TRIES_OF_ADDRESS + 1)]
    for waits in (by_name, by_address):
        assert [wait > 0 for wait in waits] == [False] * (len(waits) - 1) + [True]


async def test_a_restart_forgives_no_failure(accounts: Accounts, postgres_store: PostgresStore) -> None:
    log = AuditLog(PostgresAuditLog(postgres_store.url, postgres_store.pool), HandClock(NOON))
    tried = Principal(kind=PrincipalKind.PERSON, name="li", address="10.0.0.1")
    for _ in range(TRIES_OF_NAME_AND_ADDRESS):
        log.note(Act.LOG_IN_FAILED, tried)
    await log.write()
    await accounts.remember_tries(NOON)
    with pytest.raises(TooManyTries, match="this name"):
        await accounts.log_in("li", PASSWORD, NOON, address="10.0.0.1")


async def test_whoever_came_in_after_some_slips_starts_afresh_after_a_restart(
    accounts: Accounts, postgres_store: PostgresStore
) -> None:
    log = AuditLog(PostgresAuditLog(postgres_store.url, postgres_store.pool), HandClock(NOON))
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    tried = Principal(kind=PrincipalKind.PERSON, name="li", address="10.0.0.1")
    for act in (*[Act.LOG_IN_FAILED] * 9, Act.LOGGED_IN, *[Act.LOG_IN_FAILED] * 9):
        log.note(act, tried)
    await log.write()
    await accounts.remember_tries(NOON)
    assert (await accounts.log_in("li", PASSWORD, NOON, address="10.0.0.1")).principal == LI


# --- accounts that end


async def test_a_disabled_user_has_no_session_left_and_gets_no_other(accounts: Accounts) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    session = await accounts.log_in("li", PASSWORD, NOON)
    await accounts.disable_user("li", NOON)
    assert await accounts.principal_of_session(session.secret, NOON) is None
    with pytest.raises(WrongPassword, match="the name or the password"):
        await accounts.log_in("li", PASSWORD, NOON)
    await accounts.enable_user("li", NOON)
    assert await accounts.principal_of_session(session.secret, NOON) is None, "what has ended stays so"
    assert (await accounts.log_in("li", PASSWORD, NOON)).principal == LI


async def test_another_password_ends_every_session_and_another_role_counts_at_once(accounts: Accounts) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    session = await accounts.log_in("li", PASSWORD, NOON)
    await accounts.change_role("li", Role.AUDITOR, NOON)
    principal = await accounts.principal_of_session(session.secret, NOON)
    assert principal is not None
    assert principal.role is Role.AUDITOR
    await accounts.change_password("li", "battery staple", NOON)
    assert await accounts.principal_of_session(session.secret, NOON) is None
    with pytest.raises(WrongPassword):
        await accounts.log_in("li", PASSWORD, NOON)
    await accounts.log_in("li", "battery staple", NOON)


async def test_what_is_done_to_nobody_is_refused_by_name(accounts: Accounts) -> None:
    for doing in (
        accounts.disable_user("wang", NOON),
        accounts.enable_user("wang", NOON),
        accounts.change_role("wang", Role.ADMIN, NOON),
        accounts.change_password("wang", PASSWORD, NOON),
    ):
        with pytest.raises(UnknownUser, match="wang"):
            await doing


async def test_users_are_listed_with_their_open_sessions(accounts: Accounts) -> None:
    await accounts.add_user("wang", Role.ADMIN, PASSWORD, NOON)
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    for _ in range(2):
        await accounts.log_in("li", PASSWORD, NOON)
    await accounts.disable_user("wang", NOON)
    listed = [(user.name, user.role, user.sessions, user.disabled_at) for user in await accounts.list_users(NOON)]
    assert listed == [("li", Role.OPERATOR, 2, None), ("wang", Role.ADMIN, 0, NOON)]


# --- tokens that end


async def test_a_token_ends_when_it_expires_and_when_it_is_revoked(accounts: Accounts) -> None:
    lasting = await accounts.add_token(Role.ADMIN, NOON, label="reports")
    short = await accounts.add_token(Role.WALL, NOON, expires_at=NOON + timedelta(days=1))
    assert await accounts.principal_of_token(short, NOON + timedelta(hours=23)) is not None
    assert await accounts.principal_of_token(short, NOON + timedelta(days=1)) is None
    by_label = {token.label: token for token in await accounts.list_tokens()}
    assert [token.counts(NOON + timedelta(days=1)) for token in by_label.values()].count(True) == 1
    await accounts.revoke_token(by_label["reports"].token_id, NOON)
    assert await accounts.principal_of_token(lasting, NOON) is None
    with pytest.raises(UnknownToken):
        await accounts.revoke_token(by_label["reports"].token_id, NOON)


async def test_the_list_of_tokens_opens_nothing(accounts: Accounts) -> None:
    token = await accounts.add_token(Role.ADMIN, NOON)
    [listed] = await accounts.list_tokens()
    assert token not in repr(listed)
    assert listed.token_id not in token
    assert listed.owner == "role admin"


async def test_a_vendors_token_stands_for_its_vendor_if_any_lift_names_it(
    accounts: Accounts, postgres_store: PostgresStore
) -> None:
    await postgres_store.put_lifts([SENSORS])
    token = await accounts.add_token(VendorId("sensors"), NOON)
    principal = Principal(kind=PrincipalKind.PROGRAM, name="sensors", vendor_id=VendorId("sensors"))
    assert await accounts.principal_of_token(token, NOON) == principal
    with pytest.raises(UnknownVendor, match="nobody"):
        await accounts.add_token(VendorId("nobody"), NOON)


# --- what is written down


async def test_every_change_of_an_account_is_in_the_audit_log_and_nothing_of_a_refused_one(
    accounts: Accounts, postgres_store: PostgresStore
) -> None:
    await accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    await accounts.change_role("li", Role.ADMIN, NOON)
    await accounts.disable_user("li", NOON)
    await accounts.add_token(Role.WALL, NOON)
    with pytest.raises(UnknownUser):
        await accounts.disable_user("wang", NOON)
    log = PostgresAuditLog(postgres_store.url, postgres_store.pool)
    records = await log.list_records(RecordsWanted(), after=None, limit=10)
    assert [record.note.act for record in reversed(records)] == [
        Act.USER_ADDED,
        Act.ROLE_CHANGED,
        Act.USER_DISABLED,
        Act.TOKEN_ADDED,
    ]
    assert {record.note.actor for record in records} == {COMMAND}
    assert await log.find_break() is None


def test_a_password_of_ours_is_long_enough_and_never_the_same() -> None:
    passwords = {new_password() for _ in range(100)}
    assert len(passwords) == 100
    assert all(len(password) >= 16 for password in passwords)
