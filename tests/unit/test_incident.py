"""The status of a case moves by the table, and the table leads every case to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from devices.messages import Confidence, Evidence
from rescue.incident import (
    ACCEPTED,
    FINAL,
    HOLDS_CREW,
    TRANSITIONS,
    TRAPPED,
    AssignmentStatus,
    Deadline,
    Kind,
    Signal,
    Status,
    TransitionRefused,
    advance,
    is_sure,
)
from tests.unit.a_case import INCIDENT, NOON

PAIRS = list(product(Status, Signal))
UNLISTED = [pair for pair in PAIRS if pair not in TRANSITIONS]


@pytest.mark.parametrize(("status", "signal"), TRANSITIONS, ids=str)
def test_a_listed_signal_moves_the_case_and_changes_nothing_else(status: Status, signal: Signal) -> None:
    kind = Kind.FAULT if signal is Signal.SETTLED else Kind.ENTRAPMENT
    before = replace(INCIDENT, status=status, kind=kind)
    assert advance(before, signal) == replace(before, status=TRANSITIONS[status, signal])


@pytest.mark.parametrize("status", sorted(TRAPPED))
def test_no_entrapment_is_settled(status: Status) -> None:
    with pytest.raises(TransitionRefused):
        advance(replace(INCIDENT, status=status), Signal.SETTLED)


@pytest.mark.parametrize(("status", "signal"), UNLISTED, ids=str)
def test_an_unlisted_signal_is_refused_and_said_so(status: Status, signal: Signal) -> None:
    with pytest.raises(TransitionRefused, match=f"{status} cannot take '{signal}'") as refused:
        advance(replace(INCIDENT, status=status), signal)
    assert (refused.value.status, refused.value.signal) == (status, signal)


def test_no_signal_leaves_a_case_where_it_is() -> None:
    assert all(status is not to for (status, _), to in TRANSITIONS.items())


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_final_status_has_no_way_out(status: Status) -> None:
    assert [signal for at, signal in TRANSITIONS if at is status] == []
    assert replace(INCIDENT, status=status).is_final


@pytest.mark.parametrize("status", sorted(set(Status) - FINAL))
def test_every_other_status_can_still_reach_closed(status: Status) -> None:
    assert Status.CLOSED in reached_from(status)
    assert not replace(INCIDENT, status=status).is_final


def reached_from(status: Status) -> set[Status]:
    reached = {status}
    for _ in Status:
        reached |= {to for (at, _), to in TRANSITIONS.items() if at in reached}
    return reached


def test_every_status_can_be_reached_from_open() -> None:
    assert reached_from(Status.OPEN) == set(Status)


def test_an_entrapment_is_closed_only_after_release_or_because_its_people_have_another_case() -> None:
    ways = {(at, signal) for (at, signal), to in TRANSITIONS.items() if to is Status.CLOSED}
    assert {signal for at, signal in ways if at is Status.RELEASED} == {Signal.CLOSED}
    assert {signal for at, signal in ways if at is not Status.RELEASED} == {Signal.SETTLED, Signal.MERGED}
    assert {at for at, signal in ways if signal is Signal.MERGED} == TRAPPED


@pytest.mark.parametrize("status", sorted(TRAPPED))
def test_only_cases_of_people_are_merged(status: Status) -> None:
    with pytest.raises(TransitionRefused):
        advance(replace(INCIDENT, status=status, kind=Kind.FAULT), Signal.MERGED)


def test_nobody_is_stood_down_who_has_been_released() -> None:
    for signal in (Signal.STOOD_DOWN, Signal.FALSE_ALARM):
        assert {at for at, given in TRANSITIONS if given is signal} == TRAPPED


def test_the_statuses_are_those_in_which_people_may_be_inside_released_and_the_final_ones() -> None:
    assert TRAPPED | {Status.RELEASED} | FINAL == set(Status)
    assert not TRAPPED & FINAL


def test_a_crew_is_held_from_the_offer_until_the_attempt_ends_and_bound_once_it_accepts() -> None:
    ended = {"released", "declined", "overdue", "withdrawn", "cannot_reach"}
    assert {status.value for status in set(AssignmentStatus) - HOLDS_CREW} == ended
    assert set(HOLDS_CREW - ACCEPTED) == {AssignmentStatus.OFFERED}


def test_deadlines_are_set_and_met_without_touching_the_others() -> None:
    case = replace(INCIDENT, deadlines={Deadline.ACCEPT_BY: NOON})
    later = NOON + timedelta(minutes=15)
    assert case.due(stay_by=later).deadlines == {Deadline.ACCEPT_BY: NOON, Deadline.STAY_BY: later}
    assert case.due(accept_by=later).deadlines == {Deadline.ACCEPT_BY: later}
    assert case.due(stay_by=later).without(Deadline.ACCEPT_BY, Deadline.ASK_BY).deadlines == {Deadline.STAY_BY: later}
    assert case.deadlines == {Deadline.ACCEPT_BY: NOON}


def test_a_deadline_nobody_knows_is_not_set() -> None:
    with pytest.raises(ValueError, match="lunch_by"):
        INCIDENT.due(lunch_by=NOON)


@pytest.mark.parametrize(
    ("confidence", "sure"), [(Confidence.POSSIBLE, False), (Confidence.LIKELY, True), (Confidence.CONFIRMED, True)]
)
def test_a_crew_is_offered_at_once_unless_the_entrapment_is_merely_possible(confidence: Confidence, sure: bool) -> None:
    assert is_sure(Evidence(confidence=confidence, reasons=())) is sure
