"""How a case comes from one level to the next: every way, each with its reason in the timeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from devices.faults import Fault
from devices.messages import Confidence
from rescue.desk.inputs import Action, Answer, OfferUndelivered
from rescue.escalation import Policy
from rescue.incident import Deadline, Status
from rescue.policies import Rule
from tests.unit.desk.play import CONTRACTOR, CREWS, STATION, Play, crew, lift

TOWER = [replace(lift(f"A{n}"), building=f"{n % 4}") for n in range(1, 13)]
"""A dozen lifts of one area in four buildings."""


def reasons(play: Play) -> list[str]:
    """Why the newest case came to each level."""
    mine = (e for e in play.entries if e.what == "escalated" and e.incident_id == play.case.incident_id)
    return [str(entry.data["reason"]) for entry in mine]


# --- by silence, by refusal, by failure


def test_a_level_whose_crews_do_not_answer_gives_way_to_the_next() -> None:
    play = Play()
    play.alarm()
    play.forward(minutes=4)
    assert (play.case.level, reasons(play)) == (2, ["level 1 has had its attempts"])
    play.forward(minutes=1)
    assert reasons(play)[-1] == "nobody has accepted in time: every level is engaged"
    assert "incident.escalated" in play.sent_to(CONTRACTOR)


def test_a_level_whose_crews_decline_gives_way_to_the_next_at_once() -> None:
    play = Play()
    play.alarm()
    for _ in range(2):
        play.answer(Answer.DECLINE, reason="no")
    assert (play.case.level, reasons(play)) == (2, ["level 1 has had its attempts"])
    play.answer(Answer.DECLINE, reason="no")
    assert play.case.level == 3
    assert "asked at level 1" in reasons(play)[-1]


def test_a_crew_that_cannot_reach_the_lift_frees_the_case_for_the_next_at_once() -> None:
    play = Play(policy=Policy(attempts_per_level=1))
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.answer(Answer.EN_ROUTE)
    play.answer(Answer.CANNOT_REACH, reason="the road is under water")
    assert (play.case.status, play.case.level, play.asked) == (Status.DISPATCHED, 2, ["K1", "S1"])
    assert "the road is under water" in play.said("cannot_reach")
    assert reasons(play) == ["level 1 has had its attempts"]
    assert "K1" not in play.board.holders


def test_offers_that_no_endpoint_takes_bring_the_next_level_forward() -> None:
    play = Play()
    play.alarm()
    for _ in range(2):
        asked = play.attempts[-1]
        play.tell(OfferUndelivered(assignment_id=asked.assignment_id, attempt=asked.attempt, reason="timed out"))
    assert (play.case.level, play.asked) == (2, ["K1", "K2", "S1"])
    assert play.said("undelivered") == "The offer could not be delivered to K: timed out"
    assert reasons(play) == ["level 1 has had its attempts"]


# --- by distance


def test_a_contractor_who_would_take_too_long_is_passed_over() -> None:
    play = Play(crews=[crew("K9", CONTRACTOR, 13), CREWS[3]])
    play.alarm()
    assert (play.asked, play.case.level) == (["S1"], 2)
    assert "beyond the 20 min of level 1" in reasons(play)[0]


def test_where_nobody_nearby_can_keep_the_limit_of_arrival_the_fire_brigade_is_called_and_the_nearest_asked() -> None:
    play = Play(
        crews=[crew("S9", STATION, 16.9)], policy=Policy(arrival_target_s=60, arrival_warned_s=120, arrive_within_s=300)
    )
    play.alarm()
    assert (play.asked, play.case.level) == (["S9"], 3)
    assert "the limit is 5 min" in reasons(play)[-1]


def test_outside_the_city_crews_may_take_longer_and_come_from_farther() -> None:
    far = [crew("K9", CONTRACTOR, 15)]
    outside = Rule(areas=("4101",), limits={"reach_within_s": 2400, "arrive_within_s": 3600})
    assert Play(crews=far).alarm()
    inside_play, outside_play = Play(crews=far), Play(crews=far, rules_by_case=[outside])
    for play in (inside_play, outside_play):
        play.alarm()
    assert (inside_play.case.level, outside_play.case.level) == (3, 1)


@pytest.mark.parametrize(("nearby_m", "level"), [(17_000, 3), (40_000, 2)])
def test_who_counts_as_nearby_is_the_policys(nearby_m: float, level: int) -> None:
    wide = Rule(limits={"nearby_within_m": nearby_m, "arrive_within_s": 7200})
    play = Play(crews=[crew("S9", STATION, 20)], lifts=(lift("A1", None),), rules_by_case=[wide])
    play.alarm()
    assert (play.asked, play.case.level) == (["S9"], level)


def test_levels_ask_whom_the_policy_says() -> None:
    play = Play(crews=CREWS[3:], rules_by_case=[Rule(levels={1: {"asks": "nearby"}})])
    play.alarm()
    assert (play.asked, play.case.level) == (["S1"], 1)


# --- a power cut of a whole area


@pytest.fixture
def dark() -> Play:
    """The whole area is without power."""
    play = Play(lifts=TOWER)
    for one in TOWER:
        play.fault(one.lift_id, Fault.MAINS_LOST)
    assert [parent.building for parent in play.parents] == [""]
    return play


def test_in_an_area_without_power_both_levels_are_asked_together_and_the_contractor_is_told(dark: Play) -> None:
    dark.alarm("A12")
    assert (dark.case.level, dark.asked) == (2, ["K1"])
    assert reasons(dark) == ["the power is out in the whole area: levels 1 and 2 are asked together"]
    assert "incident.escalated" in dark.sent_to(CONTRACTOR)


def test_there_the_contractors_crews_are_asked_with_the_others_and_after_a_refusal_too(dark: Play) -> None:
    dark.alarm("A12")
    dark.answer(Answer.DECLINE, reason="on the stairs")
    assert dark.asked == ["K1", "S1"]
    dark.answer(Answer.DECLINE, reason="no light")
    assert dark.asked[:3] == ["K1", "S1", "K2"]


def test_a_case_that_was_open_before_the_cut_asks_both_levels_from_its_next_crew_on() -> None:
    play = Play(lifts=TOWER)
    play.alarm("A5")
    for one in TOWER:
        play.fault(one.lift_id, Fault.MAINS_LOST)
    play.answer(Answer.DECLINE, reason="no")
    case = play.case_of("A5")
    assert case
    assert case.level == 2
    assert play.asked == ["K1", "S1"]


def test_people_found_in_a_lift_that_is_dark_already_are_asked_for_at_both_levels(dark: Play) -> None:
    dark.alarm("A5")
    risen = dark.case_of("A5")
    assert risen
    assert (risen.level, dark.asked) == (2, ["K1"])


def test_a_single_tower_without_power_is_the_contractors_as_ever() -> None:
    play = Play(lifts=TOWER)
    for one in TOWER[::4]:
        play.fault(one.lift_id, Fault.MAINS_LOST)
    play.alarm("A5")
    assert [parent.building != "" for parent in play.parents] == [True]
    assert (play.case.level, play.asked) == (1, ["K1"])


def test_a_lift_that_has_power_again_is_the_contractors_first(dark: Play) -> None:
    dark.fault_over("A12", Fault.MAINS_LOST)
    dark.alarm("A12")
    assert (dark.case.level, reasons(dark)) == (1, [])


def test_a_possible_entrapment_in_the_dark_is_verified_first_and_then_asks_both_levels(dark: Play) -> None:
    dark.entrapment("A12", Confidence.POSSIBLE)
    assert (dark.asked, dark.case.level) == ([], 1)
    dark.forward(minutes=1)
    assert (len(dark.asked), dark.case.level) == (1, 2)


# --- after a time in which nobody decided anything


def test_after_two_hours_without_a_desk_every_deadline_passes_once_in_its_order_and_nobody_is_stormed() -> None:
    play = Play(lifts=TOWER, policy=Policy(mass_in_building=100, mass_in_area=100))
    play.alarm("A1")
    play.alarm("A2")
    play.answer(Answer.ACCEPT)
    play.entrapment("A3", Confidence.POSSIBLE)
    asked = len(play.asked)
    play.now += timedelta(hours=2)
    play.forward(seconds=0)
    assert len(play.asked) - asked <= 4
    for incident in play.board.incidents.values():
        ahead = min(incident.deadlines.values())
        assert play.now < ahead <= play.now + timedelta(minutes=3)
    waited = play.case_of("A1")
    assert waited
    history = play.history(waited)
    assert history.count("arrival_breached") == history.count("accident") == history.count("overdue") == 1
    assert history.index("overdue") < history.index("arrival_target") < history.index("accident")
    assert waited.level == 3
    assert waited.handover


def test_a_silent_crew_is_found_out_at_once_after_two_hours_without_a_desk() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.now += timedelta(hours=2)
    play.forward(minutes=2)
    assert {"not_set_out", "not_arrived", "arrival_breached"} <= set(play.history())
    assert 1 < len(play.asked) <= 3


def test_an_operator_may_raise_a_case_whose_crew_is_under_way_and_the_crew_goes_on() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.ACCEPT)
    play.act(Action.ESCALATE, reason="they panic")
    play.act(Action.ESCALATE, reason="they panic")
    assert (play.case.level, play.asked) == (3, ["K1"])
    assert Deadline.HAND_OVER_BY in play.case.deadlines
