"""What is so in the city, whatever anyone reports of it: whose car stands still, and who is inside.

Crews and callers ask here, for they are on the spot; the centre's staff hear only what passengers tell them. Nothing
of this reaches the service but through lifts, companies, callers and operators. Where the lifts live in another
process, or are real, crews have `Hearsay` in its place: they find what was said of the case, or what chance has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Protocol

from simulators.fleet import FleetLink
from simulators.habits import draw_party
from simulators.lift import LiftMachine
from simulators.misfortunes import (
    RECOVERED_CAUSE,
    SELF_RECOVERED,
    Misfortune,
    draw_cause,
    draw_method,
    draw_on_site_s,
    keeps_at_landing,
)

NOBODY_THERE_SHARE = 0.15
"""Of the lifts a crew comes to: they have recovered by then (domain research: 5 to 35 %)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a crew can report once everybody is out."""

    people_released: int
    injured: int
    cause_code: str
    release_method: str


NOBODY_THERE = Outcome(people_released=0, injured=0, cause_code=RECOVERED_CAUSE, release_method=SELF_RECOVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a crew was told of the people inside."""

    people: int | None = None
    injured: int = 0


NOTHING_TOLD = Told()


class Scene(Protocol):
    """A lift as whoever stands before it can know it, and act on it."""

    def work_s(self, lift_id: str) -> float:
        """Seconds of life that a crew needs on site."""

    def release(self, lift_id: str, told: Told = NOTHING_TOLD) -> Outcome:
        """The crew has done its work: the people get out, if any are still inside."""


class Hearsay:
    """Nobody in this process knows who is inside."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def work_s(self, lift_id: str) -> float:  # noqa: ARG002
        """By lot."""
        return draw_on_site_s(self._rng)

    def release(self, lift_id: str, told: Told = NOTHING_TOLD) -> Outcome:  # noqa: ARG002
        """As many as the case says, or as usually are."""
        if self._rng.random() < NOBODY_THERE_SHARE:
            return NOBODY_THERE
        cause_code = draw_cause(self._rng)
        return Outcome(
            people_released=told.people or draw_party(self._rng),
            injured=told.injured,
            cause_code=cause_code,
            release_method=draw_method(self._rng, at_landing=keeps_at_landing(cause_code)),
        )


class World:
    """The misfortunes under way, on the lifts of a fleet."""

    def __init__(self, link: FleetLink, rng: Random) -> None:
        self._link = link
        self._rng = rng
        self._misfortunes: dict[str, Misfortune] = {}

    def strike(self, misfortune: Misfortune, now: float) -> None:
        """Lets it happen: the lift's next ride will not arrive."""
        lift_id = misfortune.lift.lift_id
        self._misfortunes[lift_id] = misfortune
        self._link.fleet.befall(lift_id, misfortune.stoppage, now)

    def is_struck(self, lift_id: str) -> bool:
        """Whether something has befallen the lift that nobody has put right yet."""
        return lift_id in self._misfortunes

    def machine(self, lift_id: str) -> LiftMachine:
        """The lift itself."""
        return self._link.fleet[lift_id]

    def has_stopped(self, lift_id: str) -> bool:
        """Whether the car stands still for good, until released."""
        return self.machine(lift_id).car.stoppage is not None

    def people_inside(self, lift_id: str) -> int:
        """How many cannot get out."""
        return self.machine(lift_id).car.people if self.has_stopped(lift_id) else 0

    def work_s(self, lift_id: str) -> float:
        """Seconds of life that a crew needs on site."""
        misfortune = self._misfortunes.get(lift_id)
        return misfortune.on_site_s if misfortune else draw_on_site_s(self._rng)

    def release(self, lift_id: str, told: Told = NOTHING_TOLD) -> Outcome:  # noqa: ARG002
        """What is so counts, whatever the crew was told."""
        misfortune = self._misfortunes.pop(lift_id, None)
        if misfortune is None or not self.has_stopped(lift_id):
            return NOBODY_THERE
        people = self.people_inside(lift_id)
        self._link.release(lift_id)
        return Outcome(
            people_released=people,
            injured=misfortune.injured,
            cause_code=misfortune.cause_code,
            release_method=misfortune.release_method,
        )
