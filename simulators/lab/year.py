"""A year of calls under one policy: discrete events, in the order of time.

A call is ordered, a crew is asked, answers or not, drives, arrives, frees the people and is free itself. Where a level
has nobody, or has had its attempts, the next is asked; where five minutes brought nobody, the fire brigade comes too.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

import numpy as np

from dispatch.crews import Position
from simulators.lab.answers import answer
from simulators.lab.calls import DAY_S, Call
from simulators.lab.moving_up import CHANGES_H
from simulators.lab.policies import LIMITS, Practice, Question
from simulators.lab.town import Flags, Floats, Town

LEVELS = 3
FIRE_BRIGADE_MEDIAN_S, FIRE_BRIGADE_SIGMA = 600.0, 0.3
"""From the call to 119 until it is there; what it answers is not asked (our judgement)."""
STAYS_S = 1_200.0
"""So long after a rescue a crew is still where it was; then it is back on its round."""

Event = Callable[[float], None]


@dataclass(slots=True, kw_only=True)
class Course:
    """What became of a call. Nothing arrived where the car went on by itself before."""

    call: Call
    ordered_at_s: float
    level: int = 1
    asked_at_level: int = 0
    asked: set[int] = field(default_factory=set)
    crew: int | None = None
    drive_s: float = 0.0
    arrived_at_s: float | None = None
    came: int | None = None
    """The crew that was there first; None where it was the fire brigade."""

    @property
    def arrival_s(self) -> float | None:
        """From the call until help is there."""
        return None if self.arrived_at_s is None else self.arrived_at_s - self.call.at_s

    def is_settled(self, at_s: float) -> bool:
        """Somebody is coming or there, or nobody need come."""
        return self.crew is not None or self.arrived_at_s is not None or self.call.recovers_at_s <= at_s


@dataclass(slots=True, kw_only=True)
class Year:
    """The events to come, and where the crews are."""

    town: Town
    practice: Practice
    pace: float
    seed: int
    courses: list[Course] = field(default_factory=list)
    worked_s: Floats = field(init=False)
    _events: list[tuple[float, int, Event]] = field(default_factory=list)
    _count: int = 0
    _waits: Mapping[int, Position] = field(default_factory=dict)
    """Crews that were moved up, and where to."""
    _is_free: Flags = field(init=False)
    _was_at: Floats = field(init=False)
    _until_s: Floats = field(init=False)
    _shifts: Sequence[str] = field(init=False)
    _hour: int = -1
    """The hour of the year for which the next two are worked out: shifts and rounds change on the hour."""
    _on_duty: Flags = field(init=False)
    _on_rounds: Floats = field(init=False)

    def __post_init__(self) -> None:
        crews = len(self.town.city.crews)
        self.worked_s = np.zeros(crews)
        self._is_free = np.ones(crews, dtype=bool)
        self._was_at, self._until_s = np.zeros((crews, 2)), np.full(crews, -1.0)
        self._shifts = self.practice.shifts(self.town)

    def live(self, calls: Sequence[Call], tell: Callable[[int], None] = lambda _: None) -> list[Course]:
        """Live through these calls. `tell` is given each day that begins."""
        for call in calls:
            self._at(call.at_s + self.practice.order_s(call.number), partial(self._begin, call))
        if self.practice.move_up and calls:
            self._change_shifts_until(calls[-1].at_s)
        day = -1
        while self._events:
            at_s, _, event = heapq.heappop(self._events)
            if (today := int(at_s // 86_400)) > day:
                day = today
                tell(day)
            event(at_s)
        return self.courses

    def _change_shifts_until(self, end_s: float) -> None:
        for day in range(int(end_s // DAY_S) + 1):
            for hour in CHANGES_H:
                self._at(day * DAY_S + hour * 3600.0, self._move_up)

    def _move_up(self, at_s: float) -> None:
        """Idle crews go where they are advised to wait; the others wait where they always do."""
        assert self.practice.move_up is not None, "asked only of a policy that moves crews"
        self._waits = {}
        can_go = self._can_be_asked(at_s)
        self._waits = self.practice.move_up(self.town, np.flatnonzero(can_go), self._places(at_s), at_s)

    def _at(self, at_s: float, event: Event) -> None:
        heapq.heappush(self._events, (at_s, self._count, event))
        self._count += 1

    def _begin(self, call: Call, at_s: float) -> None:
        course = Course(call=call, ordered_at_s=at_s)
        self.courses.append(course)
        self._at(at_s + LIMITS.engage_within_s, partial(self._engage, course))
        self._ask(course, at_s)

    def _ask(self, course: Course, at_s: float) -> None:
        if course.is_settled(at_s):
            return
        row = self._pick(course, at_s)
        if row is None:
            self._at(at_s + LIMITS.ask_again_after_s, partial(self._ask, course))
            return
        self._is_free[row] = False
        course.asked.add(row)
        course.asked_at_level += 1
        said = answer(self.seed, course.call.number, row, self.town.quality[row])
        within_s = LIMITS.accept_within_s if course.asked_at_level == 1 else LIMITS.accept_next_within_s
        reaches_s = self.practice.ask_s(course.call.number)
        if said.accepts is None or said.after_s > within_s:
            self._at(at_s + reaches_s + within_s, partial(self._refused, course, row))
        elif said.accepts:
            self._at(at_s + reaches_s + said.after_s, partial(self._accepted, course, row))
        else:
            self._at(at_s + reaches_s + said.after_s, partial(self._refused, course, row))

    def _pick(self, course: Course, at_s: float) -> int | None:
        """The next crew, of the first level that has one."""
        places = self._places(at_s)
        can_go = self._can_be_asked(at_s)
        can_go[list(course.asked)] = False
        free = np.flatnonzero(can_go)
        while True:
            if course.asked_at_level < LIMITS.attempts_per_level or course.level == LEVELS:
                asked = Question(call=course.call, at_s=at_s, level=course.level, places=places, free=free)
                if (row := self.practice.pick(self.town, asked)) is not None or course.level == LEVELS:
                    return row
            course.level, course.asked_at_level = course.level + 1, 0

    def _can_be_asked(self, at_s: float) -> Flags:
        self._begin_hour(at_s)
        return self._is_free & self._on_duty

    def _begin_hour(self, at_s: float) -> None:
        if (hour := int(at_s // 3600)) != self._hour:
            self._hour = hour
            self._on_duty = self.town.can_be_asked(at_s, self._shifts)
            self._on_rounds = self.town.places_of_crews(at_s)

    def _places(self, at_s: float) -> Floats:
        self._begin_hour(at_s)
        places = self._on_rounds.copy()
        for row, place in self._waits.items():
            places[row] = place.lon, place.lat
        still = self._until_s > at_s
        places[still] = self._was_at[still]
        return places

    def _refused(self, course: Course, row: int, at_s: float) -> None:
        self._is_free[row] = True
        self._ask(course, at_s)

    def _accepted(self, course: Course, row: int, at_s: float) -> None:
        if course.call.recovers_at_s <= at_s:
            self._is_free[row] = True
            return
        lon, lat = self._places(at_s)[row].tolist()
        turn_out_s, drive_s = self.town.drive_s(Position(lon, lat), course.call, at_s, self.pace)
        course.crew, course.drive_s = row, drive_s
        self._at(at_s + turn_out_s + drive_s, partial(self._arrived, course, row, at_s))

    def _arrived(self, course: Course, row: int, since_s: float, at_s: float) -> None:
        recovered = course.call.recovers_at_s <= at_s
        if not recovered and course.arrived_at_s is None:
            course.arrived_at_s, course.came = at_s, row
        stays_s = 0.0 if recovered else course.call.on_site_s
        self.worked_s[row] += at_s + stays_s - since_s
        self._at(at_s + stays_s, partial(self._free, course.call, row))

    def _free(self, call: Call, row: int, at_s: float) -> None:
        place = self.town.places[call.lift]
        self._is_free[row] = True
        self._was_at[row], self._until_s[row] = (place.lon, place.lat), at_s + STAYS_S

    def _engage(self, course: Course, at_s: float) -> None:
        """Nobody has accepted in time: everybody is asked, and the fire brigade goes."""
        if course.is_settled(at_s):
            return
        course.level, course.asked_at_level = LEVELS, 0
        within_s = FIRE_BRIGADE_MEDIAN_S * Random(f"119 {self.seed} {course.call.number}").lognormvariate(
            0, FIRE_BRIGADE_SIGMA
        )
        self._at(at_s + within_s, partial(self._firemen_arrived, course))

    def _firemen_arrived(self, course: Course, at_s: float) -> None:
        if course.arrived_at_s is None and course.call.recovers_at_s > at_s:
            course.arrived_at_s = at_s
