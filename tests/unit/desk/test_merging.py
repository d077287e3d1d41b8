"""Two cases of the same people become one, and neither the people nor a lift is left without protection."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.messages import Confidence, LiftId
from rescue.desk.board import Outcome, Verdict
from rescue.desk.inputs import Action, Answer, Intake
from rescue.incident import AssignmentStatus, Caller, Deadline, Incident, Sign, Source, Status
from tests.unit.desk.play import AREA, CONTRACTOR, CREWS, STATION, Play, lift

MS_WANG = Caller(name="Ms Wang", phone="13800000000")
MR_LI = Caller(name="Mr Li", phone="13900000000")


def building() -> Play:
    """Two lifts of one building, and one of another."""
    return Play(
        lifts=[
            replace(lift("A1"), building="3"),
            replace(lift("A2"), building="3"),
            replace(lift("B1"), building="4"),
        ]
    )


def calls(play: Play, lift_id: str, caller: Caller = MR_LI, people: int | None = None, **more: object) -> None:
    """Somebody phones, and names this lift."""
    said = Intake(lift_id=LiftId(lift_id), area=AREA, source=Source.PHONE, caller=caller, people=people)
    play.tell(replace(said, **more))  # type: ignore[arg-type]


def merge(play: Play, lift_id: str, into: str, reason: str = "the same two people") -> Outcome:
    """The operator finds out that this lift's case is about the people of the other's."""
    return play.act(Action.MERGE, incident=lift_id, into=case(play, into).incident_id, reason=reason)


def case(play: Play, lift_id: str) -> Incident:
    found = play.case_of(lift_id)
    assert found
    return found


def wrong_lift() -> tuple[Play, Incident]:
    """A lift rings, and its passengers phone and name the one beside it: two cases, two crews."""
    play = building()
    play.alarm("A1")
    calls(play, "A2", people=3, vulnerable=("elderly",))
    return play, case(play, "A2")


def test_the_merged_case_is_closed_and_both_histories_name_each_other() -> None:
    play, wrong = wrong_lift()
    right = case(play, "A1")
    assert merge(play, "A2", into="A1").verdict is Verdict.DONE
    merged = play.cases[wrong.incident_id]
    assert (merged.status, merged.merged_into_id, merged.closed_at) == (Status.CLOSED, right.incident_id, play.now)
    assert play.case_of("A2") is None
    said = {entry.what: entry.said for entry in play.entries}
    assert said["merged"] == f"Merged into case {right.number}: the same two people"
    assert said["merged_in"] == f"Case {wrong.number} is about the same people: the same two people"
    assert "incident.closed" in play.sent_to(CONTRACTOR)


def test_what_is_known_of_the_people_goes_over_and_is_not_added_up() -> None:
    play = building()
    calls(play, "A1", MS_WANG, people=2, injured=0, vulnerable=("child",))
    calls(play, "A2", MR_LI, people=1, vulnerable=("elderly",))
    merge(play, "A2", into="A1")
    right = case(play, "A1")
    assert (right.people, right.vulnerable) == (2, ("child", "elderly"))
    assert (right.caller, right.other_callers) == (MR_LI, (MS_WANG,))


def test_the_stay_counts_from_the_earlier_of_the_two() -> None:
    play = building()
    calls(play, "A2")
    began = play.now
    play.forward(minutes=9)
    play.alarm("A1")
    merge(play, "A2", into="A1")
    assert case(play, "A1").trapped_since == began


def test_its_crew_need_not_come_where_the_other_has_one() -> None:
    play, wrong = wrong_lift()
    assert play.asked == ["K1", "K2"]
    merge(play, "A2", into="A1")
    assert play.assignments[play.attempts[1].assignment_id].status is AssignmentStatus.WITHDRAWN
    assert play.asked == ["K1", "K2"]
    assert play.board.busy().keys() == {"K1"}
    assert play.sent_to(CONTRACTOR).count("WithdrawAssignment") == 1
    assert wrong.assignment_id


def test_its_crew_is_asked_for_the_other_where_that_has_none() -> None:
    play = Play(crews=[CREWS[0]], lifts=building().lifts)
    calls(play, "A2")
    play.answer(Answer.ACCEPT)
    play.alarm("A1")
    assert case(play, "A1").status is Status.OPEN
    merge(play, "A2", into="A1")
    right = case(play, "A1")
    assert (right.status, play.asked, play.attempts[-1].incident_id) == (
        Status.DISPATCHED, ["K1", "K1"], right.incident_id,
    )  # fmt: skip
    assert "which is about the same people" in play.attempts[-1].reason


def test_a_merely_possible_entrapment_that_is_found_to_be_the_callers_is_asked_for_at_once() -> None:
    play = building()
    play.entrapment("A1", confidence=Confidence.POSSIBLE)
    calls(play, "A2")
    play.answer(Answer.DECLINE)
    play.answer(Answer.DECLINE)
    merge(play, "A2", into="A1")
    right = case(play, "A1")
    assert (right.status, right.evidence.confidence) == (Status.DISPATCHED, Confidence.CONFIRMED)
    assert Deadline.VERIFY_BY not in right.deadlines


def test_people_hurt_in_the_merged_case_bring_the_last_level_with_them() -> None:
    play = building()
    play.alarm("A1")
    calls(play, "A2", injured=1)
    merge(play, "A2", into="A1")
    assert (case(play, "A1").injured, case(play, "A1").level) == (1, 3)


def test_a_level_that_was_reached_is_not_lost() -> None:
    play, _ = wrong_lift()
    play.act(Action.ESCALATE, incident="A2", reason="nobody picks up")
    merge(play, "A2", into="A1")
    assert case(play, "A1").level == 2
    assert STATION in {attempt.company_id for attempt in play.attempts}


def test_a_crew_that_refused_there_is_not_asked_for_the_same_people_again() -> None:
    play = building()
    calls(play, "A2")
    play.answer(Answer.DECLINE)
    play.alarm("A1")
    merge(play, "A2", into="A1")
    assert "K1" in case(play, "A1").refusals


# --- the merged case's lift stays protected


@pytest.mark.parametrize("sign", ["alarm", "entrapment"])
def test_a_lift_that_says_itself_that_people_are_inside_is_not_merged_away(sign: str) -> None:
    play = building()
    getattr(play, sign)("A1")
    calls(play, "A2")
    refused = merge(play, "A1", into="A2")
    assert (refused.verdict, case(play, "A1").is_final) == (Verdict.REFUSED, False)
    assert "merge the other case into this one" in refused.reason


def test_a_lift_that_has_taken_back_what_it_said_may_be() -> None:
    play = building()
    play.alarm("A1")
    play.entrapment("A1")
    calls(play, "A2")
    play.end_of_alarm("A1")
    assert merge(play, "A1", into="A2").verdict is Verdict.REFUSED
    play.recovery("A1")
    assert case(play, "A1").signs == {Sign.ALARM_ENDED, Sign.LIFT_RECOVERED}
    assert merge(play, "A1", into="A2").verdict is Verdict.DONE


def test_the_next_alarm_of_the_merged_cases_lift_is_a_case_of_its_own() -> None:
    play, wrong = wrong_lift()
    merge(play, "A2", into="A1")
    assert play.alarm("A2").verdict is Verdict.OPENED
    assert case(play, "A2").follows_id == wrong.incident_id


# --- what is not merged


def refused(play: Play, lift_id: str, into: str) -> str:
    entries = len(play.entries)
    outcome = merge(play, lift_id, into)
    assert (outcome.verdict, len(play.entries)) == (Verdict.REFUSED, entries)
    return outcome.reason


def test_people_are_not_merged_into_another_building() -> None:
    play = building()
    play.alarm("A1")
    calls(play, "B1")
    assert refused(play, "B1", "A1") == "the two lifts are in different buildings"


def test_a_lift_in_no_registry_may_be_any_of_its_area() -> None:
    play = building()
    calls(play, "X9")
    play.alarm("A1")
    assert merge(play, "X9", into="A1").verdict is Verdict.DONE


def test_people_are_not_merged_into_a_case_whose_people_are_out() -> None:
    play = building()
    calls(play, "A1")
    play.act(Action.CONFIRM_RELEASE, incident="A1")
    calls(play, "A2")
    assert refused(play, "A2", "A1") == "the case is released"


def test_a_fault_is_not_merged_nor_are_people_merged_into_one() -> None:
    play = building()
    play.fault("A1")
    calls(play, "A2")
    assert "only cases of people" in refused(play, "A1", "A2")
    assert "only cases of people" in refused(play, "A2", "A1")


def test_a_case_is_not_merged_into_itself_nor_into_one_that_is_not_open_nor_without_a_reason() -> None:
    play, wrong = wrong_lift()
    assert refused(play, "A2", "A2") == "a case is not merged into itself"
    nowhere = play.act(Action.MERGE, incident="A2", into="I99", reason="the same")
    assert (nowhere.verdict, "no open case I99" in nowhere.reason) == (Verdict.REFUSED, True)
    assert merge(play, "A2", into="A1", reason="").reason == "say why"
    assert play.board.incidents[wrong.incident_id] == wrong
