"""A crew that accepted and is late: reminded, relieved, and kept until somebody else is surely coming."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rescue.desk.board import Verdict
from rescue.desk.inputs import Action, Answer, OfferUndelivered
from rescue.effects import WithdrawAssignment
from rescue.escalation import Policy
from rescue.incident import AssignmentStatus, Deadline, Status
from tests.unit.desk.play import CONTRACTOR, CREWS, STATION, Play, crew, lift

SILENT_AFTER = timedelta(minutes=7)
"""Five minutes to set out, and two more after the reminder."""


@pytest.fixture
def vanished() -> Play:
    """K1 accepted, never set out, and K2 is asked in relief."""
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.forward(seconds=SILENT_AFTER.total_seconds())
    assert play.asked == ["K1", "K2"]
    return play


def held(play: Play) -> dict[str, AssignmentStatus]:
    return {crew_id: a.status for crew_id, a in play.board.holders.items()}


# --- a crew that does not set out


def test_a_crew_that_does_not_set_out_is_reminded_and_its_company_told() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.forward(minutes=5)
    assert play.said("not_set_out") == "Crew K1 accepted 5 min ago and has not set out"
    assert play.sent_to(CONTRACTOR)[-1] == "incident.updated"
    assert play.asked == ["K1"]


def test_a_crew_that_stays_silent_is_kept_while_another_is_asked_in_relief(vanished: Play) -> None:
    assert held(vanished) == {"K1": AssignmentStatus.ACCEPTED, "K2": AssignmentStatus.OFFERED}
    assert vanished.case.status is Status.DISPATCHED
    assert vanished.said("relief_offered").startswith("Asked crew K2 in relief (attempt 2)")


def test_a_crew_that_sets_out_after_the_reminder_is_not_relieved() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.forward(minutes=6)
    play.answer(Answer.EN_ROUTE)
    play.forward(minutes=2)
    assert play.asked == ["K1"]


def test_the_relief_that_accepts_takes_over_and_the_late_crew_is_told_why(vanished: Play) -> None:
    assert vanished.answer(Answer.ACCEPT).verdict is Verdict.DONE
    assert held(vanished) == {"K2": AssignmentStatus.ACCEPTED}
    assert vanished.history()[-3:] == ["withdrawn", "took_over", "accepted"]
    told = next(e for e in vanished.effects if isinstance(e, WithdrawAssignment))
    assert (told.assignment.crew_id, told.reason) == ("K1", "crew K2 comes in its place")
    assert vanished.told() == ["help_on_the_way", "help_on_the_way"]


def test_the_late_crew_that_arrives_after_all_ends_the_offer_in_relief(vanished: Play) -> None:
    vanished.answer(Answer.ON_SCENE, of="K1")
    assert held(vanished) == {"K1": AssignmentStatus.ON_SCENE}
    assert "crew K1 is there" in vanished.said("relief_lost")
    assert vanished.answer(Answer.ACCEPT, of="K2").verdict is Verdict.REFUSED


def test_a_relief_that_declines_is_followed_by_the_next_and_the_late_crew_stays(vanished: Play) -> None:
    vanished.answer(Answer.DECLINE, reason="flat tyre")
    assert "flat tyre" in vanished.said("relief_lost")
    assert held(vanished)["K1"] is AssignmentStatus.ACCEPTED
    vanished.forward(minutes=2)
    assert vanished.asked == ["K1", "K2", "S1"]
    assert (vanished.case.level, vanished.sent_to(STATION)) == (2, ["OfferAssignment"])
    assert "the crew under way is silent" in vanished.said("escalated")


def test_a_relief_that_says_nothing_is_told_that_its_offer_is_over(vanished: Play) -> None:
    vanished.forward(minutes=1)
    assert "did not answer in time" in vanished.said("relief_lost")
    assert [e.assignment.crew_id for e in vanished.effects if isinstance(e, WithdrawAssignment)] == ["K2"]


def test_a_relief_that_cannot_be_delivered_is_followed_at_once(vanished: Play) -> None:
    asked = vanished.attempts[-1]
    lost = OfferUndelivered(assignment_id=asked.assignment_id, attempt=asked.attempt, reason="connection refused")
    assert vanished.tell(lost).verdict is Verdict.DONE
    assert "could not be delivered" in vanished.said("relief_lost")
    assert held(vanished)["K1"] is AssignmentStatus.ACCEPTED


def test_when_the_late_crew_gives_up_the_offer_in_relief_is_the_cases_own(vanished: Play) -> None:
    answer_by = vanished.case.deadlines[Deadline.ACCEPT_BY]
    vanished.answer(Answer.CANNOT_REACH, of="K1", reason="no driver")
    assert vanished.asked == ["K1", "K2"]
    assert vanished.history()[-2:] == ["cannot_reach", "took_over"]
    assert (vanished.case.status, vanished.case.deadlines[Deadline.ACCEPT_BY]) == (Status.DISPATCHED, answer_by)
    vanished.answer(Answer.ACCEPT)
    assert held(vanished) == {"K2": AssignmentStatus.ACCEPTED}


@pytest.mark.parametrize("end", [Action.CONFIRM_RELEASE, Action.FALSE_ALARM])
def test_a_case_that_ends_lets_both_crews_go(vanished: Play, end: Action) -> None:
    vanished.act(end, reason="they called: all out")
    assert held(vanished) == {}
    assert vanished.sent_to(CONTRACTOR).count("WithdrawAssignment") == 2


def test_an_operator_who_chooses_a_crew_lets_both_others_go(vanished: Play) -> None:
    vanished.act(Action.ASSIGN, crew_id="S1", reason="they answer the phone")
    assert held(vanished) == {"S1": AssignmentStatus.OFFERED}


def test_a_silent_crew_in_an_empty_city_is_handed_over_to_the_fire_brigade_and_kept() -> None:
    play = Play(crews=CREWS[:1])
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.forward(minutes=8)
    assert (play.case.level, held(play)) == (3, {"K1": AssignmentStatus.ACCEPTED})
    assert play.case.handover
    play.forward(hours=1)
    assert play.asked == ["K1"]


# --- a crew that does not arrive


def test_a_crew_that_is_not_there_when_it_said_is_reminded_and_then_relieved() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT, eta_s=600)
    play.answer(Answer.EN_ROUTE)
    play.forward(minutes=14, seconds=59)
    assert "not_arrived" not in play.history()
    play.forward(seconds=1)
    assert "overdue" in play.said("not_arrived")
    play.forward(minutes=2)
    assert play.asked == ["K1", "K2"]


def test_the_margin_and_the_time_to_set_out_are_the_policys() -> None:
    play = Play(policy=Policy(set_out_within_s=60, eta_margin_s=30, relieve_after_s=10))
    play.alarm()
    play.answer(Answer.ACCEPT, eta_s=300)
    play.forward(seconds=70)
    assert play.history()[-2:] == ["not_set_out", "relief_offered"] or "relief_offered" in play.history()
    play.answer(Answer.EN_ROUTE, of="K1")
    assert play.case.deadlines[Deadline.EXPECTED_BY] == play.now + timedelta(seconds=330)


def test_a_crew_sent_to_a_fault_is_reminded_and_nobody_else_is_sent() -> None:
    play = Play()
    play.fault()
    play.act(Action.ASSIGN, crew_id="K1")
    play.answer(Answer.ACCEPT)
    play.forward(minutes=30)
    assert {"not_set_out", "not_arrived"} <= set(play.history())
    assert play.asked == ["K1"]


def test_people_found_inside_while_a_crew_is_on_its_way_to_the_fault_have_it_watched() -> None:
    play = Play()
    play.fault()
    play.act(Action.ASSIGN, crew_id="K1")
    play.answer(Answer.ACCEPT)
    play.forward(minutes=30)
    play.entrapment()
    play.forward(seconds=SILENT_AFTER.total_seconds())
    assert play.asked == ["K1", "K2"]


# --- a crew that says at once that it will be late


FAR = (*CREWS, crew("K9", CONTRACTOR, 4))


def test_a_crew_that_accepts_and_will_be_late_is_kept_and_the_next_level_asked_beside_it() -> None:
    play = Play(crews=[CREWS[0], CREWS[3]])
    play.alarm()
    play.answer(Answer.ACCEPT, eta_s=1500)
    assert "25 min away by its own word" in play.said("accepted")
    assert play.said("escalated").endswith("crew K1 accepted, but is 25 min away, beyond the 20 min of level 1")
    assert held(play) == {"K1": AssignmentStatus.ACCEPTED, "S1": AssignmentStatus.OFFERED}
    assert "incident.escalated" in play.sent_to(CONTRACTOR)


def test_nobody_is_asked_beside_it_who_would_be_later_still() -> None:
    play = Play(crews=[CREWS[0], crew("S9", STATION, 16.5)])
    play.alarm()
    play.answer(Answer.ACCEPT, eta_s=1201)
    assert (play.case.level, held(play)) == (2, {"K1": AssignmentStatus.ACCEPTED})


def test_a_crew_that_says_it_will_be_in_time_changes_nothing() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT, eta_s=1200)
    assert (play.case.level, play.asked) == (1, ["K1"])
    assert play.board.holders["K1"].eta_s == 1200  # type: ignore[index]


def test_beyond_the_limit_of_arrival_at_level_two_the_fire_brigade_is_called() -> None:
    play = Play(crews=[CREWS[3]], lifts=(lift("A1", None),))
    play.alarm()
    play.answer(Answer.ACCEPT, eta_s=1900)
    assert (play.case.level, held(play)) == (3, {"S1": AssignmentStatus.ACCEPTED})
    assert play.case.handover
    assert "Crew S1 has accepted" in play.case.handover.say


# --- the limit of arrival


def test_when_the_limit_of_arrival_is_broken_another_crew_is_asked_beside_the_one_on_its_way() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT, eta_s=1200)
    play.forward(minutes=4)
    play.answer(Answer.EN_ROUTE)
    play.now += timedelta(minutes=25)
    play.forward(minutes=1)
    assert play.said("escalated").endswith("no crew has arrived within the limit")
    assert held(play)["K1"] is AssignmentStatus.EN_ROUTE
    assert len(play.asked) == 2
