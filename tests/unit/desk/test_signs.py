"""Signs that speak for and against an entrapment, where they meet in one case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from devices.messages import AlarmRaised, Area, Confidence, EntrapmentFound, Evidence, LiftId
from rescue.desk.board import Verdict
from rescue.desk.inputs import Action, Answer, Intake
from rescue.effects import AcknowledgeAlarm
from rescue.incident import Caller, Deadline, Sign, Source, Status
from tests.unit.desk.play import AREA, Play

NEIGHBOURS = Area("410102")


def rescued(play: Play) -> Play:
    for answer in (Answer.ACCEPT, Answer.EN_ROUTE, Answer.ON_SCENE, Answer.RELEASED):
        play.answer(answer)
        play.forward(minutes=1)
    return play


def found(play: Play, minutes_ago: float) -> None:
    """The tracker finds an entrapment that began so long ago."""
    at = play.now.timestamp()
    evidence = Evidence(confidence=Confidence.LIKELY, reasons=("stopped between landings",))
    since = at - 60 * minutes_ago
    play.tell(EntrapmentFound(lift_id=LiftId("A1"), area=AREA, since=since, at=at, evidence=evidence))


def called(play: Play, caller: Caller) -> None:
    play.tell(Intake(lift_id=LiftId("A1"), area=AREA, source=Source.PHONE, caller=caller))


# --- acknowledgement


def test_the_acknowledgement_goes_to_the_area_whose_topic_the_alarm_came_by() -> None:
    play = Play()
    evidence = Evidence(confidence=Confidence.LIKELY, reasons=())
    heard = AlarmRaised(
        lift_id=LiftId("A1"),
        area=AREA,
        number=1,
        boot=1,
        at=0,
        reported_at=None,
        evidence=evidence,
        heard_in=NEIGHBOURS,
    )
    play.tell(heard)
    play.tell(replace(heard, number=2, heard_in=None))
    assert [e.area for e in play.effects if isinstance(e, AcknowledgeAlarm)] == [NEIGHBOURS, AREA]


# --- signs of release


def test_the_late_end_of_an_older_alarm_is_no_sign_of_release_while_a_newer_alarm_stands() -> None:
    play = Play()
    play.alarm(number=1)
    play.alarm(number=2)
    play.end_of_alarm(number=1)
    assert play.case.signs == frozenset()
    assert [alarm.ended_at is None for alarm in play.case.alarms] == [False, True]
    assert play.history()[-1] == "alarm_ended"
    play.end_of_alarm(number=2)
    assert play.case.signs == {Sign.ALARM_ENDED}


def test_an_end_is_a_sign_though_the_ends_of_older_alarms_never_came() -> None:
    play = Play()
    play.alarm(number=1)
    play.alarm(number=2)
    play.end_of_alarm(number=2)
    assert play.case.signs == {Sign.ALARM_ENDED}


def test_a_lift_that_is_stuck_again_takes_back_its_own_recovery_and_nothing_else() -> None:
    play = Play()
    play.alarm()
    play.recovery()
    play.end_of_alarm()
    play.entrapment()
    assert play.case.signs == {Sign.ALARM_ENDED}
    assert play.act(Action.STAND_DOWN, reason="it looked well").verdict is Verdict.REFUSED
    assert play.recovery().verdict is Verdict.JOINED


@pytest.mark.parametrize("report", [lambda play: play.alarm(number=2), lambda play: play.call()], ids=["alarm", "call"])
def test_people_who_say_that_they_are_inside_take_back_every_sign(report) -> None:  # type: ignore[no-untyped-def]
    play = Play()
    play.alarm()
    play.recovery()
    play.end_of_alarm()
    report(play)
    assert play.case.signs == frozenset()


def test_a_recovery_known_already_is_not_written_twice() -> None:
    play = Play()
    play.alarm()
    play.recovery()
    entries = len(play.entries)
    again = play.recovery()
    assert (again.verdict, again.reason) == (Verdict.NOTHING, "known already")
    assert len(play.entries) == entries


# --- the stay in the car


def test_a_stay_found_to_be_longer_brings_its_marks_forward_and_tells_those_already_past() -> None:
    play = Play()
    play.call()
    play.answer(Answer.ACCEPT)
    play.forward(minutes=10)
    found(play, minutes_ago=26)
    play.forward(seconds=0)
    assert [what for what in play.history() if what.startswith("arrival")] == ["arrival_target", "arrival_warned"]
    play.forward(minutes=4)
    assert "arrival_breached" in play.history()
    assert play.case.level > 1
    play.forward(minutes=30)
    assert play.history().count("arrival_target") == 1
    assert play.history().count("supervisor_due") == 1


def test_an_entrapment_found_late_has_its_past_marks_told_at_once() -> None:
    play = Play()
    found(play, minutes_ago=31)
    play.forward(seconds=0)
    assert "arrival_breached" in play.history()
    assert play.case.level == 2
    assert play.case.deadlines[Deadline.STAY_BY] == play.case.trapped_since + timedelta(minutes=60)


def test_a_later_report_does_not_shorten_the_stay() -> None:
    play = Play()
    found(play, minutes_ago=5)
    since, stay_by = play.case.trapped_since, play.case.deadlines[Deadline.STAY_BY]
    play.call()
    assert (play.case.trapped_since, play.case.deadlines[Deadline.STAY_BY]) == (since, stay_by)


# --- what is known stays known


def test_a_caller_who_gives_no_name_does_not_displace_one_who_did() -> None:
    play = Play()
    called(play, Caller(name="Ms Wang", phone="13800000000"))
    called(play, Caller())
    assert play.case.caller == Caller(name="Ms Wang", phone="13800000000")
    called(play, Caller(name="Mr Li"))
    assert play.case.caller == Caller(name="Mr Li")


def test_a_call_adds_to_who_is_inside_and_takes_nobody_away() -> None:
    play = Play()
    play.call(vulnerable=("elderly",))
    play.call(vulnerable=("child", "elderly"))
    play.alarm()
    assert (play.case.people, play.case.vulnerable) == (2, ("elderly", "child"))


# --- trapped again


def test_people_hurt_in_a_lift_that_is_stuck_again_engage_the_fire_brigade() -> None:
    play = Play()
    play.alarm()
    rescued(play)
    play.call(injured=1)
    assert (play.case.status, play.case.level) == (Status.DISPATCHED, 3)
    assert "escalated" in play.history()


def test_a_lift_stuck_again_gets_its_own_arrival_and_stay() -> None:
    play = Play()
    play.alarm()
    rescued(play)
    play.forward(minutes=10)
    play.alarm(number=2)
    assert (play.case.arrived_at, play.case.released_at, play.case.called_back_at) == (None, None, None)
    assert play.case.trapped_since == play.now
    assert play.case.deadlines.keys() == {
        Deadline.ACCEPT_BY, Deadline.ENGAGE_BY, Deadline.STAY_BY, Deadline.COMFORT_BY,
    }  # fmt: skip


def test_a_crew_that_refused_before_is_asked_for_the_next_entrapment_in_that_lift() -> None:
    play = Play()
    play.alarm()
    play.answer(Answer.DECLINE)
    rescued(play)
    play.alarm(number=2)
    assert play.asked == ["K1", "K2", "K1"]


def test_what_the_lift_still_shows_of_the_entrapment_just_ended_is_written_down_and_asks_nobody() -> None:
    play = Play()
    play.alarm()
    rescued(play)
    found(play, minutes_ago=30)
    assert (play.case.status, play.history()[-1]) == (Status.RELEASED, "doubted")
    assert play.asked == ["K1"]
