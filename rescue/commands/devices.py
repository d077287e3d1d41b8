"""`rescue device`: who may sign in to the MQTT broker, and what the broker must be told of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rescue.clock import SystemClock
from rescue.commands.common import DATA, DataDir, fail, note_act, with_store
from rescue.mqtt_access.credentials import Credential, Credentials
from rescue.mqtt_access.grants import Grant
from rescue.mqtt_access.keeper import replace_file
from rescue.mqtt_access.mosquitto import write_access_list, write_passwords
from rescue.mqtt_access.nats import write_users
from rescue.people.audit_log import Act
from rescue.store.postgres import PostgresStore

USERS_NOTED = 20
"""Named in the audit log's record of one command; of more, how many."""

devices = typer.Typer(help="Credentials for the MQTT broker.", no_args_is_help=True)
add = typer.Typer(help="Give a credential; its secret is the last word printed, this once.", no_args_is_help=True)
devices.add_typer(add, name="add")

Renew = Annotated[bool, typer.Option("--renew", help="In place of one there is: the old secret opens nothing more.")]


class Format(StrEnum):
    """Whose files are written."""

    MOSQUITTO = "mosquitto"
    NATS = "nats"


@add.command("lift")
def add_lift(
    lifts: Annotated[list[str] | None, typer.Argument(help="Registered lifts.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every registered lift that has none yet.")] = False,
    renew: Renew = False,
    data_dir: DataDir = DATA,
) -> None:
    """For lifts that connect by themselves: each may speak for itself alone. One line a lift."""
    if bool(lifts) == every:
        fail("name the lifts, or give --all")

    async def give(credentials: Credentials) -> Mapping[str, str]:
        wanted = await credentials.lifts_without() if every else lifts or []
        return await credentials.give_lifts(wanted, SystemClock().now(), renew=renew)

    _give(data_dir, give)


@add.command("gateway")
def add_gateway(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    lifts: Annotated[str, typer.Option(help="The lifts it speaks for, with commas between.")] = "",
    lifts_file: Annotated[
        Path | None, typer.Option(help="A file that lists them, one a line.", exists=True, dir_okay=False)
    ] = None,
    renew: Renew = False,
    data_dir: DataDir = DATA,
) -> None:
    """For a gateway: it may speak for the lifts listed, and no other."""
    listed = lifts.replace(",", "\n") + "\n" + (lifts_file.read_text("utf-8", errors="replace") if lifts_file else "")
    wanted = list(dict.fromkeys(listed.split()))
    if not wanted:
        fail("list the gateway's lifts by --lifts or --lifts-file")
    _give(data_dir, lambda credentials: credentials.give_gateway(name, wanted, SystemClock().now(), renew=renew))


@add.command("crew")
def add_crew(
    crew: Annotated[str, typer.Argument(help="A registered crew.")], renew: Renew = False, data_dir: DataDir = DATA
) -> None:
    """For a crew's phone: it may tell where that crew is."""
    _give(data_dir, lambda credentials: credentials.give_crew(crew, SystemClock().now(), renew=renew))


@add.command("service")
def add_service(
    name: Annotated[str, typer.Argument(help="What you call it.")], renew: Renew = False, data_dir: DataDir = DATA
) -> None:
    """For the rescue service on a broker of your own, or a load test: it may say and hear everything."""
    _give(data_dir, lambda credentials: credentials.give_service(name, SystemClock().now(), renew=renew))


@devices.command("list")
def list_devices(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False, data_dir: DataDir = DATA
) -> None:
    """Say who has a credential, and who had one; never a secret."""
    listed = with_store(data_dir, lambda store: _credentials(store).list_all())
    if as_json:
        typer.echo(json.dumps([_write_credential(credential) for credential in listed]))
        return
    for credential in listed:
        state = f"revoked {credential.revoked_at:%F %T}" if credential.revoked_at else "valid"
        lifts = f"  lifts: {' '.join(credential.lift_ids)}" if credential.lift_ids else ""
        typer.echo(f"{credential.user}  {state}  since {credential.created_at:%F %T}{lifts}")


@devices.command("revoke")
def revoke(
    users: Annotated[list[str], typer.Argument(help="Users as `rescue device list` names them.")],
    data_dir: DataDir = DATA,
) -> None:
    """Take credentials back: a broker that we keep drops their connections within seconds."""

    async def take_back(store: PostgresStore) -> None:
        await _credentials(store).revoke(users, SystemClock().now())
        await _note(store, Act.CREDENTIAL_REVOKED, users)

    with_store(data_dir, take_back)
    typer.echo(f"revoked: {', '.join(users)}")


@devices.command("export")
def export(
    to: Annotated[Path, typer.Option(help="The directory to write to.", file_okay=False)],
    form: Annotated[Format, typer.Option("--format", help="The broker that is to read it.")] = Format.MOSQUITTO,
    data_dir: DataDir = DATA,
) -> None:
    """Write the files by which a broker of your own knows its users; then have it read them again."""

    async def collect(store: PostgresStore) -> Sequence[Grant]:
        await note_act(store, Act.EXPORTED, f"devices:{form}")
        return await _credentials(store).grants(SystemClock().now())

    grants = with_store(data_dir, collect)
    if not grants:
        fail("there is no credential yet: begin with `rescue device add service NAME`")
    to.mkdir(parents=True, exist_ok=True)
    for name, text in _files(form, grants).items():
        replace_file(to / name, text)
        typer.echo(f"written: {to / name}")


def _files(form: Format, grants: Sequence[Grant]) -> Mapping[str, str]:
    match form:
        case Format.MOSQUITTO:
            return {"password_file": write_passwords(grants), "acl_file": write_access_list(grants)}
        case Format.NATS:
            return {"users.conf": write_users(grants)}


def _give(data_dir: Path, give: Callable[[Credentials], Awaitable[Mapping[str, str]]]) -> None:
    async def give_and_note(store: PostgresStore) -> Mapping[str, str]:
        given = await give(_credentials(store))
        if given:
            await _note(store, Act.CREDENTIAL_GIVEN, list(given))
        return given

    for user, secret in with_store(data_dir, give_and_note).items():
        typer.echo(f"user {user} secret {secret}")


async def _note(store: PostgresStore, act: Act, users: Sequence[str]) -> None:
    """One record a command: it may be about a whole city."""
    await note_act(store, act, f"device:{users[0]}", users=list(users[:USERS_NOTED]), count=len(users))


def _credentials(store: PostgresStore) -> Credentials:
    return Credentials(store.url, store.pool)


def _write_credential(credential: Credential) -> dict[str, object]:
    return {
        "user": credential.user,
        "kind": credential.kind,
        "holder": credential.holder,
        "lifts": list(credential.lift_ids),
        "created_at": credential.created_at.isoformat(),
        "revoked_at": credential.revoked_at.isoformat() if credential.revoked_at else None,
    }
