"""`simulate city`, `fleet` and `mass-event`: what a person types, made into what the simulators do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.console import Console

from simulators.city import MOST_LIFTS, build_city
from simulators.dialects import Profile
from simulators.errors import SimulatorError
from simulators.fleet import BIRTHS_A_SECOND
from simulators.fleet_run import FleetPlan, Progress, Tell, run_fleet
from simulators.lift import AS_PUBLISHED, Rhythm
from simulators.mass_event_run import EventRun, run_mass_event
from simulators.mass_events import Kind, draw_event
from simulators.mishaps import Shares
from simulators.printing import Json, Seed, fail, print_result
from simulators.registers import read_lifts, write_registers, write_surroundings
from simulators.roads import build_roads
from simulators.shifts import HOUR
from simulators.troubles import BREAKDOWNS_A_YEAR, ENTRAPMENTS_A_YEAR, VISITS_A_YEAR, Rates

SAY_EVERY_S = 10.0
"""Where there is no terminal to draw on."""

CityDir = Annotated[Path, typer.Option("--city", help="a directory with a lifts.csv, as `simulate city` writes it")]
MqttUrl = Annotated[str, typer.Option("--mqtt", help="the broker: mqtt://user:password@host:port, or mqtts://")]
Minutes = Annotated[float | None, typer.Option(min=0, help="stop by itself; otherwise on Ctrl-C")]


class Way(StrEnum):
    """By whom lifts are connected."""

    OWN = "own"
    GATEWAY = "gateway"


def _share(help_text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(min=0, max=1, help=help_text)
    return option


def _rate(help_text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(min=0, help=help_text)
    return option


def city(
    out: Annotated[Path, typer.Option(help="the directory for the files; made if missing")],
    lifts: Annotated[int, typer.Option(min=1, max=MOST_LIFTS, help="lifts in the city")] = 8000,
    seed: Seed = 1,
    hour: Annotated[int, typer.Option(min=0, max=23, help="the hour of the day that decides who is on duty")] = HOUR,
    as_json: Json = False,
) -> None:
    """Draw a Zhengzhou: the CSV files that `rescue import` reads, its roads (OSM pbf) and districts (GeoJSON)."""
    drawn, roads = build_city(lifts=lifts, seed=seed, hour=hour), build_roads(seed=seed)
    try:
        paths = {**write_registers(drawn, out), **write_surroundings(roads, out)}
    except OSError as error:
        raise fail(f"cannot write to {out}: {error.strerror or error}") from None
    counts = {"roads": roads.graph.number_of_edges(), "districts": len({lift.area for lift in drawn.lifts})}
    rows = [
        {"register": name, "rows": counts.get(name) or len(getattr(drawn, name)), "file": str(path)}
        for name, path in paths.items()
    ]
    print_result("city", seed, rows, as_json=as_json)


def fleet(
    city_dir: CityDir,
    mqtt_url: MqttUrl,
    lifts: Annotated[int | None, typer.Option(min=1, help="only so many, the first of the file")] = None,
    connections: Annotated[Way, typer.Option(help="one a lift, with its will, or a gateway an area")] = Way.OWN,
    profile: Annotated[Profile, typer.Option(help="the words that the controllers speak")] = Profile.CANONICAL,
    period: Annotated[float | None, typer.Option(min=0.1, help="a status each so many seconds, changes or not")] = None,
    minutes: Minutes = None,
    seed: Seed = 1,
    births: Annotated[float, typer.Option(min=1, help="lifts that come on line in a second")] = BIRTHS_A_SECOND,
    lost: Annotated[float, _share("share of statuses that never arrive")] = 0,
    doubled: Annotated[float, _share("share of messages that arrive twice")] = 0,
    delayed: Annotated[float, _share("share of messages that come up to half a minute late")] = 0,
    reordered: Annotated[float, _share("share of messages that the lift's next one overtakes")] = 0,
    wrong_clocks: Annotated[float, _share("share of lifts whose clock is off by minutes, hours or decades")] = 0,
    restarts: Annotated[float, _rate("restarts of a lift's controller a day")] = 0,
    link_losses: Annotated[float, _rate("losses of a connection a day")] = 0,
    storm_every: Annotated[float, _rate("seconds between losses of all connections at once; 0 for none")] = 0,
    visits: Annotated[float, _rate("maintenance visits of a lift a year")] = VISITS_A_YEAR,
    entrapments: Annotated[float, _rate("entrapments of a lift a year")] = ENTRAPMENTS_A_YEAR,
    breakdowns: Annotated[float, _rate("stops with nobody inside, of a lift a year")] = BREAKDOWNS_A_YEAR,
    as_json: Json = False,
) -> None:
    """Let a city's lifts live and report to a broker, with all that goes wrong. Long, for it has many options."""
    try:
        plan = FleetPlan(
            lifts=read_lifts(city_dir, lifts),
            url=mqtt_url,
            own=connections is Way.OWN,
            seed=seed,
            births_per_s=births,
            for_s=None if minutes is None else 60 * minutes,
            profile=profile,
            rhythm=AS_PUBLISHED if period is None else Rhythm.fixed(period),
            clock_share=wrong_clocks,
            shares=Shares(lost=lost, doubled=doubled, delayed=delayed, reordered=reordered),
            rates=Rates(
                restarts_a_day=restarts,
                link_losses_a_day=link_losses,
                visits_a_year=visits,
                entrapments_a_year=entrapments,
                breakdowns_a_year=breakdowns,
                storm_every_s=storm_every,
            ),
        )
        with _progress(f"fleet of {len(plan.lifts):,} lifts, seed {seed}") as tell:
            row = asyncio.run(run_fleet(plan, tell))
    except SimulatorError as error:
        raise fail(str(error)) from None
    print_result("fleet", seed, [row], as_json=as_json)


def mass_event(
    kind: Annotated[Kind, typer.Argument(help="what happens")],
    city_dir: CityDir,
    mqtt_url: MqttUrl,
    lifts: Annotated[int | None, typer.Option(min=1, help="strike so many, not as many as such events do")] = None,
    hour: Annotated[int, typer.Option(min=0, max=23, help="of the day: how many people are in the cars")] = 18,
    outage_minutes: Annotated[float, typer.Option(min=0.1, help="until power or permission is back")] = 20,
    speed: Annotated[float, typer.Option(min=1, help="outage, calls and rescues pass so many times faster")] = 1,
    http_url: Annotated[str | None, typer.Option("--http", help="the service, for those who telephone")] = None,
    token: Annotated[str, typer.Option(envvar="RESCUE_TOKEN", help="an operator's, for those who telephone")] = "",
    by_crews: Annotated[bool, typer.Option(help="people wait for the crews of `simulate crews`")] = False,
    truth: Annotated[Path, typer.Option(help="what really happened, a line a lift")] = Path("mass-event.jsonl"),
    connections: Annotated[Way, typer.Option(help="one a lift, with its will, or a gateway an area")] = Way.GATEWAY,
    births: Annotated[float, typer.Option(min=1, help="lifts that come on line in a second")] = BIRTHS_A_SECOND,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Strike many lifts at once, in the proportions that were seen. Long, for it has many options.

    Only the lifts that are struck are simulated. They must not be on line from elsewhere.
    """
    try:
        outage_s = 60 * outage_minutes
        event = draw_event(
            Random(f"mass event {seed}"), kind, read_lifts(city_dir), hour=hour, outage_s=outage_s, most=lifts
        )
        run = EventRun(
            event=event,
            url=mqtt_url,
            own=connections is Way.OWN,
            seed=seed,
            births_per_s=births,
            speed=speed,
            truth=truth,
            http_url=http_url,
            token=token,
            by_crews=by_crews,
        )
        with _progress(f"{kind} at {event.centre.address}, {len(event.trapped)} cars with people, seed {seed}") as tell:
            row = asyncio.run(run_mass_event(run, tell))
    except SimulatorError as error:
        raise fail(str(error)) from None
    except OSError as error:
        raise fail(f"cannot write {truth}: {error.strerror or error}") from None
    print_result("mass-event", seed, [row], as_json=as_json)


@contextmanager
def _progress(title: str) -> Iterator[Tell]:
    """A line that is drawn over and over on a terminal, one now and then in a log."""
    console = Console(stderr=True)
    said_at = -SAY_EVERY_S
    with console.status(title) as status:

        def tell(now: Progress) -> None:
            nonlocal said_at
            line = (
                f"{title}: {now.seconds:.0f} s, {now.online:,} of {now.lifts:,} on line by {now.open_links:,} of "
                f"{now.links:,} connections, {now.published:,} messages, {now.behind_s:.1f} s behind"
            )
            status.update(line)
            if not console.is_terminal and now.seconds - said_at >= SAY_EVERY_S:
                said_at = now.seconds
                typer.echo(line, err=True)

        yield tell
