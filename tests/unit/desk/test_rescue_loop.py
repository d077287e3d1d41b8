"""A case from the first sign to closed, and each way it can go otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices.messages import Confidence
from dispatch.crews import CompanyId
from rescue.desk.board import Verdict
from rescue.desk.inputs import Action, Answer
from rescue.incident import AssignmentStatus, Deadline, Status
from tests.unit.desk.play import CONTRACTOR, CREWS, STATION, Play, crew, lift


def rescued(play: Play) -> Play:
    """The crew asked accepts, drives, arrives and gets the passengers out."""
    for answer in (Answer.ACCEPT, Answer.EN_ROUTE, Answer.ON_SCENE, Answer.RELEASED):
        play.forward(minutes=2)
        assert play.answer(answer).verdict is Verdict.DONE
    return play


def closed(play: Play) -> Play:
    """The operator calls back and closes."""
    assert play.act(Action.CONFIRM_RELEASE).verdict is Verdict.DONE
    assert play.act(Action.CLOSE).verdict is Verdict.DONE
    return play


def test_an_alarm_becomes_a_case_is_acknowledged_and_offered_to_the_nearest_crew_of_the_contractor() -> None:
    play = Play()
    assert play.alarm(number=7).verdict is Verdict.OPENED
    assert play.acknowledged() == [7]
    assert play.asked == ["K1"]
    assert play.case.status is Status.DISPATCHED


def test_a_case_runs_from_alarm_to_closed() -> None:
    play = Play()
    play.alarm()
    closed(rescued(play))
    assert play.case.status is Status.CLOSED
    assert [what for what in play.history() if what != "comfort_missed"] == [
        "opened", "offered", "accepted", "en_route", "on_scene", "released", "called_back", "closed",
    ]  # fmt: skip
    assert play.told() == ["help_on_the_way", "arrived"]
    assert play.board.incidents == {}
    assert play.sent_to(CONTRACTOR) == ["OfferAssignment", "ConfirmAssignment", "incident.released", "incident.closed"]


def test_every_offer_says_why_this_crew_and_what_the_others_would_have_taken() -> None:
    play = Play()
    play.alarm()
    offered = next(entry for entry in play.entries if entry.what == "offered")
    assert "nearest" in offered.said
    assert [other.split(":")[0] for other in offered.data["others"]] == ["K2", "K3"]  # type: ignore[union-attr]


def test_a_declined_offer_goes_to_the_next_crew_then_to_the_station() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.DECLINE, reason="flat tyre")
    play.answer(Answer.DECLINE, reason="too far")
    assert play.asked == ["K1", "K2", "S1"]
    assert play.case.level == 2


def test_a_company_that_had_its_turn_is_not_asked_again_at_level_two_but_at_level_three() -> None:
    play = Play(crews=[c for c in CREWS if c.company_id == CONTRACTOR])
    play.alarm()
    play.answer(Answer.DECLINE, reason="no")
    play.answer(Answer.DECLINE, reason="no")
    assert (play.asked, play.case.level) == (["K1", "K2", "K3"], 3)


def test_unanswered_offers_go_to_the_next_crew_then_to_level_two_then_every_level_is_engaged() -> None:
    play = Play()
    play.alarm()
    play.forward(seconds=179)
    assert play.asked == ["K1"]
    play.forward(seconds=1)
    assert play.asked == ["K1", "K2"]
    play.forward(seconds=60)
    assert (play.asked, play.case.level) == (["K1", "K2", "S1"], 2)
    play.forward(seconds=60)
    assert play.case.level == 3
    assert play.attempts[-1].status is AssignmentStatus.OFFERED
    assert "119" in play.entries[-1].said


def test_a_case_nobody_accepts_is_asked_again_for_ever() -> None:
    play = Play()
    play.alarm()
    play.forward(hours=3)
    asked = len(play.asked)
    play.forward(hours=1)
    assert len(play.asked) > asked
    assert play.case.deadlines


def test_declines_cannot_storm_each_crew_is_asked_once_in_ten_minutes() -> None:
    play = Play()
    play.alarm()
    for _ in range(50):
        play.answer(Answer.DECLINE, reason="no")
    assert sorted(play.asked) == ["K1", "K2", "K3", "S1"]


def test_an_answer_that_quotes_another_attempt_changes_nothing_and_is_recorded() -> None:
    play = Play()
    play.alarm()
    before = play.case
    assert play.answer(Answer.ACCEPT, attempt=9).verdict is Verdict.REFUSED
    assert play.case.status is before.status
    assert play.history()[-1] == "answer_refused"


def test_an_acceptance_that_comes_after_its_deadline_is_refused_and_the_next_crew_keeps_its_offer() -> None:
    play = Play()
    play.alarm()
    late = play.attempts[0]
    play.forward(minutes=3)
    play.attempts.append(late)
    assert play.answer(Answer.ACCEPT).verdict is Verdict.REFUSED
    assert play.board.assignments[late.assignment_id].status is AssignmentStatus.OVERDUE
    assert play.board.incidents[play.case.incident_id].assignment_id != late.assignment_id


def test_a_repeated_acceptance_is_confirmed_but_changes_nothing() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    entries = len(play.entries)
    assert play.answer(Answer.ACCEPT).verdict is Verdict.NOTHING
    assert len(play.entries) == entries


def test_the_company_may_send_another_of_its_free_crews() -> None:
    play = Play()
    play.alarm()
    assert play.answer(Answer.ACCEPT, crew="K3").verdict is Verdict.DONE
    assert play.board.busy().keys() == {"K3"}


def test_the_company_may_not_send_a_crew_of_another_company_or_one_on_another_case() -> None:
    play = Play()
    play.alarm("A1")
    play.alarm("A2")
    assert play.answer(Answer.ACCEPT, crew="S1").verdict is Verdict.REFUSED
    assert play.answer(Answer.ACCEPT, crew="K1").verdict is Verdict.REFUSED
    assert play.asked == ["K1", "K2"]


def test_a_crew_is_never_asked_for_two_cases_at_once() -> None:
    play = Play(lifts=tuple(lift(f"A{n}") for n in range(6)))
    for n in range(6):
        play.alarm(f"A{n}")
    held = [a.crew_id for a in play.board.assignments.values()]
    assert sorted(held) == ["K1", "K2", "K3", "S1"]
    assert play.case.deadlines[Deadline.ASK_BY] > play.now


def test_a_waiting_case_gets_the_crew_that_becomes_free() -> None:
    play = Play(crews=[CREWS[0]])
    play.alarm("A1")
    play.alarm("A2")
    waiting = play.case.incident_id
    play.attempts.append(play.attempts[0])
    rescued(play)
    play.forward(seconds=play.policy.ask_again_after_s)
    assert play.board.incidents[waiting].status is Status.DISPATCHED


def test_a_crew_that_cannot_reach_the_lift_frees_the_case_at_once() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.answer(Answer.EN_ROUTE)
    play.answer(Answer.CANNOT_REACH, reason="flooded road")
    assert play.asked == ["K1", "K2"]
    assert play.case.status is Status.DISPATCHED


def test_a_contractor_that_cannot_arrive_in_twenty_minutes_is_passed_over() -> None:
    far = tuple(c for c in CREWS if c.crew_id == "S1")
    play = Play(crews=(*far, *(crew(c, CONTRACTOR, 90) for c in ("K1", "K2", "K3"))))
    play.alarm()
    assert play.asked == ["S1"]
    assert play.case.level == 2


def test_a_lift_nobody_is_contracted_for_goes_straight_to_level_two() -> None:
    play = Play(lifts=(lift("A1", None),))
    play.alarm()
    assert (play.case.level, play.asked) == (2, ["K1"])


def test_an_alarm_from_a_lift_we_do_not_know_is_a_case_all_the_same() -> None:
    play = Play(lifts=())
    assert play.alarm("X9").verdict is Verdict.OPENED
    assert play.case.lift is None
    assert play.asked


def test_a_possible_entrapment_waits_for_an_operator_and_is_offered_when_nobody_listens_in() -> None:
    play = Play()
    play.entrapment(confidence=Confidence.POSSIBLE)
    assert (play.asked, play.case.status) == ([], Status.OPEN)
    play.forward(seconds=60)
    assert play.asked == ["K1"]
    assert play.case.evidence.confidence is Confidence.LIKELY


def test_a_possible_entrapment_that_becomes_sure_is_offered_at_once() -> None:
    play = Play()
    play.entrapment(confidence=Confidence.POSSIBLE)
    play.entrapment(confidence=Confidence.CONFIRMED)
    assert play.asked == ["K1"]
    assert len(play.cases) == 1


def test_confidence_never_falls() -> None:
    play = Play()
    play.entrapment(confidence=Confidence.CONFIRMED)
    play.entrapment(confidence=Confidence.POSSIBLE)
    assert play.case.evidence.confidence is Confidence.CONFIRMED


@pytest.mark.parametrize("grave", [{"injured": 1}, {"vulnerable": ("medical",)}, {"vulnerable": ("water",)}])
def test_grave_need_engages_the_fire_brigade_at_once_while_a_crew_is_asked(grave) -> None:  # type: ignore[no-untyped-def]
    play = Play()
    play.call(**grave)
    assert play.case.level == 3
    assert play.asked
    assert "119" in play.said("hand_over_due")


def test_everything_about_one_lift_is_one_case() -> None:
    play = Play()
    play.entrapment()
    play.alarm(number=1)
    play.alarm(number=2)
    play.call()
    assert len(play.cases) == 1
    assert [alarm.number for alarm in play.case.alarms] == [1, 2]
    assert play.case.people == 2


def test_a_repeated_alarm_is_acknowledged_again_and_changes_nothing_else() -> None:
    play = Play()
    play.alarm(number=3)
    entries = len(play.entries)
    play.alarm(number=3)
    assert play.acknowledged() == [3, 3]
    assert len(play.entries) == entries


def test_late_news_of_an_ended_alarm_does_not_reopen_a_closed_case() -> None:
    play = Play()
    play.alarm(number=1)
    play.end_of_alarm(number=1)
    closed(rescued(play))
    assert play.alarm(number=1).verdict is Verdict.NOTHING
    assert play.board.incidents == {}


def test_the_next_entrapment_in_the_same_car_is_a_new_case() -> None:
    play = Play()
    play.alarm(number=1)
    closed(rescued(play))
    assert play.alarm(number=2).verdict is Verdict.OPENED
    assert play.case.number == 2


def test_a_second_alarm_that_overtakes_the_end_of_the_first_is_not_lost() -> None:
    play = Play()
    play.alarm(number=1)
    closed(rescued(play))
    play.alarm(number=2)
    assert play.end_of_alarm(number=1).verdict is Verdict.NOTHING
    assert play.case.status is Status.DISPATCHED


def test_an_alarm_after_the_controller_was_replaced_and_counts_afresh_is_a_new_alarm() -> None:
    play = Play()
    play.alarm(number=9, boot=40, reported_at=1000.0)
    closed(rescued(play))
    assert play.alarm(number=1, boot=1, reported_at=2000.0).verdict is Verdict.OPENED


def test_an_alarm_while_the_released_case_is_still_open_asks_for_a_crew_again() -> None:
    play = Play()
    play.alarm(number=1)
    rescued(play)
    play.alarm(number=2)
    assert play.case.status is Status.DISPATCHED
    assert play.history()[-3:] == ["joined", "trapped_again", "offered"]
    closed(rescued(play))


def test_self_recovery_is_a_sign_not_a_release() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.recovery()
    assert play.case.status is Status.DISPATCHED


def test_standing_down_takes_two_signs_and_a_person() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.recovery()
    assert play.act(Action.STAND_DOWN, reason="they walked out").verdict is Verdict.REFUSED
    play.end_of_alarm()
    assert play.act(Action.STAND_DOWN, reason="they walked out").verdict is Verdict.DONE
    assert play.case.status is Status.STOOD_DOWN
    assert "WithdrawAssignment" in play.sent_to(CONTRACTOR)
    assert play.board.busy() == {}


def test_a_case_is_not_closed_before_the_call_back() -> None:
    play = Play()
    play.alarm()
    rescued(play)
    refused = play.act(Action.CLOSE)
    assert (refused.verdict, play.case.status) == (Verdict.REFUSED, Status.RELEASED)
    assert "call back" in refused.reason


def test_an_operator_who_saw_an_older_version_is_told_so() -> None:
    play = Play()
    play.alarm()
    seen = play.case.version
    play.answer(Answer.ACCEPT)
    assert play.act(Action.CLAIM, version=seen).verdict is Verdict.STALE


def test_a_case_for_which_nobody_is_free_is_looked_at_again_without_becoming_another_version() -> None:
    play = Play(crews=[CREWS[0]])
    play.alarm("A1")
    play.alarm("A2")
    seen = play.case.version
    play.forward(seconds=45)
    assert play.act(Action.CLAIM, version=seen).verdict is Verdict.DONE


def test_an_operator_who_hears_that_people_are_hurt_need_not_verify_a_possible_entrapment() -> None:
    play = Play()
    play.entrapment(confidence=Confidence.POSSIBLE)
    play.act(Action.TRIAGE, injured=1)
    assert (play.case.level, play.asked) == (3, ["K1"])


def test_a_crew_sent_instead_of_another_does_not_inherit_its_time_of_arrival() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT, crew="K3")
    assert play.board.assignments[play.attempts[0].assignment_id].eta_s is None


def test_a_button_that_counts_up_for_ever_does_not_swell_the_case() -> None:
    play = Play()
    for number in range(1, 150):
        play.alarm(number=number)
    assert [alarm.number for alarm in play.case.alarms][::99] == [50, 149]
    assert play.history().count("joined") == 148


def test_an_operator_can_choose_the_crew() -> None:
    play = Play()
    play.alarm()
    play.act(Action.ASSIGN, crew_id="K3", reason="they know the building")
    assert play.asked == ["K1", "K3"]
    assert play.sent_to(CONTRACTOR) == ["OfferAssignment", "WithdrawAssignment", "OfferAssignment"]


def test_an_operator_can_raise_the_level() -> None:
    play = Play()
    play.alarm()
    play.act(Action.ESCALATE, reason="company does not pick up")
    assert (play.case.level, play.asked[0], len(play.asked)) == (2, "K1", 2)
    assert play.board.assignments[play.attempts[0].assignment_id].status is AssignmentStatus.WITHDRAWN


def test_nobody_arriving_in_thirty_minutes_raises_the_level_and_two_hours_are_marked_as_an_accident() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.forward(minutes=31)
    assert play.case.level > 1
    play.forward(hours=2)
    assert {"arrival_target", "arrival_warned", "arrival_breached", "supervisor_due", "accident"} <= set(play.history())


def test_marks_missed_while_the_service_was_down_are_told_at_once_and_each_once() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.now += timedelta(minutes=70)
    play.forward(seconds=1)
    marks = [what for what in play.history() if what.startswith(("arrival", "supervisor"))]
    assert marks == ["arrival_target", "arrival_warned", "arrival_breached", "supervisor_due"]


def test_a_forgotten_call_back_is_called_overdue_again_and_again() -> None:
    play = Play()
    play.alarm()
    rescued(play)
    play.forward(hours=1)
    assert play.history().count("call_back_overdue") == 2


def test_the_contractor_hears_that_its_case_went_to_others() -> None:
    play = Play()
    play.alarm()
    for _ in range(2):
        play.answer(Answer.DECLINE)
    assert "incident.escalated" in play.sent_to(CONTRACTOR)
    assert play.sent_to(STATION) == ["OfferAssignment"]
    assert play.sent_to(CompanyId("nobody")) == []
