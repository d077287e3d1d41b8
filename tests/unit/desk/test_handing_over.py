"""The last level: who is to be called, what is to be said, and how it waits for a person who has done it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from devices.messages import Confidence, Evidence
from rescue.desk.board import Verdict
from rescue.desk.briefing import brief
from rescue.desk.inputs import Action, Answer
from rescue.escalation import GRAVE, Policy
from rescue.incident import AssignmentStatus, Deadline, Handover
from rescue.policies import Rule
from tests.unit.a_case import ASSIGNMENT, INCIDENT, NOON, UNREGISTERED
from tests.unit.desk.play import Play

ZHENGZHOU = ZoneInfo("Asia/Shanghai")
SENT = replace(ASSIGNMENT, status=AssignmentStatus.EN_ROUTE, en_route_at=NOON, eta_s=600)


def handover(play: Play) -> Handover:
    assert play.case.handover
    return play.case.handover


# --- what is to be said


def test_whoever_is_called_hears_where_the_lift_is_who_is_inside_since_when_and_who_comes() -> None:
    case = replace(INCIDENT, people=2, injured=1, vulnerable=("child", "medical"))
    words = brief(case, SENT, ZHENGZHOU)
    assert words.en == (
        "People are trapped in a lift at Jinshui Road 1, building 3, entrance B, rescue code 123456."
        " Inside: 2, hurt: 1, a child, somebody needs a doctor."
        " Trapped since 11:58. Crew K2 is under way, expected at 12:10."
    )
    assert words.zh == (
        "电梯困人，地址：Jinshui Road 1，楼栋：3，入口：B，救援识别码：123456。"
        "被困人数：2，受伤：1，儿童，有人需要急救。"
        "自 11:58 起被困。救援人员 K2 已出发，预计 12:10 到场。"
    )


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("outside_zone: the car stopped outside the door zone", "between landings"),
        ("door_will_not_open: the lift reports it", "its door does not open"),
    ],
)
def test_they_hear_where_the_car_stands_if_the_lift_has_shown_it(reason: str, said: str) -> None:
    case = replace(INCIDENT, evidence=Evidence(confidence=Confidence.LIKELY, reasons=(reason,)))
    assert said in brief(case, None, ZHENGZHOU).en


def test_what_is_not_known_is_left_out_or_said_to_be_unknown() -> None:
    words = brief(replace(UNREGISTERED, people=None, vulnerable=()), None, ZHENGZHOU)
    assert words.en == (
        "People are trapped in lift L1. Inside: not known. Trapped since 11:58. No crew has accepted yet."
    )
    assert words.zh == "电梯困人，电梯编号 L1。被困人数：不详。自 11:58 起被困。尚无救援人员接单。"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (AssignmentStatus.OFFERED, "No crew has accepted yet"),
        (AssignmentStatus.ACCEPTED, "Crew K2 has accepted, expected at 12:13"),
        (AssignmentStatus.ON_SCENE, "Crew K2 is there"),
    ],
)
def test_how_far_the_crew_has_come_is_said_as_it_is(status: AssignmentStatus, said: str) -> None:
    crew = replace(ASSIGNMENT, status=status, accepted_at=NOON + timedelta(minutes=1), eta_s=720)
    assert f"{said}." in brief(INCIDENT, crew, ZHENGZHOU).en


# --- how a case comes to it


@pytest.mark.parametrize("need", sorted(GRAVE))
def test_grave_need_is_handed_over_with_the_opening_of_the_case(need: str) -> None:
    play = Play()
    play.call(vulnerable=(need,))
    assert (play.case.level, handover(play).call) == (3, "119")
    assert GRAVE[need][0] in handover(play).say
    assert GRAVE[need][1] in handover(play).say_zh
    assert play.case.deadlines[Deadline.HAND_OVER_BY] == play.now + timedelta(minutes=1)


def test_people_found_to_be_hurt_are_handed_over_at_once() -> None:
    play = Play()
    play.alarm()
    assert play.case.handover is None
    play.act(Action.TRIAGE, injured=1)
    assert "hurt: 1" in handover(play).say
    assert "fire brigade (119)" in play.said("hand_over_due")


def test_a_case_that_nobody_accepts_is_handed_over_after_five_minutes() -> None:
    play = Play(policy=Policy(attempts_per_level=20))
    play.alarm()
    play.forward(minutes=4, seconds=59)
    assert play.case.handover is None
    play.forward(seconds=1)
    assert handover(play).asked_at == play.now
    assert "nobody has accepted in time" in play.said("escalated")


def test_the_number_and_the_name_are_the_policys() -> None:
    play = Play(rules_by_case=[Rule(areas=("4101",), levels={3: {"call": "110", "name": "police"}})])
    play.call(injured=1)
    assert (handover(play).call, handover(play).name) == ("110", "police")
    assert play.said("hand_over_due").startswith("Call the police (110) and say: ")


# --- how it waits


def test_what_is_to_be_said_follows_the_case_until_the_call_is_made() -> None:
    play = Play()
    play.call(injured=1)
    assert "No crew has accepted" in handover(play).say
    play.answer(Answer.ACCEPT)
    assert "Crew K1 has accepted" in handover(play).say
    play.act(Action.HAND_OVER, spoke_to="Sergeant Zhao")
    told = handover(play).say
    play.answer(Answer.EN_ROUTE)
    assert handover(play).say == told


def test_a_call_that_nobody_confirms_is_reminded_of_ever_more_seldom_and_for_ever() -> None:
    play = Play()
    play.call(injured=1)
    play.forward(hours=3)
    at = [entry.at for entry in play.entries if entry.what == "hand_over_overdue"]
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(at)]
    assert waits[:5] == [60, 120, 240, 480, 960]
    assert set(waits[5:]) == {1800}
    assert "for 1 min" in next(entry.said for entry in play.entries if entry.what == "hand_over_overdue")


def test_whoever_has_called_says_to_whom_and_nobody_is_reminded_any_more() -> None:
    play = Play()
    play.call(injured=1)
    assert play.act(Action.HAND_OVER, spoke_to="Sergeant Zhao", reason="ladder on its way").verdict is Verdict.DONE
    made = handover(play)
    assert (made.confirmed_at, made.confirmed_by, made.spoke_to) == (play.now, "play", "Sergeant Zhao")
    assert play.said("handed_over").endswith(
        "called the fire brigade (119) and spoke to Sergeant Zhao: ladder on its way"
    )
    play.forward(hours=1)
    assert "hand_over_overdue" not in play.history()


def test_no_call_is_confirmed_twice_and_none_without_a_word() -> None:
    play = Play()
    play.call(injured=1)
    assert "spoken to" in play.act(Action.HAND_OVER).reason
    play.act(Action.HAND_OVER, reason="they stand beside me")
    assert "did not call" in play.said("handed_over")
    again = play.act(Action.HAND_OVER, spoke_to="Sergeant Zhao")
    assert (again.verdict, "play has confirmed" in again.reason) == (Verdict.REFUSED, True)


def test_whoever_calls_before_the_last_level_engages_it() -> None:
    play = Play()
    play.alarm()
    play.act(Action.HAND_OVER, spoke_to="Sergeant Zhao", reason="they sound weak")
    assert (play.case.level, handover(play).spoke_to) == (3, "Sergeant Zhao")
    assert play.history()[-3:] == ["escalated", "hand_over_due", "handed_over"]
    assert Deadline.HAND_OVER_BY not in play.case.deadlines


def test_a_case_without_people_has_nobody_to_hand_over() -> None:
    play = Play()
    play.fault()
    assert play.act(Action.HAND_OVER, spoke_to="Sergeant Zhao").verdict is Verdict.REFUSED
    assert play.case.handover is None


def test_once_the_people_are_out_nobody_is_reminded_to_call() -> None:
    play = Play()
    play.call(injured=1)
    for answer in (Answer.ACCEPT, Answer.RELEASED):
        play.answer(answer)
    play.forward(minutes=5)
    assert "hand_over_overdue" not in play.history()


def test_people_trapped_again_are_called_for_again() -> None:
    play = Play()
    play.call(injured=1)
    play.act(Action.HAND_OVER, spoke_to="Sergeant Zhao")
    for answer in (Answer.ACCEPT, Answer.RELEASED):
        play.answer(answer)
    play.forward(minutes=1)
    play.call()
    assert (handover(play).asked_at, handover(play).confirmed_at) == (play.now, None)
