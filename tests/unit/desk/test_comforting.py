"""Somebody speaks to the people inside: soon after the opening, again on acceptance, then every five minutes."""

from __future__ import annotations

from datetime import timedelta

from rescue.desk.board import Verdict
from rescue.desk.comforting import MISSES_KEPT
from rescue.desk.inputs import Action, Answer
from rescue.incident import Deadline
from tests.unit.desk.play import Play


def due_in_s(play: Play) -> float | None:
    by = play.case.deadlines.get(Deadline.COMFORT_BY)
    return (by - play.now).total_seconds() if by else None


def misses(play: Play) -> int:
    return play.history().count("comfort_missed")


def test_whoever_speaks_to_the_passengers_is_reminded_again_after_five_minutes() -> None:
    play = Play()
    play.alarm()
    assert due_in_s(play) == 60
    play.forward(seconds=50)
    assert play.act(Action.COMFORT, reason="told them to stay calm").verdict is Verdict.DONE
    assert (due_in_s(play), play.case.comforted_at) == (300, play.now)
    play.forward(seconds=299)
    assert misses(play) == 0
    play.forward(seconds=1)
    assert misses(play) == 1
    assert play.entries[-1].said == "Nobody has spoken to the passengers for 5 min"


def test_when_a_crew_accepts_there_is_something_to_tell_them() -> None:
    play = Play()
    play.alarm()
    play.act(Action.COMFORT)
    play.forward(seconds=100)
    play.answer(Answer.ACCEPT)
    assert due_in_s(play) == 60


def test_an_acceptance_does_not_put_off_a_reminder_that_is_due_sooner() -> None:
    play = Play()
    play.alarm()
    play.forward(seconds=40)
    play.answer(Answer.ACCEPT)
    assert due_in_s(play) == 20


def test_a_miss_says_that_nobody_has_spoken_to_them_yet() -> None:
    play = Play()
    play.alarm()
    play.forward(minutes=1)
    missed = next(entry for entry in play.entries if entry.what == "comfort_missed")
    assert missed.said == "Nobody has spoken to the passengers yet"


def test_misses_are_written_down_an_hour_long_and_again_once_somebody_has_spoken() -> None:
    play = Play()
    play.alarm()
    play.forward(hours=3)
    assert misses(play) == MISSES_KEPT
    kept = [entry for entry in play.entries if entry.what == "comfort_missed"]
    assert "not written down again" in kept[-1].said
    assert "not written down again" not in kept[-2].said
    assert due_in_s(play) is not None
    play.act(Action.COMFORT)
    play.forward(minutes=5)
    assert misses(play) == MISSES_KEPT + 1


def test_nobody_is_reminded_once_they_are_out() -> None:
    play = Play()
    play.alarm()
    for answer in (Answer.ACCEPT, Answer.EN_ROUTE, Answer.ON_SCENE, Answer.RELEASED):
        play.answer(answer)
    assert due_in_s(play) is None
    play.act(Action.COMFORT, reason="spoke to them on the landing")
    assert due_in_s(play) is None
    assert play.history()[-1] == "comforted"


def test_people_trapped_again_are_spoken_to_anew() -> None:
    play = Play()
    play.alarm()
    play.act(Action.COMFORT)
    for answer in (Answer.ACCEPT, Answer.EN_ROUTE, Answer.ON_SCENE, Answer.RELEASED):
        play.answer(answer)
    play.forward(minutes=5)
    play.alarm(number=2)
    assert (due_in_s(play), play.case.comforted_at) == (60, None)


def test_a_case_that_rises_has_people_to_speak_to() -> None:
    play = Play()
    play.fault()
    assert due_in_s(play) is None
    play.call()
    assert due_in_s(play) == 60


def test_a_call_that_joins_does_not_put_the_reminder_off() -> None:
    play = Play()
    play.alarm()
    play.forward(seconds=30)
    play.call()
    assert due_in_s(play) == timedelta(seconds=30).total_seconds()
