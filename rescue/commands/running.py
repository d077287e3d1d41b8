"""`rescue serve` and `rescue demo`: the service, alone or with a simulated city around it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from rescue.commands.common import unwrap
from rescue.logs import set_up_logs
from rescue.settings import Settings

HttpPort = Annotated[int, typer.Option(help="Port of the HTTP server.")]
MqttPort = Annotated[int, typer.Option(help="Port of the embedded MQTT broker.")]


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

    unwrap(lambda: asyncio.run(composition.serve(settings, embedded=embedded, announce=_announce)))


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
    """Run the service with a simulated Zhengzhou around it, in one terminal.

    Its broker listens on 127.0.0.1 and asks for no credentials, whatever RESCUE_MQTT_AUTH and RESCUE_MQTT_HOST say.
    """
    options = [f"--lifts={lifts}", f"--speed={speed}", f"--seed={seed}"]
    options += [f"--http-port={http_port}", f"--mqtt-port={mqtt_port}"]
    wanted = {"--data-dir": data_dir, "--for": for_s, "--until-closed": until_closed}
    options += [f"{option}={value}" for option, value in wanted.items() if value is not None]
    # The service may not import its simulators; the demo is theirs, and takes this process over.
    os.execv(sys.executable, [sys.executable, "-m", "simulators.cli", "demo", *options])  # noqa: S606


def _announce(line: dict[str, Any]) -> None:
    typer.echo(json.dumps(line, separators=(",", ":")))
    sys.stdout.flush()
