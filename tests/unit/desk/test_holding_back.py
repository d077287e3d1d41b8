"""An operator keeps a case at its level though nobody has answered: for how long, against what, and when it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from devices.messages import Confidence
from rescue.desk.board import Verdict
from rescue.desk.inputs import Action, Answer
from rescue.escalation import FIRE_BRIGADE
from rescue.incident import Deadline
from tests.unit.desk.play import COMPANIES, CREWS, NOON, Play


def unanswered() -> Play:
    """An alarm, likely as alarms are; every level is engaged after 300 s, and K1 has 180 s to answer."""
    play = Play()
    play.alarm()
    return play


def confirmed() -> Play:
    play = Play()
    play.call()
    return play


def keep(play: Play, **said: Any) -> str:
    outcome = play.act(Action.HOLD_ESCALATION, reason="K2 has phoned, they are coming", **said)
    return outcome.reason if outcome.verdict is Verdict.REFUSED else ""


def test_a_level_that_is_kept_rises_when_the_hold_is_over_and_not_before() -> None:
    play = unanswered()
    play.forward(seconds=200)
    assert play.asked == ["K1", "K2"]
    assert keep(play) == ""
    assert play.case.escalation_held is not None
    assert play.case.escalation_held.until == NOON + timedelta(seconds=500)
    play.forward(seconds=299)
    assert play.case.level == 1
    play.forward(seconds=2)
    assert play.case.level > 1


def test_crews_of_the_level_go_on_being_asked_while_it_is_kept() -> None:
    play = unanswered()
    play.forward(seconds=179)
    keep(play)
    play.forward(seconds=62)
    assert (play.case.level, play.asked) == (1, ["K1", "K2", "K3"])


def test_a_crew_that_comes_on_duty_is_asked_at_a_level_that_is_kept_though_it_has_had_its_attempts() -> None:
    k1, k2, k3, s1 = CREWS
    play = Play(crews=[k1, k2, replace(k3, on_duty=False), s1])
    play.alarm()
    keep(play, hold_s=100)
    for _ in range(2):
        play.answer(Answer.DECLINE)
    assert (play.asked, play.case.level) == (["K1", "K2"], 1)
    play.board.know(CREWS, COMPANIES)
    play.forward(seconds=15)
    assert (play.asked, play.case.level) == (["K1", "K2", "K3"], 1)


def test_where_nobody_is_left_to_ask_the_next_level_is_asked_as_soon_as_it_may() -> None:
    play = unanswered()
    keep(play, hold_s=100)
    for _ in range(3):
        play.answer(Answer.DECLINE)
    assert play.asked == ["K1", "K2", "K3"]
    assert (play.case.level, play.case.assignment_id) == (1, None)
    play.forward(seconds=99)
    assert play.case.level == 1
    play.forward(seconds=1)
    assert (play.case.level, play.asked[-1]) == (2, "S1")


def test_where_people_are_surely_inside_an_operator_keeps_to_the_limit_and_a_supervisor_need_not() -> None:
    play = confirmed()
    play.forward(seconds=100)
    limit = play.case.deadlines[Deadline.ENGAGE_BY]
    assert "a supervisor decides" in keep(play, hold_s=201)
    assert keep(play) == ""
    assert play.case.escalation_held is not None
    assert play.case.escalation_held.until == limit
    play.forward(seconds=100)
    assert keep(play, hold_s=200, is_supervisor=True) == ""
    assert play.case.deadlines[Deadline.ENGAGE_BY] == NOON + timedelta(seconds=400)
    assert "a supervisor decides" in keep(play, hold_s=150)
    play.forward(seconds=199)
    assert play.case.level == 1
    play.forward(seconds=1)
    assert play.case.level == FIRE_BRIGADE


def test_the_level_is_kept_for_five_minutes_in_all_whoever_asks_and_however_often() -> None:
    play = unanswered()
    play.forward(seconds=100)
    assert keep(play, hold_s=200) == ""
    play.forward(seconds=150)
    assert "may be kept until" in keep(play, hold_s=151, is_supervisor=True)
    assert "keeps it until" in keep(play, hold_s=10)
    assert keep(play) == ""
    play.forward(seconds=149)
    assert play.case.level == 1
    assert "may be kept until" in keep(play, hold_s=2)
    play.forward(seconds=2)
    assert play.case.level > 1


def test_a_reason_is_asked_for_and_stands_in_the_timeline() -> None:
    play = unanswered()
    assert play.act(Action.HOLD_ESCALATION).verdict is Verdict.REFUSED
    keep(play, hold_s=60)
    assert play.said("escalation_held") == "play keeps the case at level 1 for 60 s: K2 has phoned, they are coming"


def test_there_must_be_a_rise_ahead() -> None:
    accepted, faulty, last = unanswered(), Play(), Play()
    accepted.answer(Answer.ACCEPT)
    faulty.fault()
    last.call(injured=1)
    assert "does not rise by itself now" in keep(accepted)
    assert "nobody is known to be inside" in keep(faulty)
    assert "does not rise by itself now" in keep(last)


@pytest.mark.parametrize("what", ["alarm", "call", "surer"])
def test_a_case_that_gets_graver_rises_when_it_would_have(what: str) -> None:
    play = unanswered()
    play.forward(seconds=200)
    keep(play)
    match what:
        case "alarm":
            play.alarm(number=2)
        case "call":
            play.call()
        case "surer":
            play.entrapment(confidence=Confidence.CONFIRMED)
    assert play.case.escalation_held is None
    assert play.case.deadlines[Deadline.ENGAGE_BY] == NOON + timedelta(seconds=300)
    play.forward(seconds=100)
    assert play.case.level == FIRE_BRIGADE


def test_who_is_waited_for_at_a_kept_level_is_asked_for_at_once_when_the_case_gets_graver() -> None:
    play = unanswered()
    keep(play)
    for _ in range(3):
        play.answer(Answer.DECLINE)
    assert play.case.level == 1
    play.alarm(number=2)
    play.forward(seconds=0)
    assert (play.case.level, play.asked[-1]) == (2, "S1")


def test_people_hurt_and_an_operator_who_escalates_are_kept_back_by_nothing() -> None:
    hurt, urged = unanswered(), unanswered()
    for play in (hurt, urged):
        keep(play)
    hurt.act(Action.TRIAGE, injured=1)
    urged.act(Action.ESCALATE, reason="they do not answer the phone either")
    assert (hurt.case.level, urged.case.level) == (3, 2)
    assert hurt.case.escalation_held is urged.case.escalation_held is None


def test_the_limit_of_arrival_is_kept_back_by_nothing() -> None:
    play = unanswered()
    play.answer(Answer.ACCEPT)
    play.forward(seconds=1795)
    play.answer(Answer.CANNOT_REACH, of="K1", reason="the road is closed")
    assert play.case.escalation_held is None
    level = play.case.level
    keep(play)
    play.forward(seconds=5)
    assert play.case.level > level or level == FIRE_BRIGADE


def test_a_crew_that_accepts_ends_what_was_kept() -> None:
    play = unanswered()
    keep(play)
    play.answer(Answer.ACCEPT)
    assert play.case.escalation_held is None
    assert Deadline.ENGAGE_BY not in play.case.deadlines
