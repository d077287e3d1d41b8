"""`rescue export` and `rescue verify`: a case as one signed file, and whether a file, or the database, is whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from rescue.clock import SystemClock
from rescue.commands.common import DATA, DataDir, fail, note_act, with_store
from rescue.people.audit_log import Act
from rescue.people.principals import COMMAND
from rescue.proof.export import Json
from rescue.proof.export import export as export_file
from rescue.proof.signing import KEY_NAME, Signer, Verifier
from rescue.proof.verifying import read_export
from rescue.proof.verifying import verify as verify_export
from rescue.proof.walk import Walk, Walked
from rescue.store.black_boxes import PostgresBlackBoxes
from rescue.store.exports import PostgresCaseFiles
from rescue.store.keys import lasting_key
from rescue.store.postgres import PostgresStore
from rescue.store.seals import PostgresSeals


def export(
    incident: Annotated[str | None, typer.Argument(help="The case's number or id.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; standard output by default.")] = None,
    personal_data: Annotated[bool, typer.Option("--personal-data", help="With phone numbers.")] = False,
    public_key: Annotated[bool, typer.Option("--public-key", help="Print the key that verifies exports.")] = False,
    data_dir: DataDir = DATA,
) -> None:
    """Write a case with all that is known of it as one signed file, for `rescue verify`."""
    if public_key == (incident is not None):
        fail("say which case, by its number or id; or --public-key")
    if incident is None:
        typer.echo(with_store(data_dir, _signer).verifier.pem, nl=False)
        return
    name = incident
    document = with_store(data_dir, lambda store: _export(store, name, personal_data=personal_data))
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    _write_private(out, text)
    header = document["header"]
    typer.echo(f"case {header['number']} with {header['entries']} entries written to {out}")


def verify(
    file: Annotated[Path | None, typer.Argument(help="The export.")] = None,
    key: Annotated[Path | None, typer.Option(help="The public key that must have signed it.")] = None,
    database: Annotated[bool, typer.Option("--database", help="Look through every case of the database.")] = False,
    seal: Annotated[list[str] | None, typer.Option(help="NUMBER:DIGEST, a seal as the log has it.")] = None,
    data_dir: DataDir = DATA,
) -> None:
    """Say whether an export, or the history of every case in the database, is whole; if not, exit with 1."""
    if database == (file is not None):
        fail("say which file, or --database")
    if file is not None:
        _verify_file(file, key)
        return
    logged = dict(_read_logged(one) for one in seal or ())
    walked = with_store(data_dir, lambda store: _walk(store, logged))
    typer.echo(walked.said)
    if walked.damages:
        raise typer.Exit(1)


def _write_private(out: Path, text: str) -> None:
    """Readable by nobody else: a case is about people."""
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


async def _signer(store: PostgresStore) -> Signer:
    return Signer(await lasting_key(store.pool, KEY_NAME, SystemClock().now()))


async def _export(store: PostgresStore, name: str, *, personal_data: bool) -> Json:
    incident_id = await PostgresBlackBoxes(store.url, store.pool).find_incident_id(name)
    file = await PostgresCaseFiles(store.url, store.pool).case_file(incident_id) if incident_id else None
    if file is None:
        fail(f"there is no case {name}")
    await note_act(store, Act.EXPORTED, f"incident:{incident_id}", personal_data=personal_data)
    at = SystemClock().now()
    by = f"{COMMAND.kind} by {COMMAND.channel}"
    return export_file(file, await _signer(store), by=by, at=at, personal_data=personal_data)


def _verify_file(file: Path, key: Path | None) -> None:
    verified = verify_export(read_export(file.read_bytes()), Verifier.read(key.read_bytes()) if key else None)
    typer.echo(verified.said)
    if verified.damage:
        raise typer.Exit(1)


def _read_logged(said: str) -> tuple[int, str]:
    number, _, digest = said.partition(":")
    if not number.isdigit() or not digest:
        fail(f"--seal is NUMBER:DIGEST as in the log's line 'timelines sealed', not {said!r}")
    return int(number), digest


async def _walk(store: PostgresStore, logged: Mapping[int, str]) -> Walked:
    seals, key = PostgresSeals(store.url, store.pool), (await _signer(store)).verifier
    return await Walk(seals, key, typer.echo, _show_progress).go(logged)


def _show_progress(looked_at: int, total: int) -> None:
    typer.echo(f"{looked_at} of {total} cases", err=True)
