"""A case without people is put aside, and comes back: by itself, when it gets graver, when somebody wants it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from devices.faults import Fault
from devices.messages import Confidence
from rescue.desk.board import Outcome, Verdict
from rescue.desk.inputs import Action
from rescue.incident import Deadline, Kind, Status
from tests.unit.desk.play import NOON, Play, lift

EVENING = NOON + timedelta(hours=8)


def faulty() -> Play:
    play = Play()
    play.fault()
    return play


def put_aside(play: Play, until: datetime | None = EVENING, reason: str = "a spare part comes tonight") -> Outcome:
    return play.act(Action.SHELVE, until=until, reason=reason)


def test_a_case_that_is_put_aside_reminds_nobody_until_its_time() -> None:
    play = faulty()
    put_aside(play)
    assert play.case.shelved is not None
    assert play.case.deadlines == {Deadline.ATTEND_BY: EVENING}
    play.forward(hours=7)
    assert "attend_overdue" not in play.history()
    play.forward(hours=1)
    assert play.case.shelved is None
    assert play.case.deadlines == {Deadline.ATTEND_BY: EVENING + timedelta(hours=2)}
    assert play.said("unshelved") == "The case is back: its time aside is over"


def test_who_wants_it_back_has_it_back() -> None:
    play = faulty()
    put_aside(play)
    play.forward(hours=1)
    play.act(Action.UNSHELVE)
    assert play.case.shelved is None
    assert play.case.deadlines == {Deadline.ATTEND_BY: play.now + timedelta(hours=2)}
    assert "is not put aside" in play.act(Action.UNSHELVE).reason


@pytest.mark.parametrize("confidence", Confidence)
def test_where_people_are_or_may_be_inside_nothing_is_put_aside(confidence: Confidence) -> None:
    play = Play()
    play.entrapment(confidence=confidence)
    before = play.case
    outcome = put_aside(play)
    assert (outcome.verdict, play.case) == (Verdict.REFUSED, before)
    assert "people are, or may be, inside" in outcome.reason


@pytest.mark.parametrize(
    ("until", "reason"),
    [
        (None, "later"),
        (NOON, "later"),
        (NOON - timedelta(hours=1), "later"),
        (NOON + timedelta(hours=24, seconds=1), "later"),
        (EVENING, ""),
    ],
)
def test_until_when_and_why_must_be_said_and_it_is_a_day_at_most(until: datetime | None, reason: str) -> None:
    play = faulty()
    assert put_aside(play, until, reason).verdict is Verdict.REFUSED
    assert play.case.shelved is None


def test_a_day_is_not_too_long() -> None:
    assert put_aside(faulty(), NOON + timedelta(hours=24)).verdict is Verdict.DONE


def test_people_found_inside_bring_it_back_as_an_entrapment() -> None:
    play = faulty()
    put_aside(play)
    play.alarm()
    assert (play.case.kind, play.case.status, play.case.shelved) == (Kind.ENTRAPMENT, Status.DISPATCHED, None)
    assert Deadline.ATTEND_BY not in play.case.deadlines


def test_another_fault_brings_it_back() -> None:
    play = faulty()
    put_aside(play)
    play.fault(fault=Fault.OVERSPEED)
    assert play.case.shelved is None
    assert play.said("unshelved") == "The case is back: more is wrong with the lift"
    assert play.case.deadlines == {Deadline.ATTEND_BY: NOON + timedelta(hours=2)}


def test_the_same_fault_once_more_does_not_bring_it_back() -> None:
    play = faulty()
    put_aside(play)
    play.fault()
    assert play.case.shelved is not None


def test_a_crew_that_is_sent_brings_it_back() -> None:
    play = faulty()
    put_aside(play)
    play.act(Action.ASSIGN, crew_id="K1")
    assert (play.case.status, play.case.shelved) == (Status.DISPATCHED, None)
    assert put_aside(play).reason == "the case is dispatched: a crew has been asked"


def test_what_has_passed_closes_aside_as_it_does_elsewhere() -> None:
    play = faulty()
    put_aside(play)
    play.fault_over()
    assert (play.case.status, play.case.shelved) == (Status.CLOSED, None)


def test_an_outage_that_takes_more_lifts_comes_back() -> None:
    play = Play(lifts=[lift(f"A{n}") for n in range(1, 13)])
    for number in range(1, 11):
        play.fault(f"A{number}", Fault.MAINS_LOST)
    parent = play.parents[0]
    play.act(Action.SHELVE, incident=parent.incident_id, until=EVENING, reason="the grid works until tonight")
    play.fault("A11", Fault.MAINS_LOST)
    assert play.cases[parent.incident_id].shelved is None
    assert play.said("unshelved").endswith("more lifts suffer")
