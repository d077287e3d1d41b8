"""A case of another kind becomes an entrapment when people are found to be inside, and never falls back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices.faults import Fault
from devices.messages import Confidence
from rescue.desk.board import Verdict
from rescue.desk.inputs import Action, Answer
from rescue.incident import Deadline, Kind, Status
from tests.unit.desk.play import CONTRACTOR, Play


def fault_case() -> Play:
    play = Play()
    play.fault(fault=Fault.STOPPED_OUTSIDE_ZONE)
    play.forward(minutes=5)
    return play


@pytest.mark.parametrize("sign", ["alarm", "entrapment", "call"])
def test_any_sign_of_people_raises_that_very_case_and_asks_at_once(sign: str) -> None:
    play = fault_case()
    before = play.case
    assert getattr(play, sign)().verdict is Verdict.JOINED
    case = play.case
    assert (case.incident_id, case.number, case.kind) == (before.incident_id, before.number, Kind.ENTRAPMENT)
    assert (case.status, play.asked) == (Status.DISPATCHED, ["K1"])
    assert case.trapped_since > before.opened_at
    assert {Deadline.STAY_BY, Deadline.ENGAGE_BY} < case.deadlines.keys()
    assert Deadline.ATTEND_BY not in case.deadlines
    assert play.history() == ["opened", "rose", "offered"]
    assert case.fault is Fault.STOPPED_OUTSIDE_ZONE
    assert case.evidence.reasons[0] == "code: the lift reports stopped_outside_zone"


def test_a_merely_possible_entrapment_is_verified_first_also_where_a_fault_was_known() -> None:
    play = fault_case()
    play.entrapment(confidence=Confidence.POSSIBLE)
    assert (play.case.kind, play.asked) == (Kind.ENTRAPMENT, [])
    assert play.case.deadlines[Deadline.VERIFY_BY] == play.now + timedelta(minutes=1)
    play.forward(minutes=1)
    assert play.asked == ["K1"]


def test_it_does_not_fall_back_when_the_fault_has_passed() -> None:
    play = fault_case()
    play.alarm()
    play.fault_over(fault=Fault.STOPPED_OUTSIDE_ZONE)
    assert (play.case.kind, play.case.status) == (Kind.ENTRAPMENT, Status.DISPATCHED)


def test_people_hurt_raise_it_to_the_last_level_at_once() -> None:
    play = fault_case()
    play.call(injured=1)
    assert play.case.level == 3
    assert "119" in play.said("hand_over_due")


def test_whoever_would_not_come_for_a_fault_is_asked_for_people() -> None:
    play = fault_case()
    play.act(Action.ASSIGN, crew_id="K1")
    play.answer(Answer.DECLINE)
    play.alarm()
    assert play.asked == ["K1", "K1"]


def test_a_crew_that_is_on_its_way_to_the_fault_goes_on_and_the_passengers_hear_of_it() -> None:
    play = fault_case()
    play.act(Action.ASSIGN, crew_id="K2")
    play.answer(Answer.ACCEPT)
    play.alarm()
    assert (play.asked, play.case.status) == (["K2"], Status.DISPATCHED)
    assert play.told() == ["help_on_the_way"]
    assert play.sent_to(CONTRACTOR)[-1] == "incident.updated"


def test_a_crew_that_was_asked_for_the_fault_has_no_longer_than_any_for_people() -> None:
    play = fault_case()
    play.act(Action.ASSIGN, crew_id="K2")
    play.alarm()
    assert play.case.deadlines[Deadline.ENGAGE_BY] == play.now + timedelta(minutes=5)
    play.forward(minutes=3)
    assert play.asked == ["K2", "K1"]


def test_people_found_after_the_crew_has_done_its_work_are_asked_for_anew() -> None:
    play = fault_case()
    play.act(Action.ASSIGN, crew_id="K2")
    for answer in (Answer.ACCEPT, Answer.EN_ROUTE, Answer.ON_SCENE, Answer.RELEASED):
        play.answer(answer)
    play.entrapment()
    assert (play.case.kind, play.case.status, play.asked) == (Kind.ENTRAPMENT, Status.DISPATCHED, ["K2", "K1"])


def test_an_operator_who_says_how_the_people_are_says_that_there_are_some() -> None:
    play = fault_case()
    play.act(Action.TRIAGE, people=2)
    assert (play.case.kind, play.case.people, play.asked) == (Kind.ENTRAPMENT, 2, ["K1"])


def test_news_of_release_is_none_where_nobody_was_known_to_be_inside() -> None:
    play = fault_case()
    assert play.recovery().verdict is Verdict.NOTHING
    assert play.case.signs == frozenset()


def test_reasons_are_kept_once_each_by_their_code_as_last_said() -> None:
    play = Play()
    play.fault(fault=Fault.POSITION_LOST)
    play.fault(fault=Fault.OVERSPEED)
    play.alarm()
    assert play.case.evidence.reasons == ("code: the lift reports overspeed", "alarm button held 4 s")
