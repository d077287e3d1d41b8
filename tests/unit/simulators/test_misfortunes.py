from __future__ import annotations

from random import Random
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.fate import FIRST_DRIVE_S, choose_first_lift
from simulators.habits import draw_party
from simulators.misfortunes import Course, draw_course, draw_misfortune, draw_on_site_s
from simulators.pace import Pace
from tests.unit.simulators.lives import CITY
from tests.unit.simulators.people import LIFT, ROADS

PACE = Pace(factor=30)
seeds = st.integers(0, 100_000)


@given(seeds)
def test_a_lift_recovers_by_itself_only_after_its_alarm_has_been_raised(seed: int) -> None:
    stoppage = draw_misfortune(Random(seed), LIFT, Course.RECOVERED, PACE).stoppage
    assert stoppage.presses_after_s is not None
    assert stoppage.recovers_after_s is not None
    assert stoppage.recovers_after_s > stoppage.presses_after_s + 6


@given(seeds, st.sampled_from([Course.SILENT, Course.PHONED, Course.UNSENSED, Course.BREAKDOWN]))
def test_nobody_presses_the_button_but_where_the_course_says_so(seed: int, course: Course) -> None:
    misfortune = draw_misfortune(Random(seed), LIFT, course, PACE)
    assert misfortune.stoppage.presses_after_s is None
    assert misfortune.stoppage.recovers_after_s is None


@given(seeds, st.sampled_from([Course.ALARM, Course.SILENT, Course.PHONED]))
def test_an_entrapment_has_people_and_a_breakdown_has_none(seed: int, course: Course) -> None:
    assert draw_misfortune(Random(seed), LIFT, course, PACE).stoppage.people >= 1
    empty = draw_misfortune(Random(seed), LIFT, Course.BREAKDOWN, PACE)
    assert (empty.stoppage.people, empty.injured, empty.stoppage.at_landing) == (0, 0, False)


@given(seeds)
def test_doors_that_stick_keep_people_at_a_landing_and_power_cuts_anywhere_but_there(seed: int) -> None:
    misfortune = draw_misfortune(Random(seed), LIFT, Course.ALARM, PACE)
    assert misfortune.stoppage.at_landing == (misfortune.cause_code[0] in "13")
    assert misfortune.stoppage.power_cut == (misfortune.cause_code == "201")


def test_every_course_is_taken_now_and_then() -> None:
    rng = Random(1)
    assert {draw_course(rng) for _ in range(1000)} == set(Course)


def test_people_and_work_on_site_follow_the_published_figures() -> None:
    rng = Random(1)
    assert fmean(draw_party(rng) for _ in range(20_000)) == pytest.approx(2.0, abs=0.05)
    work_s = [draw_on_site_s(rng) for _ in range(20_000)]
    assert median(work_s) == pytest.approx(200, rel=0.1)
    assert 0.008 < sum(work > 30 * 60 for work in work_s) / len(work_s) < 0.02


def test_the_first_lift_has_a_crew_of_its_own_company_a_few_minutes_away() -> None:
    lift = choose_first_lift(CITY, ROADS, CITY.lifts)
    crews = [crew for crew in CITY.crews if crew.company_id == lift.company_id and crew.on_duty == "yes"]
    drives = [ROADS.drive((crew.lon, crew.lat), (lift.lon, lift.lat)).duration_s for crew in crews]
    assert min(drives) == pytest.approx(FIRST_DRIVE_S, rel=0.5)
