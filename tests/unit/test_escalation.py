"""The policy's questions: at which level a case starts, when an answer is overdue, when the stay is looked at next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rescue.escalation import (
    GRAVE,
    Mark,
    Policy,
    answer_by,
    first_level,
    is_exhausted,
    marks_due,
    next_mark_at,
    remind_at,
    too_late,
)
from rescue.incident import Incident
from tests.unit.a_case import INCIDENT, LIFT, NOON, UNREGISTERED

POLICY = Policy()
CALM = replace(INCIDENT, vulnerable=(), injured=0, trapped_since=NOON)


def after(**duration: float) -> datetime:
    return NOON + timedelta(**duration)


def names(marks: tuple[Mark, ...]) -> list[str]:
    return [mark.name for mark in marks]


# --- levels


@pytest.mark.parametrize(
    ("case", "level"),
    [
        (CALM, 1),
        (replace(CALM, lift=replace(LIFT, company_id=None)), 2),
        (replace(UNREGISTERED, vulnerable=()), 2),
        (replace(CALM, injured=1), 3),
        (replace(CALM, vulnerable=("child", "elderly", "pregnant")), 1),
        (replace(UNREGISTERED, injured=2), 3),
    ],
    ids=[
        "contracted",
        "nobody contracted",
        "not registered",
        "injured",
        "vulnerable but well",
        "injured, unregistered",
    ],
)
def test_a_case_starts_with_the_contractor_with_anyone_or_with_the_fire_brigade(case: Incident, level: int) -> None:
    assert first_level(case) == level


@pytest.mark.parametrize("need", sorted(GRAVE))
def test_grave_need_starts_at_the_last_level(need: str) -> None:
    assert first_level(replace(CALM, vulnerable=("elderly", need))) == 3


@pytest.mark.parametrize(
    ("level", "asked", "exhausted"),
    [(1, 1, False), (1, 2, True), (2, 1, False), (2, 2, True), (3, 2, False), (3, 99, False)],
)
def test_a_level_is_exhausted_after_its_attempts_but_the_last_never(level: int, asked: int, exhausted: bool) -> None:
    assert is_exhausted(replace(CALM, level=level, asked_at_level=asked), POLICY) is exhausted


# --- answers


@pytest.mark.parametrize(("asked", "within_s"), [(0, 180), (1, 60), (7, 60)])
def test_the_first_asked_at_a_level_is_given_three_minutes_and_each_further_one_minute(
    asked: int, within_s: int
) -> None:
    assert answer_by(replace(CALM, asked_at_level=asked), NOON, POLICY) == after(seconds=within_s)


def test_nobody_is_given_longer_than_the_first() -> None:
    hasty = Policy(accept_within_s=30)
    assert answer_by(replace(CALM, asked_at_level=1), NOON, hasty) == after(seconds=30)


# --- the stay in the car


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (after(seconds=0), after(minutes=15)),
        (after(minutes=14, seconds=59), after(minutes=15)),
        (after(minutes=15), after(minutes=25)),
        (after(minutes=29), after(minutes=30)),
        (after(minutes=30), after(minutes=60)),
        (after(minutes=100), after(minutes=120)),
        (after(minutes=120), after(minutes=150)),
        (after(hours=9), after(hours=9, minutes=30)),
    ],
)
def test_the_stay_is_looked_at_at_each_mark_and_then_every_half_hour_for_ever(
    now: datetime, expected: datetime
) -> None:
    assert next_mark_at(CALM, now, POLICY) == expected


def test_before_people_were_trapped_the_next_mark_is_the_first() -> None:
    assert next_mark_at(CALM, after(minutes=-40), POLICY) == after(minutes=15)


def test_the_marks_passed_are_told_from_the_deadline_on_each_at_its_second() -> None:
    by = after(minutes=15)
    assert names(marks_due(CALM, by, after(minutes=14), POLICY)) == []
    assert names(marks_due(CALM, by, after(minutes=15), POLICY)) == ["arrival_target"]
    assert names(marks_due(CALM, by, after(minutes=30), POLICY)) == [
        "arrival_target", "arrival_warned", "arrival_breached",
    ]  # fmt: skip
    assert names(marks_due(CALM, after(minutes=25), after(minutes=29), POLICY)) == ["arrival_warned"]


def test_once_a_crew_has_arrived_only_the_marks_of_the_stay_itself_matter() -> None:
    arrived = replace(CALM, arrived_at=after(minutes=10))
    told = names(marks_due(arrived, after(minutes=15), after(hours=3), POLICY))
    assert told == ["supervisor_due", "regulator_warned", "accident"]


def test_the_limits_published_with_a_case_are_those_of_its_marks() -> None:
    assert POLICY.arrive_within_s == 30 * 60
    assert POLICY.accident_after_s == 120 * 60
    marks = {mark.name: mark.after_s for mark in replace(POLICY, arrive_within_s=3600).marks}
    assert (marks["arrival_breached"], marks["accident"]) == (3600, 7200)


def test_the_defaults_keep_their_order() -> None:
    marks = [mark.after_s for mark in POLICY.marks]
    assert marks == sorted(marks)
    assert POLICY.verify_within_s < POLICY.accept_within_s < POLICY.engage_within_s < POLICY.refusal_lasts_s


# --- crews that would come too late


@pytest.mark.parametrize(
    ("level", "eta_s", "said"),
    [
        (1, 1200, ""),
        (1, 1201, "20 min away, beyond the 20 min of level 1"),
        (2, 1800, ""),
        (2, 1860, "31 min away, there only after 31 min; the limit is 30 min"),
        (3, 9000, ""),
    ],
)
def test_a_crew_too_far_away_is_not_enough_below_the_last_level(level: int, eta_s: float, said: str) -> None:
    assert too_late(replace(CALM, level=level, opened_at=NOON), eta_s, NOON, POLICY) == said


def test_the_time_that_has_passed_since_we_heard_counts_and_not_that_before() -> None:
    heard = replace(CALM, level=2, opened_at=NOON, trapped_since=after(minutes=-50))
    assert too_late(heard, 1200, NOON, POLICY) == ""
    assert too_late(heard, 1200, after(minutes=11), POLICY) != ""
    trapped_again = replace(heard, trapped_since=after(minutes=60))
    assert too_late(trapped_again, 1200, after(minutes=60), POLICY) == ""


# --- what waits for people


def test_people_are_reminded_ever_more_seldom_and_at_last_every_half_hour() -> None:
    at = [NOON]
    for _ in range(8):
        at.append(remind_at(NOON, at[-1], 60, POLICY))
    assert [(one - NOON).total_seconds() / 60 for one in at] == [0, 1, 2, 4, 8, 16, 32, 62, 92]
