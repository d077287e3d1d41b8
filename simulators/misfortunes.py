"""What befalls the city's lifts: who is trapped where, why, and who learns of it in which way.

The mix is chosen for a demonstration in which every road into the service is seen; people, causes and the rare long
case follow the published figures. Chance comes from the generator handed in; no clock is read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from random import Random

from simulators.car import Stoppage
from simulators.city import Lift
from simulators.habits import draw_party
from simulators.names import draw_person, mobile
from simulators.pace import Pace

ON_SITE_MEAN_S = 5 * 60.0
ON_SITE_SIGMA = 0.9
HARD_CASE_SHARE = 0.008
HARD_CASE_S = (30 * 60.0, 180 * 60.0)
INJURED_SHARE = 0.01
EMPTY_SHARE = 0.4
"""Of the stops at which nobody knows whether people are inside."""
PRESSES_AFTER_S = (1.0, 5.0)
PRESSED_BY_S = 12.0
"""Real seconds: passengers who press the button live by the lift's clock."""
RECOVERS_AFTER_S = (2 * 60.0, 8 * 60.0)
"""Seconds of life from the alarm to the lift's own recovery."""


class Course(Enum):
    """How an entrapment becomes known."""

    ALARM = "the passengers press the alarm button"
    SILENT = "nobody presses anything: the car's reports must tell"
    PHONED = "somebody telephones with the rescue code"
    UNSENSED = "a car without presence sensor stops: somebody must ask who is inside"
    RECOVERED = "the alarm is raised, then the lift recovers by itself"
    BREAKDOWN = "the car stops with nobody inside"


_COURSES = {
    Course.ALARM: 45,
    Course.SILENT: 25,
    Course.PHONED: 18,
    Course.UNSENSED: 5,
    Course.RECOVERED: 4,
    Course.BREAKDOWN: 3,
}

_CAUSES = {
    "101": 24,
    "201": 20,
    "301": 5,
    "302": 5,
    "305": 4,
    "501": 8,
    "503": 7,
    "505": 9,
    "402": 4,
    "601": 8,
    "700": 6,
}
"""Cause codes with their weights: rubbish in the sill 24 %, power cuts 20 %, doors about 14 %."""

_METHODS_AT_LANDING = ("levelled_door", "forced_door")
_METHODS_BETWEEN = ("hand_winding", "electric_release", "levelled_door")
SELF_RECOVERED = "self_recovered"
RECOVERED_CAUSE = "204"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfortune:
    """One lift's misfortune in full: the stoppage, and what only people can tell of it."""

    lift: Lift
    course: Course
    stoppage: Stoppage
    cause_code: str
    release_method: str
    injured: int
    on_site_s: float
    """Seconds of life from the crew's arrival to the passengers out."""
    caller: str
    caller_phone: str


def draw_course(rng: Random) -> Course:
    """One of the courses, by their weights."""
    return rng.choices(list(_COURSES), list(_COURSES.values()))[0]


def draw_misfortune(rng: Random, lift: Lift, course: Course, pace: Pace) -> Misfortune:
    """Draws what befalls this lift."""
    cause_code = draw_cause(rng)
    stoppage = _draw_stoppage(rng, course, cause_code, pace)
    return Misfortune(
        lift=lift,
        course=course,
        stoppage=stoppage,
        cause_code=cause_code,
        release_method=draw_method(rng, at_landing=stoppage.at_landing),
        injured=1 if stoppage.people and rng.random() < INJURED_SHARE else 0,
        on_site_s=draw_on_site_s(rng),
        caller=draw_person(rng),
        caller_phone=mobile(30_000_000 + rng.randrange(10_000_000)),
    )


def draw_cause(rng: Random) -> str:
    """The code that will be filed."""
    return rng.choices(list(_CAUSES), list(_CAUSES.values()))[0]


def draw_method(rng: Random, *, at_landing: bool) -> str:
    """How a crew gets people out of a car that stands there."""
    return rng.choice(_METHODS_AT_LANDING if at_landing else _METHODS_BETWEEN)


def keeps_at_landing(cause_code: str) -> bool:
    """Doors that stick keep people at a landing; whatever stops the drive leaves them anywhere."""
    return cause_code.startswith(("1", "3"))


def draw_on_site_s(rng: Random) -> float:
    """Seconds of life on site: log-normal with mean 5 min and sigma 0.9; one case in 125 takes half an hour or more."""
    if rng.random() < HARD_CASE_SHARE:
        return rng.uniform(*HARD_CASE_S)
    return rng.lognormvariate(math.log(ON_SITE_MEAN_S) - ON_SITE_SIGMA**2 / 2, ON_SITE_SIGMA)


def _draw_stoppage(rng: Random, course: Course, cause_code: str, pace: Pace) -> Stoppage:
    presses_after_s = rng.uniform(*PRESSES_AFTER_S) if course in (Course.ALARM, Course.RECOVERED) else None
    recovers_after_s = (
        PRESSED_BY_S + pace.real_s(rng.uniform(*RECOVERS_AFTER_S)) if course is Course.RECOVERED else None
    )
    return Stoppage(
        at_landing=keeps_at_landing(cause_code) and course is not Course.BREAKDOWN,
        people=_draw_people(rng, course),
        presses_after_s=presses_after_s,
        recovers_after_s=recovers_after_s,
        power_cut=cause_code == "201",
    )


def _draw_people(rng: Random, course: Course) -> int:
    empty = course is Course.BREAKDOWN or (course is Course.UNSENSED and rng.random() < EMPTY_SHARE)
    return 0 if empty else draw_party(rng)
