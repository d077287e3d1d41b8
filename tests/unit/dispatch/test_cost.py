from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.cost import cost_s, expected_arrival, explain, lateness, level_preference, unserved_s
from dispatch.problem import Callout
from dispatch.rules import Rules
from tests.unit.dispatch.town import NOON, OTHER, STATIONS, callout, crew, problem

MIN = 60.0
C_1 = crew("C-1")


def late(asked: Callout, eta_s: float) -> float:
    return lateness(asked, C_1, eta_s, problem([asked], [C_1]))


def test_each_second_of_arrival_counts_with_the_callouts_priority() -> None:
    asked = callout(priority=2.5)
    assert expected_arrival(asked, C_1, 400, problem([asked], [C_1])) == 1_000


def test_an_arrival_within_the_target_is_not_late() -> None:
    assert late(callout(), 15 * MIN) == 0


def test_lateness_grows_faster_past_the_target_the_warning_and_the_breach() -> None:
    assert late(callout(), 16 * MIN) == 1 * MIN
    assert late(callout(), 26 * MIN) == (11 + 2 * 1) * MIN
    assert late(callout(), 31 * MIN) == (16 + 2 * 6 + 4 * 1) * MIN


def test_time_already_waited_brings_the_deadlines_nearer_but_is_not_charged_to_the_crew() -> None:
    assert late(callout(waiting_since=NOON - timedelta(minutes=10)), 6 * MIN) == 1 * MIN
    assert late(callout(waiting_since=NOON - timedelta(hours=1)), 1 * MIN) == 7 * MIN


def test_a_clock_that_runs_ahead_gives_nobody_a_wait_of_less_than_nothing() -> None:
    assert late(callout(waiting_since=NOON + timedelta(hours=3)), 16 * MIN) == 1 * MIN


def test_lateness_counts_with_the_callouts_priority() -> None:
    assert late(callout(priority=3.0), 16 * MIN) == 3 * MIN


@pytest.mark.parametrize(("company", "handicap_s"), [("contracted", 0), (STATIONS, 60), (OTHER, 180), ("nobody", 180)])
def test_the_contracted_company_goes_before_a_station_and_a_station_before_another_company(
    company: str, handicap_s: float
) -> None:
    asked, candidate = callout(level=2, priority=4.0), crew("C-1", company_id=company)
    assert level_preference(asked, candidate, 300, problem([asked], [candidate])) == handicap_s


def test_the_terms_shown_add_up_to_the_cost() -> None:
    asked = callout(priority=1.37, waiting_since=NOON - timedelta(seconds=777.7))
    candidate = crew("C-1", company_id=STATIONS)
    town = problem([asked], [candidate])
    terms = explain(asked, candidate, 1234.5678, town)
    assert [term.name for term in terms] == ["expected arrival", "lateness", "level preference"]
    assert sum(term.seconds for term in terms) == pytest.approx(cost_s(asked, candidate, 1234.5678, town), abs=1e-6)


def test_leaving_an_urgent_callout_costs_more_than_leaving_a_lesser_one() -> None:
    lesser, urgent = callout("I-1", priority=1.0), callout("I-2", priority=2.0)
    town = problem([lesser, urgent], [])
    assert unserved_s(urgent, town) == 2 * unserved_s(lesser, town)


def test_the_figures_are_settings() -> None:
    asked = callout()
    rules = Rules(lateness=(), unserved_arrival_s=100)
    assert unserved_s(asked, problem([asked], [], rules=rules)) == 100
