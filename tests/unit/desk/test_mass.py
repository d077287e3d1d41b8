"""Many wait for few crews: who is free goes where it is needed most, and a plan is followed as far as it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from devices.messages import Confidence, LiftId
from dispatch.crews import Crew, CrewId
from rescue.desk.board import Outcome, Verdict
from rescue.desk.expecting import Expected, expected
from rescue.desk.inputs import Action, Answer, PlanImproved
from rescue.effects import WithdrawAssignment
from rescue.escalation import Policy
from rescue.incident import AssignmentStatus, Deadline, IncidentId, Lift
from tests.unit.desk.play import CONTRACTOR, HOME, STATION, Play, crew, lift

HALF_AN_HOUR = timedelta(minutes=30)
NEAR, FAR = crew("K1", CONTRACTOR, 1), crew("K2", CONTRACTOR, 9)


def at(lift_id: str, km_east: float, **card: object) -> Lift:
    """A lift so far east of the others."""
    return replace(lift(lift_id), position=replace(HOME, lon=HOME.lon + km_east / 91.4), **card)  # type: ignore[arg-type]


def asked_for(play: Play) -> dict[str, str]:
    """For which lift each crew is asked or goes."""
    return {crew_id: str(play.board.incidents[one.incident_id].lift_id) for crew_id, one in play.board.holders.items()}


def waiting(play: Play) -> list[str]:
    return [str(play.board.incidents[incident_id].lift_id) for incident_id in play.board.waiting]


def plan(play: Play, **routes: Sequence[str]) -> Outcome:
    """A plan that gives each crew these lifts, one after the other, half an hour each."""
    ids = {CrewId(name): tuple(_case(play, lift_id) for lift_id in lifts) for name, lifts in routes.items()}
    at = {one: play.now + n * HALF_AN_HOUR for route in ids.values() for n, one in enumerate(route, start=1)}
    return play.tell(PlanImproved(routes=ids, expected_at=at))


def _case(play: Play, lift_id: str) -> IncidentId:
    return play.board.by_lift.get(LiftId(lift_id), IncidentId(lift_id))


def out(play: Play, crew_id: str = "K1") -> None:
    """This crew is there, and has the people out."""
    for answer in (Answer.ACCEPT, Answer.ON_SCENE, Answer.RELEASED):
        play.answer(answer, of=crew_id)


def few(lifts: Sequence[Lift], *, crews: Sequence[Crew] = (NEAR,), **more: object) -> Play:
    """The crews are all under way to the first lifts, and people are trapped in the others."""
    play = Play(crews=crews, lifts=lifts, **more)  # type: ignore[arg-type]
    for one in lifts[: len(crews)]:
        play.call(one.lift_id)
        play.answer(Answer.ACCEPT)
    return play


# --- crews become free


def test_a_crew_that_has_the_people_out_is_asked_at_once_for_who_waits() -> None:
    play = few([lift("A1"), lift("A2")])
    play.call("A2")
    assert waiting(play) == ["A2"]
    out(play)
    assert (asked_for(play), waiting(play)) == ({"K1": "A2"}, [])


def test_whose_need_is_greatest_is_seen_to_first_though_others_have_waited_longer() -> None:
    play = few([lift("A1"), lift("A2"), lift("A3")])
    play.entrapment("A2")
    play.forward(seconds=20)
    play.call("A3", vulnerable=("elderly",))
    out(play)
    assert asked_for(play) == {"K1": "A3"}
    assert waiting(play) == ["A2"]


def test_each_building_has_its_first_lift_seen_to_before_another_has_its_second() -> None:
    here = [at(name, 0, building="3", address="Daxue Road") for name in ("A1", "A2")]
    play = few([at("B1", 0.5, building="4"), *here[:1], here[1], at("C1", 0, building="5")], crews=[NEAR, FAR])
    play.call("A2")
    play.call("C1")
    out(play, "K1")
    assert asked_for(play) == {"K1": "C1", "K2": "A1"}


def test_crews_that_come_on_duty_are_dealt_among_all_who_wait() -> None:
    play = Play(crews=[], lifts=[at("A1", 0), at("A2", 9)])
    play.call("A1")
    play.forward(seconds=1)
    play.call("A2")
    play.board.know([NEAR, FAR], play.board.companies.values())
    play.forward(seconds=15)
    assert asked_for(play) == {"K1": "A1", "K2": "A2"}


def test_a_crew_that_comes_on_duty_is_not_had_by_whoever_looks_first() -> None:
    play = Play(crews=[], lifts=[lift("A1"), lift("A2")])
    play.entrapment("A1")
    play.forward(seconds=5)
    play.call("A2", vulnerable=("elderly",))
    play.board.know([NEAR], play.board.companies.values())
    play.forward(seconds=10)
    assert (asked_for(play), waiting(play)) == ({"K1": "A2"}, ["A1"])


def test_who_gets_nobody_this_time_keeps_its_deadline_and_hears_why() -> None:
    play = few([lift("A1"), lift("A2"), lift("A3")])
    play.entrapment("A2")
    play.call("A3")
    out(play)
    left = play.case_of("A2")
    assert left
    assert Deadline.ASK_BY in left.deadlines
    play.forward(minutes=1)
    assert "on another case" in play.said("nobody_to_ask")


def test_a_crew_that_has_declined_one_case_is_not_thrown_at_the_next() -> None:
    play = few([lift("A1"), lift("A2")])
    play.call("A2")
    before = len(play.attempts)
    play.answer(Answer.CANNOT_REACH, reason="breakdown")
    assert len(play.attempts) == before + 1


# --- a plan


def test_a_plan_says_who_comes_next_when_a_crew_becomes_free() -> None:
    play = few([lift("A1"), at("A2", 0.9), at("A3", 0.1)])
    play.call("A2")
    play.call("A3")
    assert plan(play, K1=["A3", "A2"]).verdict is Verdict.NOTHING
    out(play)
    assert asked_for(play) == {"K1": "A3"}
    out(play)
    assert asked_for(play) == {"K1": "A2"}


def test_without_a_plan_it_would_have_been_another() -> None:
    play = few([lift("A1"), at("A2", 0.9), at("A3", 0.1)])
    play.call("A2")
    play.call("A3")
    out(play)
    assert asked_for(play) == {"K1": "A2"}


def test_a_case_that_is_newer_than_the_plan_stands_beside_what_comes_next() -> None:
    play = few([lift("A1"), lift("A2"), lift("A3")])
    play.call("A2")
    plan(play, K1=["A2"])
    play.call("A3", injured=1)
    out(play)
    assert asked_for(play) == {"K1": "A3"}


def test_what_is_stale_in_a_plan_is_not_followed() -> None:
    play = few([lift("A1"), lift("A2")])
    play.call("A2")
    plan(play, K1=["gone", "A1", "A2"], K7=["A2"], K2=["gone"])
    assert {crew_id: len(stops) for crew_id, stops in play.board.routes.items()} == {"K1": 1}
    out(play)
    assert asked_for(play) == {"K1": "A2"}


def test_a_plan_leaves_nobody_idle_for_whom_it_has_no_use() -> None:
    play = few([lift("A1"), lift("A2"), lift("A3")])
    play.call("A2")
    play.call("A3")
    play.board.know([NEAR, FAR], play.board.companies.values())
    plan(play, K1=["A2"])
    assert asked_for(play)["K2"] in ("A2", "A3")


def test_of_a_case_that_waits_is_known_who_is_to_come_and_when() -> None:
    play = few([lift("A1"), lift("A2"), lift("A3")])
    play.call("A2")
    play.call("A3")
    plan(play, K1=["A2", "A3"])
    first, second = (expected(play.board, _case(play, lift_id)) for lift_id in ("A2", "A3"))
    assert first == Expected(crew_id=NEAR.crew_id, place=1, at=play.now + HALF_AN_HOUR)
    assert second == Expected(crew_id=NEAR.crew_id, place=2, at=play.now + 2 * HALF_AN_HOUR)
    assert expected(play.board, _case(play, "A1")) is None
    out(play)
    assert expected(play.board, _case(play, "A2")) is None, "its crew is asked for it"
    after = expected(play.board, _case(play, "A3"))
    assert after == Expected(crew_id=NEAR.crew_id, place=1, at=play.now + 2 * HALF_AN_HOUR)


def test_a_plan_ends_with_its_event() -> None:
    play = few([lift("A1"), lift("A2")])
    play.call("A2")
    plan(play, K1=["A2"])
    assert play.board.routes
    assert plan(play).verdict is Verdict.NOTHING
    assert (play.board.routes, play.board.expected_at) == ({}, {})


# --- offers that change hands


@pytest.fixture
def crossed() -> Play:
    """A1 was first and has the crew that stands beside A2; A2 has one that must come from far."""
    play = Play(crews=[crew("K1", CONTRACTOR, 2), crew("K2", CONTRACTOR, -2.1)], lifts=[at("A1", 0), at("A2", 3)])
    play.call("A1")
    play.call("A2")
    assert asked_for(play) == {"K1": "A1", "K2": "A2"}
    return play


def test_two_crews_that_have_not_answered_change_places_if_that_is_better_for_all(crossed: Play) -> None:
    assert plan(crossed, K1=["A2"], K2=["A1"]).verdict is Verdict.DONE
    assert asked_for(crossed) == {"K1": "A2", "K2": "A1"}
    told = {str(e.incident.lift_id): e.reason for e in crossed.effects if isinstance(e, WithdrawAssignment)}
    assert told == {
        lift_id: f"crew {name} is asked in its place, which is better for all who wait"
        for lift_id, name in (("A1", "K2"), ("A2", "K1"))
    }


def test_a_change_of_ours_is_no_attempt_of_the_level(crossed: Play) -> None:
    plan(crossed, K1=["A2"], K2=["A1"])
    assert [(one.level, one.asked_at_level) for one in crossed.board.incidents.values()] == [(1, 1), (1, 1)]


def test_a_change_must_pay_for_itself() -> None:
    play = Play(crews=[crew("K1", CONTRACTOR, 1), crew("K2", CONTRACTOR, 1.2)], lifts=[at("A1", 0), at("A2", 0.1)])
    play.call("A1")
    play.call("A2")
    before = asked_for(play)
    assert plan(play, K1=["A2"], K2=["A1"]).verdict is Verdict.NOTHING
    assert asked_for(play) == before


def test_who_has_accepted_is_not_moved_by_a_plan(crossed: Play) -> None:
    crossed.answer(Answer.ACCEPT, of="K1")
    plan(crossed, K1=["A2"], K2=["A1"])
    assert asked_for(crossed) == {"K1": "A1", "K2": "A2"}


def test_what_an_operator_chose_is_not_moved_by_a_plan(crossed: Play) -> None:
    spare = crew("K3", CONTRACTOR, 6)
    crossed.board.know([*crossed.board.crews.values(), spare], crossed.board.companies.values())
    crossed.act(Action.ASSIGN, incident="A1", crew_id="K3")
    plan(crossed, K2=["A1"], K3=["A2"])
    assert asked_for(crossed) == {"K3": "A1", "K1": "A2"}


def test_an_offer_in_relief_is_not_moved_by_a_plan() -> None:
    play = Play(crews=[crew("K1", CONTRACTOR, 1), crew("S1", STATION, 5)], lifts=[at("A1", 0), at("A2", 5)])
    play.alarm("A1")
    play.answer(Answer.ACCEPT)
    play.forward(minutes=8)
    assert asked_for(play)["S1"] == "A1"
    play.call("A2")
    plan(play, S1=["A2"])
    assert asked_for(play)["S1"] == "A1"


def test_the_crew_that_was_moved_may_answer_its_new_attempt_and_no_longer_its_old_one(crossed: Play) -> None:
    old = crossed.attempts[0]
    plan(crossed, K1=["A2"], K2=["A1"])
    assert crossed.answer(Answer.ACCEPT, of="K1").verdict is Verdict.DONE
    assert crossed.assignments[old.assignment_id].status is AssignmentStatus.WITHDRAWN


# --- a whole block in the dark


def test_when_callouts_outnumber_crews_every_crew_has_work_and_every_case_a_deadline() -> None:
    lifts = [at(f"L{n}", n / 10, building=f"{n // 2}") for n in range(20)]
    crews = [crew(f"K{n}", CONTRACTOR, n) for n in range(5)]
    play = Play(crews=crews, lifts=lifts, policy=Policy(attempts_per_level=5))
    for one in lifts:
        play.entrapment(one.lift_id, Confidence.CONFIRMED)
    assert (len(asked_for(play)), len(waiting(play))) == (5, 15)
    for done in range(15):
        name = play.attempts[-1].crew_id if done else "K0"
        out(play, name)
        assert (len(asked_for(play)), len(waiting(play))) == (5, 14 - done)
        assert all(one.deadlines for one in play.board.incidents.values())
