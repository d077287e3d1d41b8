"""Is this alarm news? By the number, then by the restarts, then by the lift's own clock, then by how long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from devices.messages import AlarmEnded, AlarmRaised, Confidence, Evidence, LiftId
from rescue.desk.alarms import News, end, enter, judge
from rescue.escalation import Policy
from rescue.incident import AlarmLedger
from tests.unit.desk.play import AREA, NOON

A1 = LiftId("A1")
POLICY = Policy()
SOON = NOON + timedelta(minutes=5)
THE_DAY_AFTER = NOON + timedelta(hours=24, seconds=1)


def ledger(number: int, *, boot: int = 2, clock: float | None = None, ended: int | None = None) -> AlarmLedger:
    """Alarm `number` came at noon, after `boot` restarts, and by the lift's own `clock`."""
    return AlarmLedger(lift_id=A1, number=number, boot=boot, seen_at=NOON, reported_at=clock, ended_number=ended)


def alarm(number: int, *, boot: int = 2, clock: float | None = None) -> AlarmRaised:
    evidence = Evidence(confidence=Confidence.LIKELY, reasons=())
    return AlarmRaised(
        lift_id=A1, area=AREA, number=number, boot=boot, at=SOON.timestamp(), reported_at=clock, evidence=evidence
    )


def ended(number: int) -> AlarmEnded:
    return AlarmEnded(lift_id=A1, area=AREA, number=number, at=SOON.timestamp(), reported_at=None)


@pytest.mark.parametrize(
    ("known", "heard", "now", "news"),
    [
        (None, alarm(1), SOON, News.NEW),
        (ledger(5), alarm(6), SOON, News.NEW),
        (ledger(5), alarm(9), SOON, News.NEW),
        (ledger(5), alarm(5), SOON, News.REPEAT),
        (ledger(5), alarm(4), SOON, News.LATE),
        (ledger(5, ended=4), alarm(5), SOON, News.REPEAT),
        (ledger(5, ended=5), alarm(5), SOON, News.LATE),
        (ledger(5, ended=5), alarm(6), SOON, News.NEW),
        (ledger(5), alarm(1, boot=3), SOON, News.NEW),
        (ledger(5, ended=5), alarm(5, boot=3), SOON, News.NEW),
        (ledger(5), alarm(5, boot=1), SOON, News.LATE),
        (ledger(5), alarm(6, boot=1), SOON, News.NEW),
        (ledger(5, clock=100), alarm(1, boot=1, clock=99), SOON, News.LATE),
        (ledger(5, clock=100), alarm(1, boot=1, clock=100), SOON, News.LATE),
        (ledger(5, clock=100), alarm(1, boot=1, clock=101), SOON, News.NEW),
        (ledger(5, clock=100), alarm(1, boot=1, clock=99), THE_DAY_AFTER, News.LATE),
        (ledger(5, clock=100), alarm(1, boot=1), SOON, News.LATE),
        (ledger(5), alarm(1, boot=1, clock=101), SOON, News.LATE),
        (ledger(5), alarm(1, boot=1), NOON + timedelta(hours=24), News.LATE),
        (ledger(5), alarm(1, boot=1), THE_DAY_AFTER, News.NEW),
        (ledger(5), alarm(1), NOON + timedelta(hours=24), News.LATE),
        (ledger(5), alarm(1), THE_DAY_AFTER, News.NEW),
        (ledger(1, ended=1), alarm(1), THE_DAY_AFTER, News.NEW),
        (ledger(1), alarm(1), THE_DAY_AFTER, News.NEW),
    ],
    ids=[
        "the first alarm of a lift",
        "the next number",
        "a number further on: those between are lost or late",
        "the same number",
        "a number overtaken by a newer one",
        "the same number, older ones having ended",
        "the same number after its end",
        "the next number after an end",
        "any number after a restart",
        "the same number after a restart, for it may be pressed anew",
        "a known number of before the restart",
        "a number of before the restart that was never heard",
        "before the restart, and the lift's clock says so",
        "before the restart, the same instant by the lift's clock",
        "fewer restarts but later by the lift's clock: a new controller",
        "before the restart by the lift's clock, however long ago",
        "fewer restarts, only the older alarm dated",
        "fewer restarts, only the newer alarm dated",
        "fewer restarts, undated, within a day",
        "fewer restarts, undated, a day later: a new controller",
        "a lower number within a day",
        "a lower number a day later: a new controller with as many restarts",
        "an ended number a day later: a new controller with as many restarts",
        "a number nobody ended, a day later",
    ],
)
def test_an_alarm_is_new_a_repeat_or_late(
    known: AlarmLedger | None, heard: AlarmRaised, now: datetime, news: News
) -> None:
    assert judge(known, heard, now, POLICY) is news


def test_a_new_alarm_is_entered_and_ends_those_it_overtook() -> None:
    entered = enter(ledger(5), alarm(8, clock=200.0), SOON)
    assert entered == AlarmLedger(lift_id=A1, number=8, boot=2, seen_at=SOON, reported_at=200.0, ended_number=7)
    assert judge(entered, alarm(7), SOON, POLICY) is News.LATE


@pytest.mark.parametrize("known", [None, ledger(5, boot=1, ended=5), ledger(5, boot=7, ended=5)])
def test_an_alarm_by_another_count_says_nothing_of_those_below_it(known: AlarmLedger | None) -> None:
    assert enter(known, alarm(3), SOON).ended_number is None


def test_ends_only_rise() -> None:
    assert end(ledger(5), ended(5)).ended_number == 5
    assert end(ledger(5, ended=5), ended(3)).ended_number == 5
    assert end(ledger(5), ended(0)).ended_number == 0


@pytest.mark.parametrize("number", [6, 9, 10**9])
def test_an_end_silences_no_alarm_that_has_not_been_heard_of(number: int) -> None:
    """The end may be the last word of a controller that was replaced, or nonsense."""
    silenced = end(ledger(5), ended(number))
    assert silenced.ended_number == 5
    assert judge(silenced, alarm(6), SOON, POLICY) is News.NEW


def test_an_end_changes_nothing_but_what_has_ended() -> None:
    known = ledger(5, clock=100.0)
    assert end(known, ended(5)) == ledger(5, clock=100.0, ended=5)
