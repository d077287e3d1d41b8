"""`simulate crews` and `simulate callers`: what a person types, made into people beside a running service."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from simulators.callers import Manners
from simulators.callers_run import CallersPlan, run_callers
from simulators.chronicle import Chronicle
from simulators.companies import HOST
from simulators.crews_run import CrewsPlan, run_crews
from simulators.doorstep import demand_token, read_tokens
from simulators.errors import SimulatorError, TokensUnusableError
from simulators.printing import Json, Seed, fail, print_result
from simulators.workforce import Address

CityDir = Annotated[Path, typer.Option("--city", help="a directory as `simulate city` writes it")]
ServiceUrl = Annotated[str, typer.Option("--service", help="the running service, as http://127.0.0.1:8080")]
Broker = Annotated[str | None, typer.Option("--mqtt", help="its broker: mqtt://user:password@host:port, or mqtts://")]
Speed = Annotated[float, typer.Option(min=0.01, max=1000, help="people live so many times faster than the clock")]
ForS = Annotated[float | None, typer.Option("--for", min=0.1, help="stop by itself after so many seconds")]


def crews(
    city_dir: CityDir,
    service_url: ServiceUrl,
    tokens: Annotated[Path, typer.Option(help="a file of what `rescue token add --company …` printed; - for stdin")],
    mqtt_url: Broker = None,
    listen: Annotated[str, typer.Option(help="where the companies' web server listens: host:port, 0 is free")] = HOST,
    seen_as: Annotated[str, typer.Option(help="what the service calls that server, if it is another URL")] = "",
    speed: Speed = 1.0,
    hour: Annotated[int | None, typer.Option(min=0, max=23, help="of the day, for the shifts; otherwise now")] = None,
    for_s: ForS = None,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Let a city's companies answer a running service's offers, and their crews drive. Long, for its many options.

    The service must allow webhooks to private addresses where this one is (RESCUE_WEBHOOK_ALLOW_PRIVATE).
    """
    try:
        plan = CrewsPlan(
            city_dir=city_dir,
            url=service_url,
            tokens=read_tokens(_read_lines(tokens)),
            mqtt_url=mqtt_url,
            address=replace(_read_address(listen), seen_as=seen_as),
            speed=speed,
            seed=seed,
            hour=hour,
            for_s=for_s,
        )
        row = asyncio.run(run_crews(plan, _make_chronicle("crews", seed)))
    except TokensUnusableError as error:
        raise fail(f"{tokens}: {error}") from None
    except SimulatorError as error:
        raise fail(str(error)) from None
    print_result("crews", seed, [row], as_json=as_json)


def callers(
    city_dir: CityDir,
    service_url: ServiceUrl,
    token: Annotated[str, typer.Option(envvar="RESCUE_TOKEN", help="an operator's, who takes the calls")] = "",
    token_stdin: Annotated[bool, typer.Option(help="read the token from standard input")] = False,
    mqtt_url: Broker = None,
    per_hour: Annotated[float, typer.Option(min=0.01, help="parties that get stuck in an hour of life")] = 30.0,
    wrong_digit: Annotated[float, typer.Option(min=0, max=1, help="share of codes misread by a digit")] = 0.1,
    again: Annotated[float, typer.Option(min=0, max=1, help="share of callers who call a second time")] = 0.2,
    speed: Speed = 1.0,
    for_s: ForS = None,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Let people get stuck and telephone a running service, open its public page, press the button, or wait.

    The lifts must be registered with it. With --mqtt some press the button; their lifts must not be on line elsewhere.
    """
    try:
        plan = CallersPlan(
            city_dir=city_dir,
            url=service_url,
            token=demand_token(sys.stdin.readline().strip() if token_stdin else token),
            mqtt_url=mqtt_url,
            per_hour=per_hour,
            manners=Manners(wrong_digit_share=wrong_digit, again_share=again),
            speed=speed,
            seed=seed,
            for_s=for_s,
        )
        row = asyncio.run(run_callers(plan, _make_chronicle("callers", seed)))
    except SimulatorError as error:
        raise fail(str(error)) from None
    print_result("callers", seed, [row], as_json=as_json)


def _make_chronicle(name: str, seed: int) -> Chronicle:
    """On standard error, a line for each thing that happens."""
    began_at = time.monotonic()
    chronicle = Chronicle(lambda: f"{time.monotonic() - began_at:6.1f} s", lambda line: typer.echo(line, err=True))
    chronicle.note(f"{name}, seed {seed}; Ctrl-C ends it")
    return chronicle


def _read_lines(path: Path) -> list[str]:
    try:
        return sys.stdin.readlines() if str(path) == "-" else path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TokensUnusableError(getattr(error, "strerror", None) or str(error)) from None


def _read_address(listen: str) -> Address:
    host, _, port = listen.rpartition(":") if ":" in listen else (listen, "", "0")
    if not (port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise fail(f"--listen {listen}: not host:port")
    return Address(host=host, port=int(port))
