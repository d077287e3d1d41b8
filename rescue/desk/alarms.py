"""Is this alarm news? The cure of two faults: the ghost incident and the overtaken alarm.

Alarms are numbered per lift and re-sent until acknowledged, and messages may be late or overtake each other. A number
that has been superseded or has ended is late news; the same number again is a repeat; everything else is a new alarm.
Where the numbers cannot tell, it is a new alarm: a case too many costs a drive, one too few costs people.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from devices.messages import AlarmEnded, AlarmRaised
from rescue.escalation import Policy
from rescue.incident import AlarmLedger


class News(StrEnum):
    """What an alarm message is to us."""

    NEW = "new"
    REPEAT = "repeat"
    LATE = "late"


def judge(ledger: AlarmLedger | None, alarm: AlarmRaised, now: datetime, policy: Policy) -> News:
    """New alarm, repeat, or late news."""
    if ledger is None or alarm.boot > ledger.boot:
        return News.NEW
    if alarm.boot < ledger.boot:
        return News.LATE if _is_from_before(ledger, alarm, now, policy) else News.NEW
    # Within one count the lift's clock tells nothing, for an alarm that is sent again may be dated anew.
    if alarm.number > ledger.number or _is_old(ledger, now, policy):
        return News.NEW
    if alarm.number < ledger.number or alarm.number == ledger.ended_number:
        return News.LATE
    return News.REPEAT


def enter(ledger: AlarmLedger | None, alarm: AlarmRaised, now: datetime) -> AlarmLedger:
    """The ledger with a new alarm; one that a newer alarm overtakes counts as ended by it."""
    ended = alarm.number - 1 if ledger and ledger.boot == alarm.boot else None
    return AlarmLedger(
        lift_id=alarm.lift_id,
        number=alarm.number,
        boot=alarm.boot,
        seen_at=now,
        reported_at=alarm.reported_at,
        ended_number=ended,
    )


def end(ledger: AlarmLedger, ended: AlarmEnded) -> AlarmLedger:
    """The ledger after the end of an alarm; an end silences no alarm that we have not heard of."""
    number = min(ended.number, ledger.number)
    return replace(ledger, ended_number=max(number, ledger.ended_number or number))


def _is_from_before(ledger: AlarmLedger, alarm: AlarmRaised, now: datetime, policy: Policy) -> bool:
    """A lower boot is a message from before the restart, unless the controller was replaced and counts afresh.

    The lift's own clock tells, where both alarms carry it; otherwise a lower boot is believed to be late for
    `late_alarm_within_s`. A number higher than any we have seen was never handled, and is never late.
    """
    if alarm.number > ledger.number:
        return False
    if alarm.reported_at is not None and ledger.reported_at is not None:
        return alarm.reported_at <= ledger.reported_at
    return not _is_old(ledger, now, policy)


def _is_old(ledger: AlarmLedger, now: datetime, policy: Policy) -> bool:
    """Nothing is under way for so long: a number that comes back belongs to a controller that counts afresh."""
    return now - ledger.seen_at > timedelta(seconds=policy.late_alarm_within_s)
