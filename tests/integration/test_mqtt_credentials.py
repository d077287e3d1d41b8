"""Credentials in the real database: whom one is given, what it grants, and that the broker's list follows."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from devices.messages import Area, LiftId
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position
from rescue.cli import app
from rescue.clock import SystemClock
from rescue.mqtt_access.credentials import BadName, Credentials, HasCredential, NoCredential, UnknownHolder
from rescue.mqtt_access.grants import Grant, grant_crew, grant_lifts, grant_nothing, grant_service
from rescue.mqtt_access.keeper import Access, Keeper
from rescue.mqtt_access.nats import write_users
from rescue.people.audit_log import Act
from rescue.store.audit_log import PostgresAuditLog, RecordsWanted
from rescue.store.postgres import PostgresStore
from tests.brokers import OURS, eventually
from tests.unit.a_case import LIFT

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CREW = Crew(
    crew_id=CrewId("7"), company_id=CompanyId("K"), station_id=None, name="Crew 7", phone="", members=2,
    qualifications=frozenset(), on_duty=True, position=Position(lon=113.66, lat=34.76), positioned_at=None,
)  # fmt: skip


@pytest.fixture
async def store(postgres_store: PostgresStore) -> PostgresStore:
    """Lifts L1 and L2 of area 410105, and crew 7 of company K."""
    await postgres_store.put_companies(
        [Company(company_id=CompanyId(name), name=name, phone="", kind=CompanyKind.CONTRACTOR) for name in "KS"]
    )
    await postgres_store.put_lifts([LIFT, replace(LIFT, lift_id=LiftId("L2"), rescue_code="222222")])
    await postgres_store.put_crews([CREW])
    return postgres_store


@pytest.fixture
def credentials(store: PostgresStore) -> Credentials:
    return Credentials(store.url, store.pool)


# --- who is given one


async def test_each_lift_is_given_a_secret_of_its_own_that_a_modem_can_hold(credentials: Credentials) -> None:
    given = await credentials.give_lifts(["L1", "L2", "L1"], NOW)
    assert list(given) == ["lift-L1", "lift-L2"]
    assert len(set(given.values())) == 2
    assert all(len(secret) == 32 and secret.isalnum() for secret in given.values())


async def test_whoever_the_registry_does_not_know_is_named_and_nobody_is_given_any(credentials: Credentials) -> None:
    with pytest.raises(UnknownHolder, match="no such lift is registered: L8, L9"):
        await credentials.give_lifts(["L1", "L9", "L8"], NOW)
    with pytest.raises(UnknownHolder, match="no such crew is registered: 8"):
        await credentials.give_crew("8", NOW)
    with pytest.raises(UnknownHolder, match="no such lift is registered: L9"):
        await credentials.give_gateway("G", ["L1", "L9"], NOW)
    assert await credentials.list_all() == []


async def test_a_second_credential_is_refused_unless_it_replaces_the_first(credentials: Credentials) -> None:
    first = await credentials.give_lifts(["L1"], NOW)
    with pytest.raises(HasCredential, match="there is a credential already for lift-L1"):
        await credentials.give_lifts(["L2", "L1"], NOW)
    assert await credentials.lifts_without() == ["L2"]
    second = await credentials.give_lifts(["L1"], NOW, renew=True)
    assert second.keys() == first.keys()
    assert second != first
    assert [grant.secret for grant in await credentials.grants(NOW)] == list(second.values())


async def test_a_secret_once_revoked_is_never_given_again(credentials: Credentials) -> None:
    secrets = set()
    for _ in range(3):
        secrets |= set((await credentials.give_service("load", NOW)).values())
        await credentials.revoke(["service-load"], NOW)
    assert len(secrets) == 3


async def test_only_what_is_valid_can_be_revoked_and_all_of_it_or_nothing(credentials: Credentials) -> None:
    await credentials.give_lifts(["L1"], NOW)
    with pytest.raises(NoCredential, match="no credential is valid for lift-L2"):
        await credentials.revoke(["lift-L1", "lift-L2"], NOW)
    assert len(await credentials.grants(NOW)) == 1
    await credentials.revoke(["lift-L1"], NOW)
    assert await credentials.grants(NOW) == []
    assert [credential.revoked_at for credential in await credentials.list_all()] == [NOW]


@pytest.mark.parametrize("name", ["", "a b", 'x"', "lift/1", "x" * 65])
async def test_a_name_that_a_brokers_file_could_misread_is_refused(credentials: Credentials, name: str) -> None:
    with pytest.raises(BadName):
        await credentials.give_service(name, NOW)
    with pytest.raises(BadName):
        await credentials.give_gateway(name, ["L1"], NOW)


# --- what it grants


async def test_each_kind_is_granted_its_own_topics(credentials: Credentials) -> None:
    given = {
        **await credentials.give_lifts(["L1"], NOW),
        **await credentials.give_gateway("G", ["L1", "L2"], NOW),
        **await credentials.give_crew("7", NOW),
        **await credentials.give_service("load", NOW),
    }
    assert list(await credentials.grants(NOW)) == [
        grant_crew("crew-7", given["crew-7"], "K", "7"),
        grant_lifts("gateway-G", given["gateway-G"], ["410105/L1", "410105/L2"]),
        grant_lifts("lift-L1", given["lift-L1"], ["410105/L1"]),
        grant_service("service-load", given["service-load"]),
    ]


async def test_what_is_granted_follows_the_registry(credentials: Credentials, store: PostgresStore) -> None:
    given = {**await credentials.give_lifts(["L1"], NOW), **await credentials.give_crew("7", NOW)}
    await store.put_lifts([replace(LIFT, area=Area("410102"))])
    await store.put_crews([replace(CREW, company_id=CompanyId("S"))])
    assert list(await credentials.grants(NOW)) == [
        grant_crew("crew-7", given["crew-7"], "S", "7"),
        grant_lifts("lift-L1", given["lift-L1"], ["410102/L1"]),
    ]
    await store.pool.execute("DELETE FROM lifts")
    await store.pool.execute("DELETE FROM crews")
    assert list(await credentials.grants(NOW)) == [
        grant_nothing("crew-7", given["crew-7"]),
        grant_lifts("lift-L1", given["lift-L1"], []),
    ]


# --- the broker's list


@pytest.fixture
async def lists(credentials: Credentials) -> AsyncIterator[list[str]]:
    """What the keeper has given the broker, the newest last; it began with the service alone."""
    given: list[str] = []
    access = Access(own=OURS, give=given.append, given=write_users([OURS]))
    keeping = asyncio.create_task(Keeper(credentials, access, SystemClock()).run())
    yield given
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping


async def test_the_brokers_list_follows_credentials_and_registry(
    credentials: Credentials, store: PostgresStore, lists: list[str]
) -> None:
    secret = (await credentials.give_lifts(["L1"], NOW))["lift-L1"]
    await eventually(expected(lists, [grant_lifts("lift-L1", secret, ["410105/L1"])]))
    await store.put_lifts([replace(LIFT, area=Area("410102"))])
    await eventually(expected(lists, [grant_lifts("lift-L1", secret, ["410102/L1"])]))
    await credentials.revoke(["lift-L1"], NOW)
    await eventually(expected(lists, []))
    assert len(lists) == 3


def expected(lists: list[str], grants: list[Grant]) -> Callable[[], bool]:
    return lambda: lists[-1:] == [write_users([OURS, *grants])]


# --- the commands


async def rescue(store: PostgresStore, *words: str) -> Result:
    """In a thread, because each command has an event loop of its own."""
    environment = {"RESCUE_DATABASE_URL": store.url}
    return await asyncio.to_thread(CliRunner().invoke, app, ["device", *words], env=environment)


async def test_a_secret_is_the_last_word_and_said_once(store: PostgresStore, credentials: Credentials) -> None:
    said = await rescue(store, "add", "lift", "L1")
    secret = said.stdout.split()[-1]
    assert said.stdout == f"user lift-L1 secret {secret}\n"
    assert [grant.secret for grant in await credentials.grants(NOW)] == [secret]
    listed = await rescue(store, "list")
    assert listed.stdout.startswith("lift-L1  valid  since 20")
    assert secret not in listed.stdout + (await rescue(store, "list", "--json")).stdout


async def test_who_was_given_a_credential_or_lost_it_is_in_the_audit_log_and_no_secret(store: PostgresStore) -> None:
    secret = (await rescue(store, "add", "lift", "L1")).stdout.split()[-1]
    await rescue(store, "revoke", "lift-L1")
    wanted = RecordsWanted(subject="device:lift-L1")
    records = await PostgresAuditLog(store.url, store.pool).list_records(wanted, after=None, limit=10)
    assert [record.note.act for record in records] == [Act.CREDENTIAL_REVOKED, Act.CREDENTIAL_GIVEN]
    assert secret not in str(records)


async def test_every_lift_that_has_none_is_given_one_a_line(store: PostgresStore) -> None:
    await rescue(store, "add", "lift", "L2")
    said = await rescue(store, "add", "lift", "--all")
    assert [line.split()[1] for line in said.stdout.splitlines()] == ["lift-L1"]


async def test_a_gateways_lifts_are_listed_by_hand_or_in_a_file(store: PostgresStore, tmp_path: Path) -> None:
    file = tmp_path / "lifts.txt"
    file.write_text("L1\nL2\n")
    assert (await rescue(store, "add", "gateway", "G", "--lifts", "L1,L2")).exit_code == 0
    assert (await rescue(store, "add", "gateway", "H", "--lifts-file", str(file))).exit_code == 0
    listed = json.loads((await rescue(store, "list", "--json")).stdout)
    assert [credential["lifts"] for credential in listed] == [["L1", "L2"], ["L1", "L2"]]


async def test_what_is_exported_is_what_mosquitto_reads_and_for_its_owners_eyes(
    store: PostgresStore, tmp_path: Path
) -> None:
    await rescue(store, "add", "crew", "7")
    await rescue(store, "export", "--format", "mosquitto", "--to", str(tmp_path / "out"))
    await rescue(store, "export", "--format", "nats", "--to", str(tmp_path / "out"))
    passwords, access, users = (tmp_path / "out" / name for name in ("password_file", "acl_file", "users.conf"))
    assert passwords.read_text().startswith("crew-7:$7$101$")
    assert access.read_text() == "user crew-7\ntopic write crews/v1/K/7/position\n"
    assert 'publish: ["crews.v1.K.7.position"], subscribe: {deny: ">"}' in users.read_text()
    assert {path.stat().st_mode & 0o777 for path in (passwords, access, users)} == {0o600}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["add", "lift", "L9"], "no such lift is registered: L9"),
        (["add", "crew", "9"], "no such crew is registered: 9"),
        (["revoke", "lift-L1"], "nothing was revoked"),
    ],
)
async def test_what_cannot_be_is_told_and_nothing_is_changed(
    store: PostgresStore, credentials: Credentials, words: list[str], reason: str
) -> None:
    said = await rescue(store, *words)
    assert said.exit_code == 1
    assert reason in str(said.exception)
    assert await credentials.list_all() == []


@pytest.mark.parametrize("words", [["add", "lift"], ["add", "gateway", "G"], ["add", "lift", "L1", "--all"]])
async def test_a_command_that_names_nobody_says_so(store: PostgresStore, words: list[str]) -> None:
    said = await rescue(store, *words)
    assert said.exit_code == 1
    assert said.stderr.startswith("rescue: ")
