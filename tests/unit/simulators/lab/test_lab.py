"""A year of the city: drawn alike for every policy, lived through by its rules, and counted honestly."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from typer.testing import CliRunner

from simulators.cli import app
from simulators.lab.answers import answer
from simulators.lab.calls import DAYS, TWO_HOUR_SHARES, draw_calls
from simulators.lab.figures import Lived, bounds, count, row_of, saved
from simulators.lab.pace import PUBLISHED_MEAN_S, find_pace
from simulators.lab.policies import LIMITS, Practice, Question, pick_by_base, pick_by_product, pick_closest
from simulators.lab.report import write_report
from simulators.lab.run import Findings, run_lab
from simulators.lab.staffing import fewer, more_at_night
from simulators.lab.town import Town, Traffic, instant, make_town
from simulators.lab.year import Course, Year

LIFTS = 3_000
DAYS_LIVED = 60
SEED = 5


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(lifts=LIFTS, seed=SEED)


@pytest.fixture(scope="module")
def ours(town: Town) -> Practice:
    roads = Traffic(by_hour=town.by_hour, pace=1.0)
    return Practice(name="ours", says="by road", pick=pick_by_product(roads))


@pytest.fixture(scope="module")
def lived(town: Town, ours: Practice) -> Year:
    year = Year(town=town, practice=ours, pace=1.0, seed=SEED)
    year.live(draw_calls(lifts=LIFTS, seed=SEED, days=DAYS_LIVED))
    return year


def test_the_same_seed_draws_the_same_calls_and_another_seed_others() -> None:
    assert draw_calls(lifts=LIFTS, seed=1) == draw_calls(lifts=LIFTS, seed=1)
    assert draw_calls(lifts=LIFTS, seed=1) != draw_calls(lifts=LIFTS, seed=2)


def test_a_year_has_as_many_calls_as_zhengzhou_at_the_hours_it_had_them() -> None:
    calls = draw_calls(lifts=120_000, seed=1)
    assert len(calls) == pytest.approx(12_052, rel=0.05)
    blocks = Counter(int(call.at_s % 86_400 // 7_200) for call in calls)
    for block, share in enumerate(TWO_HOUR_SHARES):
        assert blocks[block] / len(calls) * 100 == pytest.approx(share, abs=1.0)


def test_the_worst_day_of_a_year_has_about_twice_the_calls_of_a_mean_one() -> None:
    worst = []
    for seed in range(5):
        days = Counter(call.day for call in draw_calls(lifts=120_000, seed=seed))
        worst.append(max(days.values()) / (sum(days.values()) / DAYS))
    assert 1.7 <= float(np.mean(worst)) <= 2.4


def test_a_person_says_the_same_however_often_one_asks() -> None:
    assert answer(1, 7, 3, "fair") == answer(1, 7, 3, "fair")


def test_poor_companies_say_no_more_often_than_good_ones() -> None:
    yes = {quality: sum(answer(1, n, 0, quality).accepts is True for n in range(400)) for quality in ("good", "poor")}
    assert yes["good"] > yes["poor"]


def test_every_call_ends_with_help_or_with_a_car_that_went_on_by_itself(lived: Year) -> None:
    assert lived.courses
    for course in lived.courses:
        if course.arrived_at_s is None:
            assert course.call.recovers_at_s < float("inf")
        else:
            assert course.arrived_at_s <= course.call.recovers_at_s


def test_no_crew_is_at_two_calls_at_once(lived: Year) -> None:
    work: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for course in lived.courses:
        if course.came is not None and course.arrived_at_s is not None:
            work[course.came].append((course.arrived_at_s, course.arrived_at_s + course.call.on_site_s))
    for spans in work.values():
        spans.sort()
        assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))


def test_only_crews_on_duty_are_asked(town: Town, ours: Practice) -> None:
    asked: list[Question] = []

    def listen(town: Town, question: Question) -> int | None:
        asked.append(question)
        return ours.pick(town, question)

    Year(town=town, practice=replace(ours, pick=listen), pace=1.0, seed=SEED).live(
        draw_calls(lifts=LIFTS, seed=SEED, days=7)
    )
    shifts = [crew.shift for crew in town.city.crews]
    for question in asked:
        hour = int(question.at_s // 3600) % 24
        is_night = not 8 <= hour < 22
        assert not any(is_night and shifts[row] == "day" for row in question.free)


def test_the_contracted_company_is_asked_first_and_only_while_it_can_be_there_in_time(town: Town, lived: Year) -> None:
    by_contractor = [course for course in lived.courses if course.level == 1 and course.came is not None]
    assert by_contractor
    for course in by_contractor:
        assert course.came is not None
        assert town.city.crews[course.came].company_id == town.city.lifts[course.call.lift].company_id


def test_ours_is_there_sooner_than_todays_practice_on_the_same_calls(town: Town, ours: Practice) -> None:
    calls = draw_calls(lifts=LIFTS, seed=SEED, days=DAYS_LIVED)
    today = Practice(name="today", says="by hand", pick=pick_by_base, order_s=lambda _: 75.0, ask_s=lambda _: 60.0)
    years = [_count(town, practice, calls) for practice in (today, ours)]
    mean, low, _ = saved(years[1], years[0], SEED)
    assert mean > low > 0


def _count(town: Town, practice: Practice, calls: object) -> Lived:
    year = Year(town=town, practice=practice, pace=1.0, seed=SEED)
    year.live(calls)  # type: ignore[arg-type]
    return count(year, town, 1.0)


def test_the_pace_makes_todays_practice_as_slow_as_was_published(town: Town) -> None:
    calls = draw_calls(lifts=LIFTS, seed=SEED)
    today = Practice(name="today", says="by hand", pick=pick_by_base, order_s=lambda _: 75.0, ask_s=lambda _: 60.0)
    pace = find_pace(town, today, calls, SEED)
    courses = Year(town=town, practice=today, pace=pace, seed=SEED).live(calls)
    arrivals = [course.arrival_s for course in courses if course.arrival_s is not None]
    assert float(np.mean(arrivals)) == pytest.approx(PUBLISHED_MEAN_S, rel=0.02)


def test_fewer_crews_leave_every_company_one_that_can_be_called(town: Town) -> None:
    by_company = defaultdict(list)
    for crew, shift in zip(town.city.crews, fewer(town), strict=True):
        by_company[crew.company_id].append(shift)
    assert all(set(shifts) & {"always"} for shifts in by_company.values())
    assert Counter(more_at_night(town))["night"] > Counter(crew.shift for crew in town.city.crews)["night"]


def test_the_closest_crew_is_the_closest(town: Town, lived: Year) -> None:
    call = lived.courses[0].call
    places = town.places_of_crews(call.at_s)
    free = np.arange(len(places))
    question = Question(call=call, at_s=call.at_s, level=1, places=places, free=free)
    end = town.places[call.lift]
    chosen = pick_closest(town, question)
    assert chosen is not None
    apart = np.hypot((places[:, 0] - end.lon) * np.cos(np.radians(end.lat)), places[:, 1] - end.lat)
    assert apart[chosen] == pytest.approx(apart.min(), abs=1e-5)


def test_a_range_holds_its_mean_and_a_policy_saves_nothing_over_itself(town: Town, lived: Year) -> None:
    found = count(lived, town, 1.0)
    low, high = bounds(found, SEED)
    assert low["mean"] <= found.minutes.mean() <= high["mean"]
    assert saved(found, found, SEED) == (0.0, 0.0, 0.0)
    assert {"policy", "mean_arrival_min", "p90_arrival_min", "p99_arrival_min", "within_30", "level2_share"} <= row_of(
        found, 1
    ).keys()


def test_the_page_shows_every_policy_and_asks_no_other_host_for_anything(town: Town, lived: Year) -> None:
    years = [count(lived, town, 1.0), replace(count(lived, town, 1.0), policy="<b>other</b>")]
    page = write_report(
        Findings(pace=1.0, years=years, calls=len(lived.courses)), [row_of(one, 1) for one in years], {}, 1
    )
    assert page.count("<svg") == 3
    assert "<b>other</b>" not in page
    assert "src=" not in page
    assert "@import" not in page


def test_a_policy_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    said = CliRunner().invoke(app, ["lab", "--lifts", "2000", "--days", "7", "--policy", "telepathy"])
    assert said.exit_code == 1
    assert "no policy telepathy; there are today, closest_idle, ours" in said.output


def test_the_lab_prints_the_published_row() -> None:
    said = CliRunner().invoke(app, ["lab", "--lifts", "2000", "--days", "14", "--policy", "ours", "--json"])
    assert said.exit_code == 0
    result = json.loads(said.stdout)
    assert result["name"] == "lab"
    assert [row["policy"] for row in result["rows"]] == ["ours"]


def test_an_instant_of_the_year_is_told_by_the_citys_clock() -> None:
    assert instant(0).isoformat() == "2025-12-31T16:00:00+00:00"
    assert LIMITS.reach_within_s == 1_200


def test_a_course_whose_car_went_on_by_itself_is_settled(lived: Year) -> None:
    call = replace(lived.courses[0].call, recovers_at_s=100.0, at_s=50.0)
    assert Course(call=call, ordered_at_s=50.0).is_settled(100.0)
    assert not Course(call=call, ordered_at_s=50.0).is_settled(99.0)


def test_whoever_stops_the_lab_is_told_of_the_years_that_are_over() -> None:
    def interrupt_in_the_second(what: str, share: float) -> None:
        if what == "closest_idle" and share > 0:
            raise KeyboardInterrupt

    wanted = ["today", "closest_idle", "ours"]
    findings = run_lab(lifts=LIFTS, seed=SEED, days=14, only=wanted, tell=interrupt_in_the_second)
    assert [year.policy for year in findings.years] == ["today"]
