"""`rescue user`, `rescue token` and `rescue audit`, as an administrator types them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from dispatch.crews import CompanyId, CrewId
from rescue.accounts import Accounts, Role
from rescue.cli import FORESEEN, app
from rescue.store.postgres import PostgresStore
from tests.integration.centre import ANKANG, CREWS, LIFTS, VENDOR


@pytest.fixture
def accounts(database: str, postgres_store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    monkeypatch.setenv("RESCUE_DATABASE_URL", database)
    monkeypatch.setenv("COLUMNS", "200")
    return Accounts(postgres_store.url, postgres_store.pool)


async def rescue(*words: str, stdin: str = "") -> Result:
    """The command's result; it runs its own event loop, hence the thread."""
    return await asyncio.to_thread(CliRunner().invoke, app, list(words), stdin)


async def said(*words: str, stdin: str = "") -> str:
    """What a command that must succeed prints."""
    result = await rescue(*words, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.output


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_user_is_added_with_the_password_as_the_last_word_and_loses_everything_when_disabled(
    accounts: Accounts,
) -> None:
    password = (await said("user", "add", "li", "--role", "operator")).split()[-1]
    session = await accounts.log_in("li", password, now())
    [line] = [line for line in (await said("user", "list")).splitlines() if line.split()[:1] == ["li"]]
    assert line.split()[-1] == "1", "one open session"
    await said("user", "disable", "li")
    assert await accounts.principal_of_session(session.secret, now()) is None
    await said("user", "enable", "li")
    await said("user", "role", "li", "--role", "auditor")
    changed = (await said("user", "password", "li")).split()[-1]
    assert (await accounts.log_in("li", changed, now())).principal.role is Role.AUDITOR
    await said("user", "password", "li", "--password-stdin", stdin="correct horse\n")
    await accounts.log_in("li", "correct horse", now())


async def test_a_token_is_the_last_word_is_listed_by_its_id_and_can_be_revoked(
    accounts: Accounts, postgres_store: PostgresStore
) -> None:
    await postgres_store.put_companies([ANKANG])
    await postgres_store.put_lifts([lift for lift in LIFTS if lift.company_id == ANKANG.company_id])
    token = (await said("token", "add", "--company", "ankang", "--label", "dispatch program", "--days", "30")).split()[
        -1
    ]
    principal = await accounts.principal_of_token(token, now())
    assert principal is not None
    assert principal.company_id == CompanyId("ankang")
    listed = await said("token", "list")
    assert token not in listed
    line = next(line for line in listed.splitlines() if "dispatch program" in line)
    await said("token", "revoke", line.split()[0])
    assert await accounts.principal_of_token(token, now()) is None
    assert (await said("token", "list")).rstrip().endswith("no")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("token", "add"), "give one of"),
        (("token", "add", "--role", "wall", "--vendor", "x"), "give one of"),
    ],
)
async def test_a_token_has_one_owner(accounts: Accounts, words: tuple[str, ...], reason: str) -> None:
    result = await rescue(*words)
    assert result.exit_code == 1
    assert reason in result.output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("user", "disable", "wang"), "no user wang"),
        (("token", "revoke", "x"), "no token x"),
        (("token", "add", "--vendor", VENDOR), "no lift is of vendor sensors"),
    ],
)
async def test_what_cannot_be_is_said_in_one_line(accounts: Accounts, words: tuple[str, ...], reason: str) -> None:
    result = await rescue(*words)
    assert isinstance(result.exception, FORESEEN), "which the command ends with as one line"
    assert reason in str(result.exception)


async def test_who_typed_it_is_in_the_audit_log_which_is_whole_until_somebody_changes_it(
    accounts: Accounts, postgres_store: PostgresStore
) -> None:
    for name in ("li", "wang", "zhao"):
        await said("user", "add", name, "--role", "wall")
    assert "whole" in await said("audit", "verify")
    rows = await postgres_store.pool.fetch("SELECT * FROM audit_log ORDER BY record_id")
    assert [row["subject"] for row in rows] == ["user:li", "user:wang", "user:zhao"]
    assert {(row["actor_kind"], row["actor_channel"]) for row in rows} == {("administrator", "command")}
    await postgres_store.pool.execute("ALTER TABLE audit_log DISABLE TRIGGER ALL")
    await postgres_store.pool.execute("UPDATE audit_log SET subject = 'user:chen' WHERE record_id = 2")
    result = await rescue("audit", "verify")
    assert result.exit_code == 1
    assert "record 2" in result.output


async def test_a_crews_token_is_its_own_and_a_link_signs_one_phone_in(
    accounts: Accounts, postgres_store: PostgresStore
) -> None:
    await postgres_store.put_companies([ANKANG])
    await postgres_store.put_crews([CREWS[0]])
    principal = await accounts.principal_of_token((await said("token", "add", "--crew", "a1")).split()[-1], now())
    assert principal is not None
    assert (principal.crew_id, principal.company_id) == ("a1", "ankang")
    link = (await said("token", "add", "--crew", "a1", "--link")).split()[-1]
    assert await accounts.principal_of_token(link, now()) is None
    session = await accounts.open_by_token(link, now())
    assert session is not None
    assert await accounts.open_by_token(link, now()) is None
    assert (await said("token", "list")).count("crew a1") == 2
    await accounts.sign_crew_out(CrewId("a1"), now())
    assert await accounts.principal_of_session(session.secret, now()) is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [(("--crew", "nobody"), "there is no crew nobody"), (("--role", "admin", "--link"), "a link is for")],
)
async def test_a_token_for_nobody_or_a_link_for_a_program_is_refused(
    accounts: Accounts, words: tuple[str, ...], reason: str
) -> None:
    result = await rescue("token", "add", *words)
    assert result.exit_code == 1
    assert reason in f"{result.exception} {result.output}"
