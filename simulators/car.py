"""A car in its shaft: it fetches people, carries them, and may stop with them inside.

Kinematics and doors only; what is reported of it, and when, is `lift.py`. A car never runs but with its door closed,
and people get in and out only while the door is open. Time (POSIX seconds) is an argument; chance comes from the
generator that it was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from simulators.habits import draw_gap_s, draw_party

START_AND_STOP_S = 3.0
SECONDS_A_FLOOR = 1.8
OPENING_S = 2.0
OPEN_S = 4.0
HASTY_OPEN_S = 1.0
CLOSING_S = 3.0
DOOMED_RUN_S = (2.0, 4.0)
INSPECTION_PAUSE_S = (20.0, 90.0)
INSPECTED_BETWEEN_SHARE = 0.4
"""Of the stops while somebody works on the car: those between landings."""
NEVER = float("inf")


class Phase(Enum):
    """What the car is doing."""

    PARKED = auto()
    RUNNING = auto()
    OPENING = auto()
    OPEN = auto()
    CLOSING = auto()
    STUCK = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppage:
    """What befalls a lift: an entrapment, or with nobody inside a breakdown. Seconds count from the stop."""

    at_landing: bool
    """In the door zone with doors that will not open; otherwise between landings."""
    people: int
    presses_after_s: float | None = None
    """When somebody presses the alarm button; None for never."""
    recovers_after_s: float | None = None
    """When the lift recovers by itself; None for never."""
    power_cut: bool = False
    service_mode: str = ""
    """What the controller then says of itself, if not what follows from the above, as `earthquake`."""


class Car:
    """`until` is the instant at which `advance` is due; `floors` is at least 2."""

    __slots__ = ("_boarding", "_doom", "_doom_aboard", "_floors", "_from", "_inspected_until", "_is_between",
                 "_place_type", "_rng", "_since", "_to", "people", "phase", "stoppage", "until")  # fmt: skip

    def __init__(self, *, floors: int, place_type: str, now: float, rng: Random) -> None:
        self._floors = floors
        self._place_type = place_type
        self._rng = rng
        self._from = self._to = 1
        self._boarding = 0
        self._doom: Stoppage | None = None
        self._doom_aboard = False
        self._inspected_until: float | None = None
        self._is_between = False
        self.people = 0
        self.stoppage: Stoppage | None = None
        self._since = now
        self.phase = Phase.PARKED
        self.until = now + draw_gap_s(rng, place_type, now)

    @property
    def direction(self) -> str:
        """Which way it runs: none, up or down."""
        if self.phase is not Phase.RUNNING or self._from == self._to:
            return "none"
        return "up" if self._to > self._from else "down"

    @property
    def door_zone(self) -> bool:
        """Whether it stands level with a landing."""
        if self.stoppage is not None:
            return self.stoppage.at_landing
        return self.phase is not Phase.RUNNING and not self._is_between

    @property
    def is_inspected(self) -> bool:
        """Whether somebody works on it."""
        return self._inspected_until is not None

    def position(self, now: float) -> int:
        """The floor it is at or has last passed."""
        if self.phase is not Phase.RUNNING:
            return self._from
        passed = int((now - self._since - START_AND_STOP_S / 2) / SECONDS_A_FLOOR)
        passed = max(0, min(passed, abs(self._to - self._from)))
        return self._from + (passed if self._to > self._from else -passed)

    def befall(self, stoppage: Stoppage, now: float) -> None:
        """Dooms the next ride: the car finishes what it does, takes the people in, sets off and stops."""
        self._end_inspection()
        self._doom = stoppage
        if self.phase is Phase.PARKED:
            self.until = now

    def halt(self, stoppage: Stoppage, now: float) -> None:
        """Stops for good at once, whatever it was doing, with the people of the stoppage inside."""
        self._end_inspection()
        self._from = self._to = self.position(now)
        self.people, self._boarding = stoppage.people, 0
        self._doom = stoppage
        self._stop_for_good(now)

    def begin_inspection(self, now: float, until: float) -> bool:
        """Somebody takes it out of service to work on it, if it stands empty."""
        if self.phase is not Phase.PARKED or self._doom is not None or self.is_inspected:
            return False
        self._inspected_until, self.until = until, now
        return True

    def release(self, now: float) -> None:
        """Levelled and opened, by a crew or by itself: the people get out and service goes on."""
        self.stoppage = None
        self._enter(Phase.OPENING, now, OPENING_S)

    def advance(self, now: float) -> None:
        """Does what is due at `until`."""
        match self.phase:
            case Phase.PARKED:
                self._answer_call(now)
            case Phase.RUNNING:
                self._arrive(now)
            case Phase.OPENING:
                self._open(now)
            case Phase.OPEN:
                self._exchange_people(now)
            case Phase.CLOSING:
                self._set_off(now)
            case Phase.STUCK:
                raise AssertionError("a stuck car waits for its release")

    def _answer_call(self, now: float) -> None:
        if self._doom is not None:
            self._enter(Phase.OPEN, now, HASTY_OPEN_S)
            return
        if self._inspected_until is not None:
            self._inspect(now, self._inspected_until)
            return
        self._boarding = draw_party(self._rng)
        self._to = self._rng.randint(1, self._floors)
        if self._to == self._from:
            self._enter(Phase.OPENING, now, OPENING_S)
        else:
            self._run(now)

    def _run(self, now: float) -> None:
        self._enter(Phase.RUNNING, now, START_AND_STOP_S + SECONDS_A_FLOOR * abs(self._to - self._from))
        if self._doom_aboard:
            self.until = now + self._rng.uniform(*DOOMED_RUN_S)

    def _inspect(self, now: float, until: float) -> None:
        """Up or down a floor with somebody on the car, stop anywhere, and again; at the end back into service."""
        self._is_between = False
        if now < until:
            self.people = 1
            self._to = self._from + (1 if self._from < self._floors else -1)
            self._run(now)
        else:
            self._end_inspection()
            self._enter(Phase.PARKED, now, draw_gap_s(self._rng, self._place_type, now))

    def _end_inspection(self) -> None:
        if self.is_inspected:
            self._inspected_until, self._is_between, self.people = None, False, 0

    def _arrive(self, now: float) -> None:
        if self._doom_aboard and self._doom is not None:
            self._from = self._to = self.position(now)
            if not self._doom.at_landing:
                self._stop_for_good(now)
                return
        self._from = self._to
        if self.is_inspected:
            self._is_between = self._rng.random() < INSPECTED_BETWEEN_SHARE
            self._enter(Phase.PARKED, now, self._rng.uniform(*INSPECTION_PAUSE_S))
        else:
            self._enter(Phase.OPENING, now, OPENING_S)

    def _open(self, now: float) -> None:
        if self._doom_aboard:
            self._stop_for_good(now)
        else:
            self._enter(Phase.OPEN, now, OPEN_S)

    def _exchange_people(self, now: float) -> None:
        self.people, self._boarding = self._boarding, 0
        if self._doom is not None:
            self.people, self._doom_aboard = self._doom.people, True
        self._enter(Phase.CLOSING, now, CLOSING_S)

    def _set_off(self, now: float) -> None:
        if not self.people and not self._doom_aboard:
            idle_s = draw_gap_s(self._rng, self._place_type, now) if self._doom is None else 0.0
            self._enter(Phase.PARKED, now, idle_s)
            return
        other = self._rng.randint(1, self._floors - 1)
        self._to = other if other < self._from else other + 1
        self._run(now)

    def _stop_for_good(self, now: float) -> None:
        self.stoppage, self._doom, self._doom_aboard = self._doom, None, False
        self._enter(Phase.STUCK, now, NEVER)

    def _enter(self, phase: Phase, now: float, lasts_s: float) -> None:
        self.phase = phase
        self._since = now
        self.until = now + lasts_s
