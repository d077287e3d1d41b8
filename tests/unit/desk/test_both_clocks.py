"""What somebody said bears the time by their own clock beside ours: a late or wrong clock is seen in the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from devices.messages import AlarmEnded, AlarmRaised, Confidence, Evidence, LiftId
from rescue.desk.inputs import Answer, CompanyAnswered
from rescue.timeline import Entry, instant
from tests.unit.desk.play import AREA, NOON, Play

AHEAD_S = 3.25


def told(play: Play, what: str) -> Entry:
    """The newest such entry."""
    return next(entry for entry in reversed(play.entries) if entry.what == what)


def pressed(reported_at: float | None, skew_s: float | None = AHEAD_S) -> AlarmRaised:
    return AlarmRaised(
        lift_id=LiftId("A1"),
        area=AREA,
        number=1,
        boot=1,
        at=NOON.timestamp(),
        reported_at=reported_at,
        evidence=Evidence(confidence=Confidence.LIKELY, reasons=("alarm_button: it was held for 4 s",)),
        skew_s=skew_s,
    )


def test_what_a_lift_says_bears_its_own_time_and_how_far_its_clock_is_ahead() -> None:
    play = Play()
    play.tell(pressed(NOON.timestamp() + AHEAD_S))
    opened = told(play, "opened")
    assert opened.data["reported_at"] == instant(NOON + timedelta(seconds=AHEAD_S))
    assert opened.data["skew_s"] == AHEAD_S
    play.tell(AlarmEnded(lift_id=LiftId("A1"), area=AREA, number=1, at=NOON.timestamp(), reported_at=0.0, skew_s=None))
    ended = told(play, "sign_of_release")
    assert ended.data["reported_at"] == "1970-01-01T00:00:00.000000Z"
    assert "skew_s" not in ended.data


def test_what_the_desk_does_about_it_bears_no_clock_but_ours() -> None:
    play = Play()
    play.tell(pressed(NOON.timestamp()))
    assert "reported_at" not in told(play, "offered").data


def test_a_lift_that_gives_no_time_is_not_given_one() -> None:
    play = Play()
    play.tell(pressed(None, None))
    assert not told(play, "opened").data.keys() & {"reported_at", "skew_s"}


def test_a_time_that_no_date_can_say_is_quoted() -> None:
    play = Play()
    play.tell(pressed(1e15))
    assert told(play, "opened").data["reported_at"] == "1000000000000000 s"


def test_an_answer_from_a_phone_that_was_offline_bears_the_time_of_the_phone() -> None:
    play = Play()
    play.tell(pressed(None))
    asked = play.attempts[-1]
    said = CompanyAnswered(assignment_id=asked.assignment_id, attempt=1, answer=Answer.ACCEPT)
    play.tell(replace(said, reported_at=(NOON - timedelta(minutes=2)).timestamp()))
    assert told(play, "accepted").data["reported_at"] == instant(NOON - timedelta(minutes=2))
