"""What is so in the city, whatever anyone reports of it: whose car stands still, and who is inside.

Crews and callers ask here, for they are on the spot; the centre's staff hear only what passengers tell them. Nothing
of this reaches the service but through lifts, companies, callers and operators.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from simulators.fleet import FleetLink
from simulators.lift import LiftMachine
from simulators.misfortunes import RECOVERED_CAUSE, SELF_RECOVERED, Misfortune, draw_on_site_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a crew can report once everybody is out."""

    people_released: int
    injured: int
    cause_code: str
    release_method: str


NOBODY_THERE = Outcome(people_released=0, injured=0, cause_code=RECOVERED_CAUSE, release_method=SELF_RECOVERED)


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

    def release(self, lift_id: str) -> Outcome:
        """The crew has done its work: the people get out, if any are still inside."""
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
