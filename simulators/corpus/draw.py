"""Draws a corpus: buildings of four lifts live through a day of scenes, and the network carries what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from random import Random

from simulators.corpus.clocks import RIGHT, draw_wrong_clock
from simulators.corpus.controller import Controller, Identity
from simulators.corpus.lift import Lift, Outage
from simulators.corpus.mixes import Mix
from simulators.corpus.network import Arrival, Network
from simulators.corpus.places import PLACES
from simulators.corpus.scenes.emergencies import building_goes_dark
from simulators.corpus.sensors import draw_sensor
from simulators.corpus.speech import draw_dialect
from simulators.corpus.truth import Truth

AREA = "410105"
BORN_AT = 1_767_225_600.0
LIFTS_A_BUILDING = 4
SCENES_A_LIFE = 11
CUT_AFTER_S = 1200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What the service hears, in order of arrival, and the truth, apart from it."""

    mix: str
    area: str
    arrivals: Sequence[Arrival]
    truths: Mapping[str, Truth]
    """By lift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Building:
    """What befalls all of its lifts at the same instants."""

    born_at: float
    network: Network
    outages: Sequence[Outage]
    cut: tuple[float, float] | None


def draw_corpus(mix: Mix, *, seed: int, lifts: Iterable[int]) -> Corpus:
    """The lives of the lifts with these numbers; each is the same whichever others are drawn with it."""
    lives = {name_lift(mix, number): _live(mix, number, seed) for number in lifts}
    arrivals = merge(*(arrivals for _, arrivals in lives.values()), key=lambda arrival: arrival.at)
    truths = {lift_id: truth for lift_id, (truth, _) in lives.items()}
    return Corpus(mix=mix.name, area=AREA, arrivals=tuple(arrivals), truths=truths)


def name_lift(mix: Mix, number: int) -> str:
    """Its lift_id."""
    return f"{mix.name}-{number:03d}"


def _draw_building(mix: Mix, rng: Random) -> _Building:
    born_at = BORN_AT + rng.uniform(0, 3600)
    cut_at = born_at + CUT_AFTER_S
    return _Building(
        born_at=born_at,
        network=replace(mix.network, lost=rng.uniform(0, mix.network.lost)),
        outages=tuple(_draw_outages(rng, born_at)) if rng.random() < mix.lost_links else (),
        cut=(cut_at, cut_at + rng.uniform(300, 2400)) if rng.random() < mix.dark_buildings else None,
    )


def _draw_outages(rng: Random, born_at: float) -> Iterator[Outage]:
    """Some long ones, and storms in which the link comes and goes."""
    at = born_at
    for _ in range(rng.randint(2, 5)):
        at += rng.uniform(600, 7200)
        for _ in range(rng.choice((1, 1, 6))):
            ends = at + rng.choice((20.0, 120.0, 900.0)) * rng.uniform(0.5, 1.5)
            yield at, ends
            at = ends + rng.uniform(5, 60)


def _live(mix: Mix, number: int, seed: int) -> tuple[Truth, Sequence[Arrival]]:
    lift_id = name_lift(mix, number)
    building = _draw_building(mix, Random(f"{seed}/{mix.name}/building {number // LIFTS_A_BUILDING}"))
    rng = Random(f"{seed}/{lift_id}")
    lift = _build_lift(lift_id, mix, building, rng)
    lift.wait(rng.uniform(1, 60))
    if building.cut is not None:
        lift.enter(building_goes_dark.__name__)
        building_goes_dark(lift, rng, cut_at=building.cut[0], back_at=building.cut[1])
    for scene in rng.choices(tuple(mix.scenes), tuple(mix.scenes.values()), k=SCENES_A_LIFE):
        lift.enter(scene.__name__)
        scene(lift, rng)
        lift.wait(rng.uniform(5, 120))
    sent = lift.controller.take_sent()
    return lift.notebook.close(lift.now), building.network.carry(sent, building.outages, rng)


def _build_lift(lift_id: str, mix: Mix, building: _Building, rng: Random) -> Lift:
    is_wrong = rng.random() < mix.wrong_clocks
    clock = draw_wrong_clock(rng, building.born_at) if is_wrong else RIGHT
    identity = Identity(lift_id=lift_id, area=AREA, dialect=draw_dialect(rng), clock=clock)
    return Lift(
        Controller(identity, boot=rng.randint(1, 40), rng=rng),
        place=rng.choice(PLACES),
        sensor=draw_sensor(rng),
        outages=building.outages,
        born_at=building.born_at,
        rng=rng,
    )
