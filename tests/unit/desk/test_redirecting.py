"""A crew bound for one case is sent to another that matters more, and never the other way round."""

from __future__ import annotations

import pytest

from devices.messages import Confidence
from dispatch.crews import CompanyId
from rescue.desk.board import Verdict
from rescue.desk.inputs import Action, Answer
from rescue.effects import WithdrawAssignment
from rescue.incident import AssignmentStatus, Deadline, Status
from tests.unit.desk.play import CONTRACTOR, CREWS, STATION, Play, crew, lift

LIFTS = (lift("A1"), lift("A2"))


def redirect(play: Play, lift_id: str, crew_id: str, *, reason: str = "they are hurt") -> Verdict:
    return play.act(Action.ASSIGN, incident=lift_id, crew_id=crew_id, redirect=True, reason=reason).verdict


def bound(play: Play) -> dict[str, str]:
    """Which crew is bound for which lift."""
    cases = play.board.incidents
    return {crew_id: str(cases[a.incident_id].lift_id) for crew_id, a in play.board.holders.items()}


@pytest.fixture
def possible_and_confirmed() -> Play:
    """K1 is on its way to what may be an entrapment; people phone from another lift."""
    play = Play(lifts=LIFTS)
    play.entrapment("A1", Confidence.POSSIBLE)
    play.act(Action.ASSIGN, incident="A1", crew_id="K1", reason="better look")
    play.answer(Answer.ACCEPT)
    play.call("A2")
    return play


def test_a_crew_goes_from_a_possible_entrapment_to_a_sure_one_and_the_robbed_case_is_asked_again_at_once(
    possible_and_confirmed: Play,
) -> None:
    play = possible_and_confirmed
    assert bound(play) == {"K1": "A1", "K2": "A2"}
    assert redirect(play, "A2", "K1") is Verdict.DONE
    assert bound(play) == {"K1": "A2", "K2": "A1"}
    robbed = play.case_of("A1")
    assert robbed
    assert play.history(robbed)[-2:] == ["withdrawn", "offered"]
    reason = "case 2 needs crew K1 more, chosen by play: they are hurt"
    told = [e for e in play.effects if isinstance(e, WithdrawAssignment) and e.incident.lift_id == "A1"]
    assert [(e.company_id, e.reason) for e in told] == [(CONTRACTOR, reason)]


def test_without_being_told_to_redirect_no_crew_is_taken_from_a_case(possible_and_confirmed: Play) -> None:
    play = possible_and_confirmed
    refused = play.act(Action.ASSIGN, incident="A2", crew_id="K1")
    assert (refused.verdict, "redirect" in refused.reason) == (Verdict.REFUSED, True)
    assert bound(play)["K1"] == "A1"


def test_a_possible_entrapment_takes_no_crew_from_a_sure_one(possible_and_confirmed: Play) -> None:
    assert redirect(possible_and_confirmed, "A1", "K2") is Verdict.REFUSED
    assert bound(possible_and_confirmed) == {"K1": "A1", "K2": "A2"}


def test_two_cases_that_matter_as_much_take_no_crew_from_each_other() -> None:
    play = Play(lifts=LIFTS)
    play.call("A1")
    play.call("A2")
    assert redirect(play, "A1", "K2") is Verdict.REFUSED
    assert redirect(play, "A2", "K1") is Verdict.REFUSED


def test_people_in_need_take_a_crew_from_people_who_are_well() -> None:
    play = Play(lifts=LIFTS)
    play.call("A1")
    play.call("A2", vulnerable=("elderly",))
    assert redirect(play, "A2", "K1") is Verdict.DONE


def test_a_fault_gives_its_crew_up_to_people_by_itself_and_waits_for_an_operator() -> None:
    play = Play(lifts=LIFTS)
    play.fault("A1")
    play.act(Action.ASSIGN, incident="A1", crew_id="K1")
    play.alarm("A2")
    assert bound(play) == {"K1": "A2"}
    fault = play.case_of("A1")
    assert fault
    assert (fault.status, fault.assignment_id) == (Status.OPEN, None)
    assert Deadline.ATTEND_BY in fault.deadlines


def test_a_crew_stays_with_a_fault_where_another_is_about_as_near_to_the_people() -> None:
    near = [crew("K1", CONTRACTOR, 1), crew("K2", CONTRACTOR, 1.1)]
    play = Play(lifts=LIFTS, crews=near)
    play.fault("A1")
    play.act(Action.ASSIGN, incident="A1", crew_id="K1")
    play.alarm("A2")
    assert bound(play) == {"K1": "A1", "K2": "A2"}


def test_no_crew_is_turned_round_by_itself_between_people() -> None:
    play = Play(lifts=LIFTS, crews=[crew("K1", CONTRACTOR, 1), crew("K2", CONTRACTOR, 12)])
    play.alarm("A1")
    play.call("A2", vulnerable=("elderly",))
    assert bound(play) == {"K1": "A1", "K2": "A2"}


def test_nobody_is_called_away_from_people_beside_whom_they_stand(possible_and_confirmed: Play) -> None:
    possible_and_confirmed.answer(Answer.ON_SCENE, of="K1")
    refused = possible_and_confirmed.act(Action.ASSIGN, incident="A2", crew_id="K1", redirect=True)
    assert (refused.verdict, "at work" in refused.reason) == (Verdict.REFUSED, True)


def test_a_crew_that_is_asked_for_this_very_case_is_not_taken_from_it(possible_and_confirmed: Play) -> None:
    refused = possible_and_confirmed.act(Action.ASSIGN, incident="A2", crew_id="K2", redirect=True)
    assert "this very case" in refused.reason


def test_the_company_that_answers_for_the_robbed_lift_is_told_though_the_crew_was_anothers() -> None:
    play = Play(lifts=LIFTS)
    play.entrapment("A1", Confidence.POSSIBLE)
    play.act(Action.ASSIGN, incident="A1", crew_id="S1")
    play.call("A2")
    redirect(play, "A2", "S1")
    told = [e for e in play.effects if isinstance(e, WithdrawAssignment) and e.assignment.crew_id == "S1"]
    assert [e.company_id for e in told] == [STATION, CONTRACTOR]
    assert len({e.reason for e in told}) == 1
    assert len({e.key for e in told}) == 2


def test_a_crew_asked_in_relief_goes_and_the_late_crew_of_the_robbed_case_stays() -> None:
    play = Play(lifts=LIFTS, crews=[*CREWS[:2], crew("T1", CompanyId("T"), 5)])
    play.alarm("A1")
    play.answer(Answer.ACCEPT)
    play.forward(minutes=7)
    assert bound(play) == {"K1": "A1", "K2": "A1"}
    play.call("A2")
    assert redirect(play, "A2", "K2") is Verdict.DONE
    assert bound(play) == {"K1": "A1", "K2": "A2"}
    assert play.board.holders["K1"].status is AssignmentStatus.ACCEPTED  # type: ignore[index]


def test_an_operators_choice_has_its_estimate_as_every_other() -> None:
    play = Play()
    play.alarm()
    play.act(Action.ASSIGN, crew_id="K3")
    nearest, chosen = (attempt.eta_s or 0.0 for attempt in play.attempts)
    assert chosen > nearest > 0
