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
    elsewhere = replace(POLICY, marks=(Mark(name="arrival_breached", after_s=3600, raises_level=True),))
    assert elsewhere.arrive_within_s == elsewhere.accident_after_s == 3600


def test_the_defaults_keep_their_order() -> None:
    marks = [mark.after_s for mark in POLICY.marks]
    assert marks == sorted(marks)
    assert POLICY.verify_within_s < POLICY.accept_within_s < POLICY.engage_within_s < POLICY.refusal_lasts_s
