"""Mass events: many lifts that suffer from one thing are one parent case, with the trapped on top of all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.faults import Fault
from devices.messages import Area
from rescue.desk import handle_news
from rescue.desk.board import Verdict
from rescue.desk.inputs import Action
from rescue.desk.outages import GROUPED
from rescue.incident import Deadline, Incident, Kind, Lift, Status
from tests.unit.desk.play import CONTRACTOR, STATION, Play, lift

ESTATE = [replace(lift(f"E{n}"), address="Jinshui Road 1", building="3") for n in range(6)]
STREET = [replace(lift(f"S{n}", STATION), address=f"Daxue Road {n}", building="3") for n in range(12)]
ABROAD = [replace(lift(f"X{n}"), address="Jinshui Road 1", building="3", area=Area("410102")) for n in range(3)]


def town() -> Play:
    return Play(lifts=[*ESTATE, *STREET, *ABROAD])


def dark(play: Play, *lifts: Lift, fault: Fault = Fault.MAINS_LOST, seconds_apart: float = 1) -> None:
    for one in lifts:
        play.fault(one.lift_id, fault)
        play.forward(seconds=seconds_apart)


def lit(play: Play, *lifts: Lift, fault: Fault = Fault.MAINS_LOST) -> None:
    for one in lifts:
        play.fault_over(one.lift_id, fault)


def the_parent(play: Play) -> Incident:
    (parent,) = play.parents
    return parent


# --- grouping


def test_three_lifts_of_a_building_without_power_are_one_case() -> None:
    play = town()
    dark(play, *ESTATE)
    parent = the_parent(play)
    assert (parent.kind, parent.fault, parent.building) == (Kind.POWER_OUTAGE, Fault.MAINS_LOST, "Jinshui Road 1 3")
    assert (parent.affected, parent.recovered, parent.children, parent.area) == (6, 0, 2, ESTATE[0].area)
    assert parent.deadlines.keys() == {Deadline.ATTEND_BY}
    assert {member.lift_id for member in play.board.members.values()} == {one.lift_id for one in ESTATE}


def test_the_cases_that_were_there_before_become_its_children_and_the_lifts_that_follow_have_none() -> None:
    play = town()
    dark(play, *ESTATE)
    of_lifts = [play.case_of(one.lift_id) for one in ESTATE]
    assert [case.parent_id if case else None for case in of_lifts] == 2 * [the_parent(play).incident_id] + 4 * [None]
    assert play.history(of_lifts[0]) == ["opened", "grouped"]


def test_ten_lifts_of_an_area_are_one_case_whichever_their_buildings() -> None:
    play = town()
    dark(play, *STREET)
    parent = the_parent(play)
    assert (parent.building, parent.affected, parent.children) == ("", 12, 9)


def test_an_area_takes_in_the_events_of_its_buildings() -> None:
    play = town()
    dark(play, *ESTATE[:4], *STREET)
    parent = the_parent(play)
    assert (parent.building, parent.affected, parent.recovered) == ("", 16, 0)
    of_building = next(case for case in play.cases.values() if case.building)
    assert (of_building.status, play.history(of_building)[-1]) == (Status.CLOSED, "settled")
    children = [case for case in play.board.incidents.values() if case.parent_id == parent.incident_id]
    assert len(children) == parent.children == 2 + 5


def test_twelve_lifts_of_one_building_are_no_event_of_the_area() -> None:
    tower = [replace(lift(f"T{n}"), address="Daxue Road 100", building="A") for n in range(12)]
    play = Play(lifts=tower)
    dark(play, *tower)
    assert (the_parent(play).building, the_parent(play).affected) == ("Daxue Road 100 A", 12)


@pytest.mark.parametrize("lifts", [ESTATE[:2], [*ESTATE[:2], *ABROAD[:2]], STREET[:9]])
def test_fewer_or_in_different_places_are_cases_of_their_own(lifts: list[Lift]) -> None:
    play = town()
    dark(play, *lifts)
    assert (play.parents, len(play.board.incidents)) == ([], len(lifts))


def test_lifts_that_go_dark_too_long_after_each_other_are_no_event() -> None:
    play = town()
    dark(play, *ESTATE, seconds_apart=61)
    assert play.parents == []


def test_a_lift_that_nobody_registered_counts_for_its_area_only() -> None:
    play = town()
    for n in range(10):
        play.fault(f"U{n}", Fault.MAINS_LOST)
    assert (the_parent(play).affected, the_parent(play).building) == (10, "")


def test_a_quake_and_the_power_cut_after_it_are_two_events() -> None:
    play = town()
    dark(play, *ESTATE, fault=Fault.EARTHQUAKE)
    dark(play, *ESTATE)
    assert [(p.kind, p.fault) for p in play.parents] == [
        (Kind.FAULT, Fault.EARTHQUAKE),
        (Kind.POWER_OUTAGE, Fault.MAINS_LOST),
    ]


def test_a_network_that_is_down_is_one_case() -> None:
    play = town()
    for one in ESTATE:
        play.link(one.lift_id, for_hours=1)
    assert (the_parent(play).kind, the_parent(play).affected) == (Kind.LINK_LOST, 6)


def test_a_lift_without_power_is_silent_because_of_that() -> None:
    play = town()
    dark(play, *ESTATE)
    assert play.link(ESTATE[4].lift_id, for_hours=1).verdict is Verdict.NOTHING
    assert play.test_missed(ESTATE[4].lift_id).verdict is Verdict.NOTHING


def test_each_company_hears_of_the_event_once() -> None:
    play = town()
    dark(play, *STREET, *ESTATE)
    about_parent = [e for e in play.effects if getattr(e, "incident", None) and e.incident.lift_id is None]  # type: ignore[union-attr]
    assert [e.company_id for e in about_parent] == [STATION, CONTRACTOR]  # type: ignore[union-attr]


def test_an_event_is_written_down_when_it_begins_and_each_time_it_has_doubled() -> None:
    play = town()
    dark(play, *ESTATE, *STREET)
    history = play.history(the_parent(play))
    assert history.count("opened") == 1
    assert history.count("grew") <= 2


# --- the trapped


@pytest.mark.parametrize("sign", ["alarm", "entrapment", "call"])
def test_people_trapped_in_a_dark_lift_have_a_case_of_their_own_and_are_asked_for_at_once(sign: str) -> None:
    play = town()
    dark(play, *ESTATE)
    assert getattr(play, sign)("E5").verdict is Verdict.OPENED
    case = play.case_of("E5")
    assert case
    assert case.kind is Kind.ENTRAPMENT
    assert (case.parent_id, play.asked) == (the_parent(play).incident_id, ["K1"])
    assert the_parent(play).children == 3


def test_a_case_that_was_the_parents_child_rises_like_any_other() -> None:
    play = town()
    dark(play, *ESTATE)
    play.alarm("E0")
    case = play.case_of("E0")
    assert case
    assert (case.kind, case.parent_id) == (Kind.ENTRAPMENT, the_parent(play).incident_id)


def test_an_entrapment_of_before_becomes_a_child_and_nothing_else_changes() -> None:
    play = town()
    play.alarm("E5")
    before = play.case_of("E5")
    dark(play, *ESTATE)
    after = play.case_of("E5")
    assert before
    assert after
    assert (after.parent_id, after.status, after.assignment_id) == (
        the_parent(play).incident_id,
        before.status,
        before.assignment_id,
    )


# --- the end of it


def test_the_event_is_over_when_every_lift_has_recovered_and_no_child_is_open() -> None:
    play = town()
    dark(play, *ESTATE)
    play.alarm("E5")
    lit(play, *ESTATE)
    assert (the_parent(play).affected, the_parent(play).recovered) == (6, 6)
    assert [case.lift_id for case in play.board.incidents.values() if case.lift_id] == ["E5"]
    play.act(Action.FALSE_ALARM, reason="a child played", incident="E5")
    assert not play.board.incidents
    assert not play.board.members


def test_a_lift_may_recover_and_go_dark_again() -> None:
    play = town()
    dark(play, *ESTATE)
    lit(play, ESTATE[5])
    assert the_parent(play).recovered == 1
    dark(play, ESTATE[5])
    assert (the_parent(play).affected, the_parent(play).recovered) == (6, 0)


def test_people_are_reminded_of_an_event_that_lasts() -> None:
    play = town()
    dark(play, *ESTATE)
    play.forward(hours=1)
    assert play.history(the_parent(play))[-1] == "attend_overdue"
    assert any("6 of 6 lifts affected" in entry.said for entry in play.entries if entry.what == "attend_overdue")


def test_an_operator_closes_an_event_and_sends_crews_to_lifts_only() -> None:
    play = town()
    dark(play, *ESTATE)
    parent = the_parent(play).incident_id
    for action, more in ((Action.ASSIGN, {"crew_id": "K1"}), (Action.TRIAGE, {"people": 1})):
        assert play.act(action, incident=parent, **more).reason.startswith("this case is about many lifts")
    assert play.act(Action.CLOSE, reason="the grid says so", incident=parent).verdict is Verdict.DONE
    assert not play.parents


def test_what_is_grouped_is_said_in_order_of_gravity() -> None:
    assert list(GROUPED) == ["earthquake", "mains_lost", "link_lost"]


# --- much at once


def test_much_news_is_one_decision_with_an_outcome_for_each() -> None:
    play, apart = town(), town()
    dark(apart, *ESTATE, *STREET, seconds_apart=0)
    envelopes = [
        apart.envelope(apart.fault_of(one.lift_id, Fault.MAINS_LOST), input_id=f"I{n}")
        for n, one in enumerate([*ESTATE, *STREET], start=1)
    ]
    decision, outcomes = handle_news(play.board, envelopes, play.now, play.rules)
    assert [o.verdict for o in outcomes].count(Verdict.OPENED) == len(decision.incidents)
    assert decision.incidents.keys() == apart.cases.keys()
    assert {i.affected for i in decision.incidents.values() if not i.is_final and i.lift_id is None} == {18}
    numbers = [incident.number for incident in decision.incidents.values()]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
