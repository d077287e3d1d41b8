"""What the dispatcher is told of real cases: what is at stake, whom the fault asks for, and how the crews stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from devices.faults import Fault
from devices.messages import Confidence
from dispatch.crews import GOVERNOR_RESET, UCMP_RESET, CrewId
from dispatch.problem import Callout, Ground, Problem
from dispatch.solver import rank
from dispatch.triage import Stake
from rescue.desk.draft import Draft
from rescue.desk.inputs import Action, Answer
from rescue.desk.problems import callout_of, problem_of
from rescue.escalation import Policy
from rescue.incident import Incident
from rescue.policies import Rule
from tests.unit.desk.play import AREA, CONTRACTOR, CREWS, HOME, Play, crew, lift

BESIDE = replace(lift("B1"), building="3", address="Daxue Road 1")
ABOVE = replace(lift("B2"), building="3", address="Daxue Road 1")
ACROSS = replace(lift("C1"), building="4", address="Daxue Road 1")
FAULTS_AND_STAFF = [
    (Fault.UNINTENDED_MOVEMENT, {UCMP_RESET}),
    (Fault.OVERSPEED, {GOVERNOR_RESET}),
    (Fault.DOOR_CLOSING, set()),
]


def case(play: Play, lift_id: str = "A1") -> Incident:
    found = play.case_of(lift_id)
    assert found
    return found


def callout(play: Play, lift_id: str = "A1") -> Callout:
    return callout_of(Draft(play.board, play.rules, play.now), case(play, lift_id))


def problem(play: Play, *lift_ids: str) -> Problem:
    return problem_of(Draft(play.board, play.rules, play.now), *(case(play, lift_id) for lift_id in lift_ids))


def work(play: Play, minutes: float, lift_id: str = "A1") -> None:
    """A crew accepts, is there at once, and has the people out after so long."""
    play.alarm(lift_id)
    for answer in (Answer.ACCEPT, Answer.ON_SCENE):
        play.answer(answer)
    play.forward(minutes=minutes)
    play.answer(Answer.RELEASED)


# --- what is at stake


@pytest.mark.parametrize("confidence", list(Confidence))
def test_the_surer_it_is_that_people_are_inside_the_more_is_at_stake(confidence: Confidence) -> None:
    play = Play()
    play.entrapment(confidence=confidence)
    assert callout(play).stake.name == confidence.name


def test_people_who_cannot_wait_are_told_apart() -> None:
    play = Play()
    play.call("A1", vulnerable=("elderly",))
    play.call("A2", injured=1)
    assert (callout(play).stake, callout(play, "A2").stake) == (Stake.IN_NEED, Stake.IN_NEED)


def test_where_nobody_is_known_to_be_inside_nobody_is_at_stake() -> None:
    play = Play()
    play.fault()
    assert callout(play).stake is Stake.NOBODY


@pytest.mark.parametrize(("fault", "staff"), FAULTS_AND_STAFF)
def test_what_tripped_says_whose_business_it_is_to_reset_it(fault: Fault, staff: set[str]) -> None:
    play = Play()
    play.fault(fault=fault)
    play.alarm()
    assert callout(play).required_qualifications == staff


def test_a_crew_that_may_not_reset_it_goes_where_nobody_who_may_is_within_reach_and_the_reason_says_so() -> None:
    play = Play()
    play.fault(fault=Fault.UNINTENDED_MOVEMENT)
    play.alarm()
    assert play.attempts[-1].reason.endswith("; lacks ucmp-reset, and nobody authorised is within reach")


def test_authorised_staff_go_first_if_they_are_within_reach() -> None:
    authorised = replace(crew("K9", CONTRACTOR, 4), qualifications=frozenset({UCMP_RESET}))
    play = Play(crews=[*CREWS, authorised])
    play.fault(fault=Fault.UNINTENDED_MOVEMENT)
    play.alarm()
    assert play.asked == ["K9"]


def test_each_case_reaches_as_far_as_its_own_rule_says() -> None:
    play = Play(rules_by_case=[Rule(areas=(AREA,), limits={"nearby_within_m": 40_000.0})])
    play.alarm()
    assert callout(play).radius_m == 40_000


# --- one lift per building first


def test_lifts_of_one_building_are_told_by_address_and_name() -> None:
    play = Play(lifts=[BESIDE, ABOVE, ACROSS, lift("A1")])
    for lift_id in ("B1", "B2", "C1", "A1"):
        play.alarm(lift_id)
    names = [callout(play, lift_id).building for lift_id in ("B1", "B2", "C1", "A1")]
    assert names == ["Daxue Road 1 3", "Daxue Road 1 3", "Daxue Road 1 4", None]


def test_a_building_to_which_a_crew_is_going_is_told_as_attended() -> None:
    play = Play(lifts=[BESIDE, ABOVE])
    play.alarm("B1")
    play.alarm("B2")
    assert problem(play, "B2").attended == {"Daxue Road 1 3"}


# --- crews that are busy


def test_a_crew_at_work_is_expected_to_be_free_after_as_long_as_it_takes_and_then_nobody_knows() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.answer(Answer.ON_SCENE)
    play.alarm("A2")
    soon = problem(play, "A2").soon_free[CrewId("K1")]
    assert (soon.free_at, soon.position) == (play.now + timedelta(seconds=Policy().on_site_s), HOME)
    _, refused = rank(callout(play, "A2"), problem(play, "A2"), play.rules.travel)
    assert [one.reason for one in refused if one.ground is Ground.BUSY] == ["on scene for another case, free in 8 min"]
    play.forward(minutes=9)
    assert problem(play, "A2").soon_free == {}
    assert "K1" not in play.asked[1:]


def test_people_do_not_wait_for_a_crew_that_is_about_to_finish_while_another_could_set_out() -> None:
    play = Play(crews=[CREWS[0], crew("K2", CONTRACTOR, 14)])
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.answer(Answer.ON_SCENE)
    play.forward(minutes=7)
    play.alarm("A2")
    assert play.asked == ["K1", "K2"]


def test_crews_bound_for_where_nobody_is_inside_may_be_turned_round_and_no_others() -> None:
    play = Play(lifts=[lift(name) for name in ("A1", "A2", "A3")])
    play.fault("A1")
    play.act(Action.ASSIGN, incident="A1", crew_id="K1")
    play.entrapment("A2", Confidence.POSSIBLE)
    play.act(Action.ASSIGN, incident="A2", crew_id="K2")
    play.entrapment("A3", Confidence.POSSIBLE)
    assert problem(play, "A3").bound_for == {"K1": Stake.NOBODY}


def test_a_crew_that_has_not_answered_for_this_case_is_no_less_free_for_it() -> None:
    play = Play()
    play.alarm()
    asked = problem(play, "A1")
    assert (asked.busy, asked.published) == ({}, {case(play).incident_id: "K1"})
    play.answer(Answer.ACCEPT)
    assert problem(play, "A1").busy == {"K1": "accepted for this case"}


def test_an_operators_choice_is_pinned_for_as_long_as_it_stands() -> None:
    play = Play()
    play.alarm()
    play.act(Action.ASSIGN, crew_id="K3")
    assert problem(play, "A1").pins == {case(play).incident_id: "K3"}
    play.answer(Answer.DECLINE)
    assert (case(play).chosen_by, problem(play, "A1").pins) == (None, {})


# --- rest


def test_after_long_work_a_crew_is_left_to_rest_while_others_can_go() -> None:
    play = Play(policy=Policy(accident_after_s=20_000))
    work(play, minutes=125)
    play.alarm("A2")
    assert play.asked[-1] == "K2"
    assert problem(play, "A2").resting == {"K1": play.now + timedelta(minutes=30)}
    play.forward(minutes=31)
    assert problem(play, "A2").resting == {}


def test_a_rest_outlasts_the_case_of_the_work() -> None:
    play = Play(policy=Policy(accident_after_s=20_000))
    work(play, minutes=125)
    play.act(Action.CONFIRM_RELEASE, reason="all are out")
    play.act(Action.CLOSE, cause_code="503", reason="done")
    assert play.board.incidents == {}
    play.alarm("A2")
    assert (play.asked[-1], problem(play, "A2").resting) == ("K2", {"K1": play.now + timedelta(minutes=30)})


def test_a_rest_leaves_nobody_alone_in_a_lift() -> None:
    play = Play(crews=[CREWS[0]], policy=Policy(accident_after_s=20_000))
    work(play, minutes=125)
    play.alarm("A2")
    assert play.asked == ["K1", "K1"]
    assert play.attempts[-1].reason.endswith("; at rest for another 30 min, and nobody else can go")


def test_an_ordinary_rescue_earns_no_rest() -> None:
    play = Play()
    work(play, minutes=40)
    play.alarm("A2")
    assert (play.asked, problem(play, "A2").resting) == (["K1", "K1"], {})


# --- bad luck, each with its reason and its next look


@pytest.mark.parametrize(
    ("crews", "said"),
    [
        ([replace(one, on_duty=False) for one in CREWS], "nobody is on duty (4 off duty)"),
        ([replace(one, position=None) for one in CREWS], "the positions of all crews on duty are unknown"),
        ([replace(one, members=1) for one in CREWS], "no crew on duty has people enough"),
        ([], "no crews are known"),
    ],
    ids=["all off duty", "no positions", "alone", "no crews"],
)
def test_where_nobody_can_go_it_is_said_why_and_looked_again(crews: list, said: str) -> None:  # type: ignore[type-arg]
    play = Play(crews=crews)
    play.alarm()
    assert said in play.said("nobody_to_ask")
    assert case(play).deadlines["ask_by"] == play.now + timedelta(seconds=15)  # type: ignore[index]


def test_a_crew_lost_from_sight_is_asked_only_where_nobody_else_can_go_and_it_is_said() -> None:
    lost = replace(crew("K1", CONTRACTOR, 1), positioned_at=Play().now - timedelta(hours=1))
    play = Play(crews=[lost, crew("K2", CONTRACTOR, 9)])
    play.alarm()
    play.alarm("A2")
    assert play.asked == ["K2", "K1"]
    assert "too old to go by, and nobody else can go" in play.attempts[-1].reason
