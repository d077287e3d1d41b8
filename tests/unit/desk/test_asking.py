"""Whom the desk asks, what it tells those it no longer needs, and what it does when a deadline is all it hears."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices.messages import Confidence
from rescue.desk.board import Verdict
from rescue.desk.inputs import Action, Answer, CompanyAnswered, OfferUndelivered
from rescue.effects import WithdrawAssignment
from rescue.escalation import Policy
from rescue.incident import AssignmentStatus, Deadline, Status
from tests.unit.desk.play import CONTRACTOR, CREWS, Play, lift


def undelivered(play: Play, *, attempt: int | None = None) -> Verdict:
    """No endpoint took the newest offer."""
    asked = play.attempts[-1]
    told = OfferUndelivered(
        assignment_id=asked.assignment_id,
        attempt=asked.attempt if attempt is None else attempt,
        reason="connection refused",
    )
    return play.tell(told).verdict


def released_with_one_hurt(play: Play) -> None:
    asked = play.attempts[-1]
    said = CompanyAnswered(assignment_id=asked.assignment_id, attempt=asked.attempt, answer=Answer.RELEASED, injured=1)
    play.tell(said)


# --- nobody can be asked


def test_while_nobody_can_be_asked_it_is_tried_again_every_quarter_minute_and_said_once() -> None:
    play = Play(crews=())
    play.alarm()
    assert play.case.deadlines[Deadline.ASK_BY] == play.now + timedelta(seconds=15)
    play.forward(minutes=5)
    assert play.history().count("nobody_to_ask") == 1
    assert play.case.deadlines[Deadline.ASK_BY] == play.now + timedelta(seconds=15)


def test_a_crew_that_comes_on_duty_is_asked_within_a_quarter_minute() -> None:
    play = Play(crews=())
    play.alarm()
    play.board.know(CREWS, play.board.companies.values())
    play.forward(seconds=15)
    assert play.asked == ["K1"]
    assert Deadline.ASK_BY not in play.case.deadlines


# --- offers that nobody takes


def test_an_overdue_offer_is_withdrawn_so_that_its_company_knows() -> None:
    play = Play()
    play.alarm()
    play.forward(minutes=3)
    assert play.sent_to(CONTRACTOR) == ["OfferAssignment", "WithdrawAssignment", "OfferAssignment"]
    withdrawn = next(e for e in play.effects if isinstance(e, WithdrawAssignment))
    assert (withdrawn.assignment.attempt, withdrawn.reason) == (1, "not answered in time")


def test_an_offer_that_stands_survives_the_engagement_of_every_level() -> None:
    play = Play(policy=Policy(accept_within_s=900, engage_within_s=300))
    play.alarm()
    play.forward(minutes=6)
    assert (play.case.level, play.asked) == (3, ["K1"])
    assert play.answer(Answer.ACCEPT).verdict is Verdict.DONE


def test_an_undelivered_offer_goes_to_the_next_crew_at_once() -> None:
    play = Play()
    play.alarm()
    assert undelivered(play) is Verdict.DONE
    assert play.asked == ["K1", "K2"]
    told = next(entry for entry in play.entries if entry.what == "undelivered")
    assert (told.data["attempt"], told.data["crew_id"]) == (1, "K1")


def test_an_undelivered_offer_of_another_attempt_or_one_answered_meanwhile_is_no_news() -> None:
    play = Play()
    play.alarm()
    assert undelivered(play, attempt=2) is Verdict.NOTHING
    play.answer(Answer.ACCEPT)
    assert undelivered(play) is Verdict.NOTHING
    assert play.asked == ["K1"]


# --- possible entrapments that an operator takes in hand


@pytest.mark.parametrize(
    "action", [{"action": Action.ASSIGN, "crew_id": "K2"}, {"action": Action.ESCALATE}], ids=["assign", "escalate"]
)
def test_an_operator_who_does_not_wait_to_be_sure_starts_the_clock_to_the_last_level(action) -> None:  # type: ignore[no-untyped-def]
    play = Play()
    play.entrapment(confidence=Confidence.POSSIBLE)
    play.act(**action, reason="I hear voices")
    assert Deadline.VERIFY_BY not in play.case.deadlines
    assert play.case.deadlines[Deadline.ENGAGE_BY] == play.now + timedelta(minutes=5)


def test_an_acceptance_stops_the_clock_to_the_last_level_and_a_lost_crew_starts_it_anew() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    assert Deadline.ENGAGE_BY not in play.case.deadlines
    play.forward(minutes=4)
    play.answer(Answer.CANNOT_REACH, reason="flooded road")
    assert play.case.deadlines[Deadline.ENGAGE_BY] == play.now + timedelta(minutes=3)


# --- crews that are no longer needed, or that leave


def test_a_crew_that_declines_is_free_for_the_next_case() -> None:
    play = Play(crews=CREWS[:2])
    play.alarm("A1")
    play.answer(Answer.DECLINE, reason="lunch")
    play.alarm("A2")
    assert play.asked == ["K1", "K2", "K1"]


def test_who_was_no_longer_asked_and_why_is_in_the_history() -> None:
    play = Play()
    play.alarm()
    play.act(Action.ASSIGN, crew_id="K3", reason="they know the building")
    assert play.history() == ["opened", "offered", "withdrawn", "offered"]
    withdrawn = play.entries[2]
    assert "they know the building" in withdrawn.said
    assert (withdrawn.data["attempt"], withdrawn.data["crew_id"]) == (1, "K1")


@pytest.mark.parametrize("end", [Action.CONFIRM_RELEASE, Action.FALSE_ALARM])
def test_a_case_that_ends_without_its_crew_frees_it_and_tells_it(end: Action) -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.act(end, reason="they called: all out")
    assert play.board.busy() == {}
    assert "WithdrawAssignment" in play.sent_to(CONTRACTOR)
    assert "withdrawn" in play.history()


def test_a_crew_that_arrived_and_had_to_leave_has_not_arrived() -> None:
    play = Play()
    play.alarm()
    for answer in (Answer.ACCEPT, Answer.ON_SCENE, Answer.CANNOT_REACH):
        play.answer(answer)
    assert play.case.arrived_at is None
    play.answer(Answer.ACCEPT)
    play.forward(minutes=30)
    assert "arrival_breached" in play.history()


# --- answers


def test_a_crew_that_finds_people_hurt_engages_the_fire_brigade_with_its_report_of_release() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    released_with_one_hurt(play)
    assert (play.case.status, play.case.injured, play.case.level) == (Status.RELEASED, 1, 3)


def test_people_known_to_be_hurt_are_not_reported_to_the_fire_brigade_twice() -> None:
    play = Play()
    play.call(injured=1)
    play.answer(Answer.ACCEPT)
    released_with_one_hurt(play)
    assert "escalated" not in play.history()


def test_a_case_in_which_people_are_out_asks_nobody_and_cannot_be_assigned() -> None:
    play = Play()
    play.alarm()
    for answer in (Answer.ACCEPT, Answer.RELEASED):
        play.answer(answer)
    assert play.act(Action.ASSIGN, crew_id="K2").verdict is Verdict.REFUSED
    assert play.act(Action.ESCALATE).verdict is Verdict.REFUSED
    play.forward(minutes=14)
    assert play.asked == ["K1"]


def test_a_crew_on_another_case_cannot_be_chosen_and_nothing_is_withdrawn_for_it() -> None:
    play = Play(lifts=(lift("A1"), lift("A2")))
    play.alarm("A1")
    play.alarm("A2")
    refused = play.act(Action.ASSIGN, crew_id="K1", reason="nearest")
    assert refused.verdict is Verdict.REFUSED
    assert "K1" in refused.reason
    assert play.board.assignments[play.attempts[-1].assignment_id].status is AssignmentStatus.OFFERED


def test_a_case_is_not_closed_before_its_cause_is_filed_by_the_company_or_by_the_operator() -> None:
    play = Play()
    play.alarm()
    play.act(Action.CONFIRM_RELEASE, reason="they called: all out")
    refused = play.act(Action.CLOSE)
    assert (refused.verdict, play.case.status) == (Verdict.REFUSED, Status.RELEASED)
    assert "cause_code" in refused.reason
    play.act(Action.CLOSE, cause_code="301")
    assert (play.case.status, play.case.cause_code) == (Status.CLOSED, "301")
