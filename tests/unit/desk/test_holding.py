"""Undo: an operator dispatches, or ends a case, and thinks better of it; what happens meanwhile, and if nobody does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices.faults import Fault
from rescue.desk.board import Verdict
from rescue.desk.holding import LATEST
from rescue.desk.inputs import Action, Answer
from rescue.escalation import Policy
from rescue.holds import Undoable
from rescue.incident import Deadline, Kind, Status
from rescue.timeline import Actor
from tests.unit.desk.play import CONTRACTOR, NOON, STATION, Play

CLOSING = {Action.STAND_DOWN: Status.STOOD_DOWN, Action.FALSE_ALARM: Status.FALSE_ALARM}


def asked_k1() -> Play:
    play = Play()
    play.alarm()
    assert play.asked == ["K1"]
    return play


def ending(play: Play, action: Action = Action.FALSE_ALARM, hold_s: float = 8) -> None:
    play.act(action, reason="nobody is there", hold_s=hold_s, passengers_confirm=True)


def test_a_dispatch_that_is_undone_has_never_asked_anybody() -> None:
    play = asked_k1()
    play.act(Action.ASSIGN, crew_id="K3", hold_s=8, reason="they know the building")
    assert play.case.held is not None
    assert (play.case.held.action, play.case.held.crew_id) == (Undoable.ASSIGN, "K3")
    assert play.case.deadlines[Deadline.CARRY_OUT_BY] == play.case.held.until == NOON + timedelta(seconds=8)
    play.forward(seconds=7.9)
    assert play.act(Action.UNDO).verdict is Verdict.DONE
    play.forward(seconds=30)
    assert play.case.held is None
    assert play.asked == ["K1"]
    assert play.history()[-2:] == ["held", "undone"]


def test_a_dispatch_that_nobody_undoes_is_made_in_the_name_of_whoever_asked() -> None:
    play = asked_k1()
    play.act(Action.ASSIGN, crew_id="K3", hold_s=8, reason="they know the building")
    play.forward(seconds=8)
    assert play.asked == ["K1", "K3"]
    assert play.case.held is None
    assert Deadline.CARRY_OUT_BY not in play.case.deadlines
    offered = next(entry for entry in reversed(play.entries) if entry.what == "offered")
    assert (offered.actor, offered.said) == (
        Actor(kind="operator", name="play", channel="http"),
        "Asked crew K3 (attempt 2): chosen by play: they know the building",
    )
    assert play.case.chosen_by == "play"


@pytest.mark.parametrize("hold_s", [None, 0])
def test_who_does_not_ask_for_time_to_think_is_obeyed_at_once(hold_s: float | None) -> None:
    play = asked_k1()
    play.act(Action.ASSIGN, crew_id="K3", hold_s=hold_s)
    assert play.asked == ["K1", "K3"]
    assert "held" not in play.history()


def test_a_centre_that_wants_no_undo_has_none() -> None:
    play = Play(policy=Policy(undo_within_s=0))
    play.alarm()
    play.act(Action.ASSIGN, crew_id="K3", hold_s=8)
    assert play.asked == ["K1", "K3"]


def test_nothing_waits_longer_than_the_policy_allows() -> None:
    play = Play(policy=Policy(undo_within_s=5))
    play.alarm()
    ending(play, hold_s=10)
    play.forward(seconds=5)
    assert play.case.status is Status.FALSE_ALARM


@pytest.mark.parametrize("action", CLOSING)
def test_a_case_ends_only_when_the_time_to_think_is_over(action: Action) -> None:
    play = asked_k1()
    play.recovery()
    ending(play, action)
    play.forward(seconds=7)
    assert play.case.status is Status.DISPATCHED
    assert "WithdrawAssignment" not in play.sent_to(CONTRACTOR)
    play.forward(seconds=1)
    assert play.case.status is CLOSING[action]
    assert play.case.held is None
    assert play.sent_to(CONTRACTOR)[-2:] == ["WithdrawAssignment", "incident.closed"]


def test_a_case_of_people_is_closed_only_when_the_time_to_think_is_over() -> None:
    play = asked_k1()
    for said in (Answer.ACCEPT, Answer.EN_ROUTE, Answer.ON_SCENE, Answer.RELEASED):
        play.answer(said)
    play.act(Action.CONFIRM_RELEASE)
    play.act(Action.CLOSE, cause_code="201", hold_s=8)
    assert play.case.status is Status.RELEASED
    play.forward(seconds=8)
    assert (play.case.status, play.case.cause_code) == (Status.CLOSED, "201")


def test_what_could_not_be_done_is_refused_before_anybody_waits_for_it() -> None:
    play = asked_k1()
    before = play.case
    refusals = {
        "there is no crew K9": play.act(Action.ASSIGN, crew_id="K9", hold_s=8),
        "asked for this very case": play.act(Action.ASSIGN, crew_id="K1", hold_s=8),
        "two independent signs": play.act(Action.STAND_DOWN, reason="out", hold_s=8),
        "say why": play.act(Action.FALSE_ALARM, hold_s=8),
        "only a released case": play.act(Action.CLOSE, cause_code="201", hold_s=8),
        "nothing is held": play.act(Action.UNDO),
    }
    for reason, outcome in refusals.items():
        assert outcome.verdict is Verdict.REFUSED
        assert reason in outcome.reason
    assert play.case == before


def test_a_crew_that_was_taken_meanwhile_is_not_sent_and_the_case_says_so() -> None:
    play = asked_k1()
    play.act(Action.ASSIGN, crew_id="K2", hold_s=8)
    held = play.case.incident_id
    play.forward(seconds=4)
    play.alarm("A2")
    assert play.asked == ["K1", "K2"]
    play.forward(seconds=4)
    assert play.asked == ["K1", "K2"]
    case = play.cases[held]
    assert case.held is None
    assert case.assignment_id == play.attempts[0].assignment_id
    assert play.said("not_carried_out") == (
        "Not done as play had asked (assign crew K2): "
        "crew K2 is offered for another case; redirect takes it from a case that matters less"
    )


def test_two_dispatches_of_one_crew_that_are_due_together_send_it_once() -> None:
    play = asked_k1()
    play.alarm("A2")
    for lift_id in ("A1", "A2"):
        play.act(Action.ASSIGN, incident=play.case_of(lift_id).incident_id, crew_id="K3", hold_s=8)  # type: ignore[union-attr]
    play.forward(seconds=8)
    assert play.asked.count("K3") == 1
    assert "crew K3 is offered for another case" in play.said("not_carried_out")


def test_the_machine_goes_on_asking_while_a_dispatch_is_held() -> None:
    play = asked_k1()
    play.forward(seconds=177)
    play.act(Action.ASSIGN, crew_id="K3", hold_s=8)
    play.forward(seconds=5)
    assert play.asked == ["K1", "K2"]
    play.forward(seconds=3)
    assert play.asked == ["K1", "K2", "K3"]


def test_a_newer_word_takes_the_place_of_the_one_that_is_held() -> None:
    play = asked_k1()
    play.act(Action.ASSIGN, crew_id="K2", hold_s=8)
    play.forward(seconds=3)
    play.act(Action.ASSIGN, crew_id="K3", hold_s=8)
    play.forward(seconds=5)
    assert play.asked == ["K1"]
    assert "play asked for something else" in play.said("not_carried_out")
    play.forward(seconds=3)
    assert play.asked == ["K1", "K3"]


def test_a_newer_word_that_is_refused_leaves_the_one_that_is_held() -> None:
    play = asked_k1()
    play.act(Action.ASSIGN, crew_id="K2", hold_s=8)
    assert play.act(Action.CLOSE, cause_code="201").verdict is Verdict.REFUSED
    assert play.case.held is not None
    play.forward(seconds=8)
    assert play.asked == ["K1", "K2"]


def news_of_people(play: Play, what: str) -> None:
    match what:
        case "alarm":
            play.alarm(number=2)
        case "call":
            play.call()
        case "the same call again":
            play.call()
        case "injury":
            play.act(Action.TRIAGE, injured=1)
        case "need":
            play.act(Action.TRIAGE, vulnerable=("elderly",))
        case "more people":
            play.act(Action.TRIAGE, people=5)


@pytest.mark.parametrize("action", CLOSING)
@pytest.mark.parametrize("what", ["alarm", "call", "the same call again", "injury", "need", "more people"])
def test_news_of_people_drops_the_end_that_is_held(action: Action, what: str) -> None:
    play = asked_k1()
    if what == "the same call again":
        play.call()
    play.recovery()
    ending(play, action)
    play.forward(seconds=4)
    news_of_people(play, what)
    assert play.case.held is None
    assert "not_carried_out" in play.history()
    play.forward(seconds=30)
    assert play.case.status is Status.DISPATCHED


def test_a_call_that_tells_nothing_new_drops_the_end_that_is_held_all_the_same() -> None:
    play = Play()
    play.call()
    ending(play)
    play.call()
    assert play.case.held is None
    assert play.said("not_carried_out").endswith("phone tells of people inside")
    play.forward(seconds=20)
    assert play.case.status is Status.DISPATCHED


def test_a_lift_that_takes_back_its_recovery_drops_the_stand_down_that_is_held() -> None:
    play = asked_k1()
    play.recovery()
    ending(play, Action.STAND_DOWN)
    play.entrapment()
    assert play.case.held is None
    assert play.case.status is Status.DISPATCHED


def test_people_found_in_a_case_of_another_kind_drop_the_end_that_is_held() -> None:
    play = Play()
    play.fault()
    play.act(Action.CLOSE, reason="seen to", hold_s=8)
    play.forward(seconds=2)
    play.alarm()
    play.forward(seconds=20)
    assert (play.case.kind, play.case.status, play.case.held) == (Kind.ENTRAPMENT, Status.DISPATCHED, None)


def test_another_fault_drops_the_end_that_is_held_and_its_own_end_does_not_need_it() -> None:
    play = Play()
    play.fault()
    play.act(Action.CLOSE, reason="seen to", hold_s=8)
    play.fault(fault=Fault.OVERSPEED)
    assert play.said("not_carried_out").endswith("more is wrong with the lift")
    play.act(Action.CLOSE, reason="seen to", hold_s=8)
    play.fault_over()
    play.fault_over(fault=Fault.OVERSPEED)
    assert play.case.status is Status.CLOSED
    assert (play.case.held, play.history()[-1]) == (None, "not_carried_out")


def test_news_of_people_leaves_a_dispatch_that_is_held() -> None:
    play = asked_k1()
    play.act(Action.ASSIGN, crew_id="K3", hold_s=8)
    play.call()
    play.forward(seconds=8)
    assert play.asked == ["K1", "K3"]


def test_people_who_get_out_meanwhile_need_no_other_crew() -> None:
    play = asked_k1()
    for said in (Answer.ACCEPT, Answer.EN_ROUTE, Answer.ON_SCENE):
        play.answer(said)
    play.act(Action.ASSIGN, crew_id="K3", hold_s=8)
    play.answer(Answer.RELEASED)
    assert play.case.held is None
    assert play.said("not_carried_out").endswith("the case is released")
    play.forward(seconds=20)
    assert play.asked == ["K1"]


def test_an_end_that_is_due_while_the_service_is_away_waits_for_a_new_word() -> None:
    play = asked_k1()
    ending(play)
    play.now += timedelta(seconds=8) + LATEST + timedelta(seconds=1)
    play.forward(seconds=0)
    assert play.case.status is not Status.FALSE_ALARM
    assert play.said("not_carried_out").endswith("the service was away when it was due")


def test_a_dispatch_that_is_due_while_the_service_is_away_is_made_when_it_is_back() -> None:
    play = asked_k1()
    play.answer(Answer.ACCEPT)
    play.act(Action.ASSIGN, crew_id="K3", hold_s=8)
    play.now += timedelta(minutes=3)
    play.forward(seconds=0)
    assert "K3" in play.asked


def test_an_end_that_is_due_soon_after_a_restart_is_made() -> None:
    play = asked_k1()
    ending(play)
    play.now += timedelta(seconds=8) + LATEST
    play.forward(seconds=0)
    assert play.case.status is Status.FALSE_ALARM


def test_a_station_that_was_asked_is_told_nothing_of_a_deed_that_is_undone() -> None:
    play = asked_k1()
    told = len(play.effects)
    play.act(Action.ASSIGN, crew_id="S1", hold_s=8)
    play.act(Action.UNDO)
    play.forward(seconds=20)
    assert play.sent_to(STATION) == []
    assert len(play.effects) == told
