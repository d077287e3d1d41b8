"""Cases in which nobody is inside: faults, lost links, missed test calls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices.faults import Fault
from rescue.desk.board import Verdict
from rescue.desk.conditions import NEWS_KEPT, NO_CASE
from rescue.desk.inputs import Action, Answer
from rescue.escalation import Policy, attend_within_s
from rescue.incident import Deadline, Kind, Status
from tests.unit.desk.play import CONTRACTOR, STATION, Play


def the_case(play: Play) -> tuple[Kind, Status, set[str]]:
    return play.case.kind, play.case.status, set(play.case.conditions)


# --- what opens a case


def test_a_fault_opens_a_case_that_asks_nobody_and_informs_the_contractor() -> None:
    play = Play()
    assert play.fault().verdict is Verdict.OPENED
    assert the_case(play) == (Kind.FAULT, Status.OPEN, {"door_closing"})
    assert play.case.fault is Fault.DOOR_CLOSING
    assert play.case.evidence.reasons == ("code: the lift reports door_closing",)
    assert play.case.deadlines == {Deadline.ATTEND_BY: play.now + timedelta(hours=2)}
    assert (play.asked, play.sent_to(CONTRACTOR), play.sent_to(STATION)) == ([], ["incident.updated"], [])


def test_a_lift_that_loses_its_mains_is_a_power_outage() -> None:
    play = Play()
    play.fault(fault=Fault.MAINS_LOST)
    assert the_case(play) == (Kind.POWER_OUTAGE, Status.OPEN, {"mains_lost"})
    assert play.case.deadlines == {Deadline.ATTEND_BY: play.now + timedelta(hours=1)}


def test_a_missed_test_call_is_a_case_until_the_call_comes() -> None:
    play = Play()
    play.test_missed()
    assert the_case(play) == (Kind.TEST_OVERDUE, Status.OPEN, {"test_overdue"})
    assert "80 h ago" in play.entries[-1].said
    play.test_heard()
    assert (play.case.status, play.history()) == (Status.CLOSED, ["opened", "test_heard", "settled"])


def test_a_link_is_lost_only_when_the_lift_has_stayed_away() -> None:
    play = Play()
    assert play.link().verdict is Verdict.NOTHING
    assert play.link(for_hours=1).verdict is Verdict.OPENED
    assert the_case(play) == (Kind.LINK_LOST, Status.OPEN, {"link_lost"})
    assert play.case.trapped_since == play.now - timedelta(hours=1)
    play.link(online=True)
    assert play.case.status is Status.CLOSED


@pytest.mark.parametrize("fault", [*NO_CASE, None])
def test_some_faults_open_no_case_and_are_written_into_the_open_one(fault: Fault | None) -> None:
    play = Play()
    assert play.fault(fault=fault).verdict is Verdict.NOTHING
    assert not play.cases
    play.fault()
    play.fault(fault=fault)
    assert play.history() == ["opened", "fault_raised"]
    assert set(play.case.conditions) == {"door_closing"}


@pytest.mark.parametrize("fault", sorted(set(Fault) - NO_CASE.keys()))
def test_every_other_fault_opens_one(fault: Fault) -> None:
    play = Play()
    assert play.fault(fault=fault).verdict is Verdict.OPENED


# --- joining and settling


def test_a_lift_has_one_case_which_ends_by_itself_when_nothing_is_wrong_any_more() -> None:
    play = Play()
    play.fault()
    play.fault(fault=Fault.OVERSPEED)
    play.fault_over()
    assert the_case(play) == (Kind.FAULT, Status.OPEN, {"overspeed"})
    play.fault_over(fault=Fault.OVERSPEED)
    assert (play.case.status, play.case.closed_at, play.case.deadlines) == (Status.CLOSED, play.now, {})
    assert play.history() == ["opened", "fault_raised", "fault_cleared", "fault_cleared", "settled"]
    assert play.sent_to(CONTRACTOR) == ["incident.updated", "incident.updated", "incident.closed"]


def test_a_case_is_as_urgent_as_the_gravest_of_what_is_wrong() -> None:
    play = Play()
    play.test_missed()
    play.forward(hours=1)
    play.fault()
    assert play.case.kind is Kind.FAULT
    assert play.case.deadlines == {Deadline.ATTEND_BY: play.now + timedelta(hours=2)}
    play.forward(hours=1)
    play.link(for_hours=1)
    assert play.case.kind is Kind.FAULT
    assert play.case.deadlines == {Deadline.ATTEND_BY: play.now + timedelta(hours=1)}


def test_a_fault_of_a_lift_whose_people_are_trapped_joins_their_case_and_ends_nothing() -> None:
    play = Play()
    play.alarm()
    assert play.fault().verdict is Verdict.JOINED
    play.fault_over()
    assert (play.case.kind, play.case.status) == (Kind.ENTRAPMENT, Status.DISPATCHED)
    assert play.history()[-2:] == ["fault_raised", "fault_cleared"]


def test_a_fault_that_is_raised_twice_is_one() -> None:
    play = Play()
    play.fault()
    play.fault()
    assert play.history() == ["opened"]


def test_what_is_written_of_faults_and_the_link_has_a_limit() -> None:
    play = Play()
    play.fault()
    for _ in range(NEWS_KEPT):
        play.link()
        play.link(online=True)
    assert play.history()[-1] == "news_left_out"
    assert len(play.history()) == 1 + NEWS_KEPT + 1
    play.fault_over()
    assert play.case.status is Status.CLOSED


# --- flapping


def test_a_fault_that_flaps_opens_nothing_and_reopens_nothing() -> None:
    play = Play()
    play.fault()
    play.fault_over()
    assert play.fault(is_flapping=True).verdict is Verdict.NOTHING
    assert play.fault_over(is_flapping=True).verdict is Verdict.NOTHING
    assert not play.board.incidents


def test_flapping_is_written_into_the_open_case_once_when_it_begins_and_once_when_it_ends() -> None:
    play = Play()
    play.test_missed()
    for _ in range(3):
        play.fault(is_flapping=True)
        play.fault_over(is_flapping=True)
    assert play.history() == ["opened", "flapping_began"]
    play.fault()
    assert play.history() == ["opened", "flapping_began", "flapping_ended", "fault_raised"]


def test_a_flapping_fault_never_stands_before_an_alarm() -> None:
    play = Play()
    play.fault()
    play.fault(is_flapping=True)
    play.alarm()
    assert (play.case.kind, play.asked, play.acknowledged()) == (Kind.ENTRAPMENT, ["K1"], [1])


# --- reminding


@pytest.mark.parametrize("kind", [Kind.FAULT, Kind.LINK_LOST, Kind.TEST_OVERDUE])
def test_nobody_is_sent_by_itself_but_people_are_reminded_for_as_long_as_it_takes(kind: Kind) -> None:
    play = Play()
    tell = {Kind.FAULT: play.fault, Kind.LINK_LOST: lambda: play.link(for_hours=1), Kind.TEST_OVERDUE: play.test_missed}
    tell[kind]()
    play.forward(seconds=3 * attend_within_s(kind, Policy()))
    assert play.history() == ["opened"] + 3 * ["attend_overdue"]
    assert play.asked == []
    assert play.sent_to(CONTRACTOR) == 4 * ["incident.updated"]


# --- what operators and crews do


def test_an_operator_sends_a_crew_to_a_fault_and_closes_the_case_when_its_work_is_done() -> None:
    play = Play()
    play.fault()
    play.act(Action.ASSIGN, crew_id="K2", reason="nearest")
    for answer in (Answer.ACCEPT, Answer.EN_ROUTE, Answer.ON_SCENE, Answer.RELEASED):
        play.answer(answer)
    assert (play.case.status, set(play.case.deadlines)) == (Status.RELEASED, {Deadline.CLOSE_BY})
    assert (play.told(), play.history()[-1]) == ([], "finished")
    assert play.act(Action.CLOSE).verdict is Verdict.DONE
    assert (play.case.status, play.case.cause_code) == (Status.CLOSED, "201")


def test_a_case_with_a_crew_stays_open_for_people_though_nothing_is_wrong_any_more() -> None:
    play = Play()
    play.fault()
    play.act(Action.ASSIGN, crew_id="K2")
    play.fault_over()
    assert not play.case.is_final
    assert play.act(Action.CLOSE).verdict is Verdict.REFUSED
    play.act(Action.CLOSE, reason="it runs again")
    assert play.case.status is Status.CLOSED
    assert play.sent_to(CONTRACTOR)[-2:] == ["WithdrawAssignment", "incident.closed"]


def test_a_crew_that_declines_a_fault_is_not_followed_by_the_next() -> None:
    play = Play()
    play.fault()
    play.act(Action.ASSIGN, crew_id="K2")
    play.answer(Answer.DECLINE)
    assert (play.asked, play.case.status) == (["K2"], Status.OPEN)
    assert play.case.deadlines.keys() == {Deadline.ATTEND_BY}


def test_a_case_that_lost_its_crew_and_its_fault_ends_when_somebody_should_have_come() -> None:
    play = Play()
    play.fault()
    play.act(Action.ASSIGN, crew_id="K2")
    play.fault_over()
    play.forward(hours=2)
    assert play.history()[-2:] == ["overdue", "settled"]


def test_a_case_without_people_takes_no_action_that_is_about_people() -> None:
    play = Play()
    play.fault()
    assert play.act(Action.ESCALATE).reason == "nobody is known to be inside: choose a crew (assign)"
    assert play.act(Action.CONFIRM_RELEASE).reason == "nobody is known to be inside: close it"
    assert play.history() == ["opened"]


@pytest.mark.parametrize("action", [Action.STAND_DOWN, Action.FALSE_ALARM])
def test_a_fault_is_stood_down_on_an_operators_word(action: Action) -> None:
    play = Play()
    play.fault()
    assert play.act(action).verdict is Verdict.REFUSED
    assert play.act(action, reason="maintenance").verdict is Verdict.DONE
    assert play.case.is_final
