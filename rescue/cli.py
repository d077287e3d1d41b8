"""The `rescue` command, composed: what an administrator types is in `commands`, a module a subject."""

from __future__ import annotations

import tomllib
import traceback

import typer
from pydantic import ValidationError

from devices.errors import BadProfile
from devices.mqtt import MqttError
from dispatch.roads.errors import RoadsUnusable
from rescue.accounts import AccountRefused
from rescue.black_box.recording import RecordingUnusable
from rescue.commands import (
    accounts,
    audit_log,
    check,
    devices,
    districts,
    export,
    registers,
    replay,
    report,
    roads,
    running,
)
from rescue.commands.common import fail
from rescue.decisions.records import DecisionUnusable
from rescue.embedded import EmbeddedError
from rescue.mqtt_access.credentials import AccessRefused
from rescue.ports import StoreUnavailable
from rescue.proof.signing import KeyUnusable
from rescue.proof.verifying import ExportUnusable
from rescue.registry_files import FileUnusable
from rescue.settings import ServiceError
from rescue.store.refusals import RegistryRefused

FORESEEN = (
    StoreUnavailable,
    RegistryRefused,
    FileUnusable,
    MqttError,
    EmbeddedError,
    ServiceError,
    AccountRefused,
    AccessRefused,
    BadProfile,
    RecordingUnusable,
    DecisionUnusable,
    KeyUnusable,
    RoadsUnusable,
    ExportUnusable,
    OSError,
    tomllib.TOMLDecodeError,
)
"""What can be wrong with the world or the command; each says in one line what."""

app = typer.Typer(help="Elevator emergency rescue dispatch.", no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(running.serve)
app.command()(running.demo)
app.command("import")(registers.import_file)
app.add_typer(accounts.users, name="user")
app.add_typer(accounts.tokens, name="token")
app.add_typer(devices.devices, name="device")
app.add_typer(audit_log.audit_log, name="audit")
app.command()(replay.replay)
app.command()(export.export)
app.command()(export.verify)
app.add_typer(report.app, name="report")
app.add_typer(roads.app, name="roads")
app.add_typer(districts.app, name="districts")
app.command()(check.check)


def main() -> None:
    """The entry point: foreseeable failures end in one clear line and exit code 1."""
    try:
        app()
    except FORESEEN as error:
        fail(str(error))
    except ValidationError as error:
        fail("; ".join(f"setting {_name(e['loc'])}: {e['msg']}" for e in error.errors()))
    except Exception as error:
        traceback.print_exc()
        fail(f"stopped by a fault of ours, please report it: {type(error).__name__}: {error}")


def _name(location: tuple[int | str, ...]) -> str:
    return "RESCUE_" + "_".join(str(part) for part in location).upper() if location else "RESCUE_…"


if __name__ == "__main__":
    main()
