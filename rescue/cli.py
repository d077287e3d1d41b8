"""The `rescue` command: what an administrator types. Each command does one thing, or says in one line why not."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tomllib
import traceback
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from devices.errors import BadProfile
from devices.mqtt import MqttError
from dispatch.crews import CompanyId
from rescue import ready
from rescue.accounts import AccountRefused, Accounts, Role, new_password
from rescue.clock import SystemClock
from rescue.embedded import EmbeddedError
from rescue.incident import Lift
from rescue.lift_rules import tracker_rules
from rescue.logs import set_up_logs
from rescue.ports import StoreUnavailable
from rescue.recording import RecordingUnusable
from rescue.registry_files import FileUnusable, Parsed, read_companies, read_crews, read_lifts, read_stations
from rescue.replay import changed_rules, judge_timeline
from rescue.replay import replay as replay_recording
from rescue.retelling import Case, show_case, write_case
from rescue.settings import ServiceError, Settings
from rescue.store.black_boxes import PostgresBlackBoxes
from rescue.store.migrate import migrate
from rescue.store.postgres import PostgresStore
from rescue.store.refusals import RegistryRefused
from rescue.timeline import first_break

T = TypeVar("T")

FORESEEN = (
    StoreUnavailable,
    RegistryRefused,
    FileUnusable,
    MqttError,
    EmbeddedError,
    ServiceError,
    AccountRefused,
    BadProfile,
    RecordingUnusable,
    OSError,
    tomllib.TOMLDecodeError,
)
"""What can be wrong with the world or the command; each says in one line what."""

app = typer.Typer(help="Elevator emergency rescue dispatch.", no_args_is_help=True, pretty_exceptions_enable=False)
users = typer.Typer(help="People's accounts.", no_args_is_help=True)
tokens = typer.Typer(help="Programs' bearer tokens.", no_args_is_help=True)
app.add_typer(users, name="user")
app.add_typer(tokens, name="token")

DataDir = Annotated[Path, typer.Option(help="Where the embedded database and broker keep their files.")]
HttpPort = Annotated[int, typer.Option(help="Port of the HTTP server.")]
MqttPort = Annotated[int, typer.Option(help="Port of the embedded MQTT broker.")]


class Kind(StrEnum):
    """What can be imported."""

    LIFTS = "lifts"
    COMPANIES = "companies"
    STATIONS = "stations"
    CREWS = "crews"


def main() -> None:
    """The entry point: foreseeable failures end in one clear line and exit code 1."""
    try:
        app()
    except FORESEEN as error:
        _fail(str(error))
    except ValidationError as error:
        _fail("; ".join(f"setting {_name(e['loc'])}: {e['msg']}" for e in error.errors()))
    except Exception as error:
        traceback.print_exc()
        _fail(f"stopped by a fault of ours, please report it: {type(error).__name__}: {error}")


@app.command()
def serve(
    embedded: Annotated[bool, typer.Option(help="Start PostgreSQL and the MQTT broker too.")] = False,
    http_port: Annotated[int | None, typer.Option(help="Port of the HTTP server [8080].")] = None,
    mqtt_port: Annotated[int | None, typer.Option(help="Port of the embedded MQTT broker [1883].")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the embedded parts keep their files [data].")] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file with settings.")] = None,
) -> None:
    """Run the service; one line of JSON on standard output says when it is ready."""
    given = {"http_port": http_port, "mqtt_port": mqtt_port, "data_dir": data_dir}
    settings = Settings.load(config, **{name: value for name, value in given.items() if value is not None})
    set_up_logs(as_json=settings.log_json)
    from rescue import app as composition  # half a second that the other commands need not wait

    _unwrap(lambda: asyncio.run(composition.serve(settings, embedded=embedded, announce=_announce)))


@app.command()
def demo(
    lifts: Annotated[int, typer.Option(help="Lifts of the simulated city.", min=1, max=120_000)] = 8000,
    speed: Annotated[float, typer.Option(help="Pace of crews and callers; 1 is the demo's own.", min=0.01)] = 1,
    seed: Annotated[int, typer.Option(help="The same seed makes the same city.")] = 1,
    http_port: HttpPort = 8080,
    mqtt_port: MqttPort = 1883,
    data_dir: Annotated[Path | None, typer.Option(help="Keep the data here; by default it is thrown away.")] = None,
    for_s: Annotated[float | None, typer.Option("--for", help="Stop by itself after so many seconds.")] = None,
    until_closed: Annotated[int | None, typer.Option(help="Stop once so many cases are closed.")] = None,
) -> None:
    """Run the service with a simulated Zhengzhou around it, in one terminal."""
    options = [f"--lifts={lifts}", f"--speed={speed}", f"--seed={seed}"]
    options += [f"--http-port={http_port}", f"--mqtt-port={mqtt_port}"]
    wanted = {"--data-dir": data_dir, "--for": for_s, "--until-closed": until_closed}
    options += [f"{option}={value}" for option, value in wanted.items() if value is not None]
    # The service may not import its simulators; the demo is theirs, and takes this process over.
    os.execv(sys.executable, [sys.executable, "-m", "simulators.cli", "demo", *options])  # noqa: S606


@app.command("import")
def import_file(
    kind: Annotated[Kind, typer.Argument(help="What the file lists.")],
    file: Annotated[Path, typer.Argument(help="A CSV file with a header.", exists=True, dir_okay=False)],
    partial: Annotated[bool, typer.Option(help="Import the good rows although others are bad.")] = False,
    data_dir: DataDir = Path("data"),
) -> None:
    """Insert or replace the rows of a file; a bad row is named with line, column and reason."""
    parsed = _READ[kind](file)
    for bad in parsed.bad:
        typer.echo(str(bad), err=True)
    if parsed.bad and not partial:
        _fail(f"nothing was imported: {len(parsed.bad)} bad rows (--partial imports the others)")

    async def put(store: PostgresStore) -> None:
        writers: dict[Kind, Callable[[Sequence[Any]], Awaitable[None]]] = {
            Kind.LIFTS: store.put_lifts,
            Kind.COMPANIES: store.put_companies,
            Kind.STATIONS: store.put_stations,
            Kind.CREWS: store.put_crews,
        }
        await writers[kind](parsed.rows)

    _with_store(data_dir, put)
    typer.echo(f"imported {len(parsed.rows)} {kind}")


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="What the person logs in with.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
    data_dir: DataDir = Path("data"),
) -> None:
    """Create an account; a generated password is the last word printed."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else new_password()
    _with_store(data_dir, lambda store: Accounts(store.pool).add_user(name, role, password, now=SystemClock().now()))
    typer.echo(f"{role} {name} created" + ("" if password_stdin else f", password: {password}"))


@tokens.command("add")
def add_token(
    company: Annotated[list[str] | None, typer.Option(help="A company's token; may be repeated.")] = None,
    role: Annotated[Role | None, typer.Option(help="A token with a person's role.")] = None,
    data_dir: DataDir = Path("data"),
) -> None:
    """Print a new token, once: the last word of each line."""
    if bool(company) == bool(role):
        _fail("give either --company ID (it may be repeated) or --role ROLE")
    owners: list[CompanyId | Role] = [role] if role else [CompanyId(id_) for id_ in company or []]

    async def add(store: PostgresStore) -> None:
        for owner in owners:
            typer.echo(f"{owner} token {await Accounts(store.pool).add_token(owner, SystemClock().now())}")

    _with_store(data_dir, add)


@app.command()
def replay(
    incident: Annotated[str, typer.Argument(help="The case's number or id.")],
    messages: Annotated[bool, typer.Option("--messages", help="Show what the lift said in its last minutes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    data_dir: DataDir = Path("data"),
) -> None:
    """Decide a case's recorded messages again, and say whether the tracker finds what it found; if not, exit with 1."""
    case = _with_store(data_dir, lambda store: _replay_case(store, incident))
    if as_json:
        typer.echo(json.dumps(write_case(case, with_messages=messages), ensure_ascii=False))
    else:
        show_case(Console(markup=False, highlight=False, soft_wrap=True), case, with_messages=messages)
    if not case.same:
        raise typer.Exit(1)


async def _replay_case(store: PostgresStore, name: str) -> Case:
    boxes = PostgresBlackBoxes(store.url, store.pool)
    incident_id = await boxes.find_incident_id(name)
    incident = await store.find_incident(incident_id) if incident_id else None
    if incident is None:
        _fail(f"there is no case {name}")
    recordings = await boxes.recordings_of(incident.incident_id)
    if not recordings:
        _fail(f"no recording is stored with case {name}")
    replayed = [replay_recording(recording) for recording in recordings]
    timeline = await store.timeline_of(incident.incident_id)
    return Case(
        incident=incident,
        replayed=replayed,
        judged=judge_timeline(timeline, replayed),
        rules=changed_rules(recordings[-1].rules, tracker_rules(Settings(), SystemClock().now())),
        first_break=first_break(timeline),
    )


@app.command()
def check(
    settings: Annotated[bool, typer.Option("--settings", help="List every setting, its default and source.")] = False,
    config: Annotated[Path | None, typer.Option(help="A TOML file with settings.")] = None,
) -> None:
    """Say what is wrong with the configuration, the database and the broker, and what to do."""
    if settings:
        _list_settings()
        return
    from rescue import app as composition

    findings = asyncio.run(composition.check(Settings.load(config)))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.part}: {finding.said}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _read_lifts(file: Path) -> Parsed[Lift]:
    return read_lifts(file, Settings().rescue_code_length)


_READ: dict[Kind, Callable[[Path], Parsed[Any]]] = {
    Kind.LIFTS: _read_lifts,
    Kind.COMPANIES: read_companies,
    Kind.STATIONS: read_stations,
    Kind.CREWS: read_crews,
}


def _with_store(data_dir: Path, use: Callable[[PostgresStore], Awaitable[T]]) -> T:
    async def work() -> T:
        url = _database_url(data_dir)
        await migrate(url)
        store = await PostgresStore.connect(url)
        try:
            return await use(store)
        finally:
            await store.close()

    return _unwrap(lambda: asyncio.run(work()))


def _database_url(data_dir: Path) -> str:
    """The configured database, or that of the embedded service that runs on this data directory."""
    url = Settings().database_url or ready.find_database(data_dir)
    if url:
        return url
    raise StoreUnavailable(
        f"no database: set RESCUE_DATABASE_URL, or start `rescue serve --embedded --data-dir {data_dir}` first"
    )


def _list_settings() -> None:
    table = Table(box=None)
    for heading in ("setting", "default", "what it is, and where the figure comes from"):
        table.add_column(heading, overflow="fold")
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        table.add_row(f"RESCUE_{name.upper()}", default, field.description)
    Console().print(table)


def _announce(line: dict[str, Any]) -> None:
    typer.echo(json.dumps(line, separators=(",", ":")))
    sys.stdout.flush()


def _unwrap(work: Callable[[], T]) -> T:
    """One error out of a task group's: the first that ended the work."""
    try:
        return work()
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from group


def _name(location: tuple[int | str, ...]) -> str:
    return "RESCUE_" + "_".join(str(part) for part in location).upper() if location else "RESCUE_…"


def _fail(reason: str) -> NoReturn:
    typer.echo(f"rescue: {' '.join(reason.split())}", err=True)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
