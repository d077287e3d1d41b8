from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from dispatch import cost
from dispatch.cost import Arrivals, costs_ms, explain, unserved_ms
from dispatch.crews import Crew, CrewId
from dispatch.problem import Callout, Problem
from dispatch.roster import Floats
from dispatch.rules import Rules
from dispatch.standing import stand
from dispatch.triage import Stake
from tests.unit.dispatch.town import LIFT, NOON, OTHER, STATIONS, callout, crew, problem

MIN = 60.0
C_1 = crew("C-1")


def arrivals(asked: Callout, candidates: list[Crew], etas_s: list[float], **changes: Any) -> Arrivals:
    standing = stand(problem([asked], candidates, **changes))
    return Arrivals(callout=asked, standing=standing, rows=np.arange(len(candidates)), eta_s=np.array(etas_s))


def one(
    term: Callable[[Arrivals], Floats], asked: Callout, eta_s: float = 300, known: Crew = C_1, **also: Any
) -> float:
    return float(term(arrivals(asked, [known], [eta_s], **also))[0])


def late(asked: Callout, eta_s: float) -> float:
    return one(cost.lateness, asked, eta_s)


def test_each_second_of_arrival_counts_with_the_callouts_priority() -> None:
    assert one(cost.expected_arrival, callout(priority=2.5), 400) == 1_000


def test_each_second_weighs_twice_as_much_after_an_hours_wait_and_no_more_than_three_times() -> None:
    assert one(cost.expected_arrival, callout(waiting_since=NOON - timedelta(hours=1)), 400) == 800
    assert one(cost.expected_arrival, callout(waiting_since=NOON - timedelta(hours=9)), 400) == 1_200


def test_an_arrival_within_the_target_is_not_late() -> None:
    assert late(callout(), 15 * MIN) == 0


def test_lateness_grows_faster_past_the_target_the_warning_the_breach_and_an_hour_in_the_car() -> None:
    assert late(callout(), 16 * MIN) == 1 * MIN
    assert late(callout(), 26 * MIN) == (11 + 2 * 1) * MIN
    assert late(callout(), 31 * MIN) == (16 + 2 * 6 + 4 * 1) * MIN
    assert late(callout(), 61 * MIN) == (46 + 2 * 36 + 4 * 31 + 8 * 1) * MIN


def test_time_already_waited_brings_the_deadlines_nearer_but_is_not_charged_to_the_crew() -> None:
    by_hand = Rules(wait_doubles_s=1e12)
    ten, sixty = (callout(waiting_since=NOON - timedelta(minutes=waited)) for waited in (10, 60))
    assert one(cost.lateness, ten, 6 * MIN, rules=by_hand) == pytest.approx(1 * MIN)
    assert one(cost.lateness, sixty, 1 * MIN, rules=by_hand) == pytest.approx(15 * MIN)


def test_a_clock_that_runs_ahead_gives_nobody_a_wait_of_less_than_nothing() -> None:
    assert late(callout(waiting_since=NOON + timedelta(hours=3)), 16 * MIN) == 1 * MIN


def test_lateness_counts_with_the_callouts_priority() -> None:
    assert late(callout(priority=3.0), 16 * MIN) == 3 * MIN


@pytest.mark.parametrize(("company", "handicap_s"), [("contracted", 0), (STATIONS, 60), (OTHER, 180), ("nobody", 180)])
def test_the_contracted_company_goes_before_a_station_and_a_station_before_another_company(
    company: str, handicap_s: float
) -> None:
    known = crew("C-1", company_id=company)
    assert one(cost.level_preference, callout(level=2, priority=4.0), known=known) == handicap_s


def test_a_crew_that_may_be_anywhere_by_now_counts_as_two_hours_later() -> None:
    stale = crew("C-1", positioned_at=NOON - timedelta(minutes=31))
    assert one(cost.doubtful_position, callout(priority=2.0), known=stale) == 2 * 120 * MIN
    assert one(cost.doubtful_position, callout(), known=crew("C-1", positioned_at=NOON - timedelta(minutes=29))) == 0


def test_a_place_from_a_list_does_not_age() -> None:
    assert one(cost.doubtful_position, callout(), known=crew("C-1", positioned_at=None)) == 0


def test_another_crew_than_the_one_that_was_told_must_pay_for_the_change() -> None:
    told = {"I-1": CrewId("C-9")}
    assert one(cost.disruption, callout(), published=told) == 120
    assert one(cost.disruption, callout(), published={"I-1": CrewId("C-1")}) == 0
    assert one(cost.disruption, callout("I-2"), published=told) == 0


def test_a_crew_that_is_turned_round_must_pay_for_it() -> None:
    busy, bound_for = {"C-1": "en route to I-9"}, {"C-1": Stake.NOBODY}
    assert one(cost.disruption, callout(), busy=busy, bound_for=bound_for) == 300


def test_the_last_crew_of_a_neighbourhood_leaves_more_behind_than_one_of_many() -> None:
    asked = callout(stake=Stake.POSSIBLE)
    crowd = [crew(f"C-{number}", metres=100 * number) for number in range(6)]
    alone = crew("D-1", metres=60_000)
    leaves = cost.cover_left_behind(arrivals(asked, [*crowd, alone], [300.0] * 7))
    assert 0 < leaves[0] < leaves[6] < 120


def test_cover_is_no_reason_where_people_are_surely_inside() -> None:
    for stake in (Stake.CONFIRMED, Stake.IN_NEED):
        assert one(cost.cover_left_behind, callout(stake=stake)) == 0


def test_of_one_building_the_most_urgent_lift_counts_in_full_and_the_others_half() -> None:
    first, second = callout("I-1", building="B", priority=2.0), callout("I-2", building="B")
    other = callout("I-3", building="C")
    standing = stand(problem([second, other, first], [C_1]))
    weights = [cost.urgency(asked, standing) for asked in (first, second, other)]
    assert weights == [2.0, 0.5, 1.0]


def test_the_terms_shown_add_up_to_the_cost() -> None:
    asked = callout(priority=1.37, waiting_since=NOON - timedelta(seconds=777.7), stake=Stake.LIKELY)
    found = arrivals(asked, [crew("C-1", company_id=STATIONS)], [1234.5678], published={"I-1": CrewId("C-9")})
    (terms,) = explain(found)
    names = ["expected arrival", "lateness", "level preference", "disruption", "cover left behind"]
    assert [term.name for term in terms] == names
    assert sum(term.seconds for term in terms) == pytest.approx(int(costs_ms(found)[0]) / 1000, abs=1e-6)


def test_leaving_an_urgent_callout_costs_more_than_leaving_a_lesser_one() -> None:
    lesser, urgent = callout("I-1", priority=1.0), callout("I-2", priority=2.0)
    standing = stand(problem([lesser, urgent], []))
    assert unserved_ms(urgent, standing) == 2 * unserved_ms(lesser, standing)


def test_the_figures_are_settings() -> None:
    town: Problem = problem([callout()], [], rules=Rules(lateness=(), unserved_arrival_s=100))
    assert unserved_ms(callout(lift_position=LIFT), stand(town)) == 100_000
