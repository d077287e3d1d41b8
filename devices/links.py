"""Whether we still hear the lift: births, wills and missed reports.

Decides only that; what a silent lift means for people is others' affair. A will or birth of an older boot is ignored,
and so is one that says what the last one said: the broker repeats the last of them whenever we come back. After a will
the lift has `link_grace_s` to return: a reconnect storm is not news. Missed reports are news at once, for they took
minutes. One that stays away for `link_lost_after_s` is told of once more, so that somebody may look.
"""

from __future__ import annotations

from devices.messages import Event, Link, LinkChanged
from devices.order import is_link_news
from devices.people import forget_case
from devices.slot import NEVER, LiftSlot, Rules

NOTHING: tuple[Event, ...] = ()
LATE_REPORTS = 1.5
"""A report that is half a period late is missing."""


def observe_link(slot: LiftSlot, link: Link, now: float, rules: Rules) -> tuple[Event, ...]:
    """A birth or a will."""
    if not is_link_news(slot, link):
        return NOTHING
    slot.link = (link.boot, link.online)
    slot.profile = link.profile or slot.profile
    if link.online:
        return hear(slot, now, rules)
    if slot.online:
        slot.lost_at, slot.lost_by = now, now + rules.link_grace_s
        slot.is_touched = True
    slot.online, slot.quiet_by = False, NEVER
    return NOTHING


def hear(slot: LiftSlot, now: float, rules: Rules) -> tuple[Event, ...]:
    """The lift is there. News only if we had told that it was gone."""
    slot.heard_at = now
    slot.quiet_by = now + rules.missed_reports * rules.report_period_s
    if slot.online:
        return NOTHING
    if slot.online is None:
        slot.quiet_by += rules.restart_grace_s
    slot.online = True
    slot.lost_by = NEVER
    if not slot.is_lost:
        return NOTHING
    slot.is_lost, slot.is_touched = False, True
    if now - slot.lost_at >= rules.link_lost_after_s:
        forget_case(slot)
    return (_change(slot, now, "heard: the lift is heard again"),)


def miss_reports(slot: LiftSlot, now: float, rules: Rules) -> tuple[Event, ...]:
    """So many reports are missing that the lift counts as off line."""
    silent_s = rules.missed_reports * rules.report_period_s
    slot.online, slot.quiet_by = False, NEVER
    slot.lost_at = now
    return _tell_lost(slot, now, rules, f"silent: nothing was heard for {silent_s:g} s")


def stay_away(slot: LiftSlot, now: float, rules: Rules) -> tuple[Event, ...]:
    """It did not come back in time: the first news of it, or that it has lasted."""
    if not slot.is_lost:
        return _tell_lost(slot, now, rules, "will: the lift's connection was lost")
    slot.lost_by = NEVER
    lasted_s = now - slot.lost_at
    return (_change(slot, now, f"away: off line for {lasted_s / 60:.0f} min", lasted_s=lasted_s),)


def excuse_silence(slot: LiftSlot, now: float, rules: Rules) -> None:
    """We did not listen for a while: the lift's silence counts from now, and so does the time it has to come back.

    With a grace that differs from lift to lift, so that what really is silent is not told of all at once.
    """
    spread_s = rules.restart_grace_s * slot.spread
    grace_by = now + rules.restart_grace_s + spread_s
    if slot.online:
        slot.quiet_by = grace_by + rules.missed_reports * rules.report_period_s
    slot.lost_by = max(slot.lost_by, grace_by)
    slot.test_by = max(slot.test_by, grace_by)


def is_late(slot: LiftSlot, now: float, rules: Rules) -> bool:
    """A report is missing, but not yet so many that the lift counts as off line."""
    return bool(slot.online) and slot.quiet_by - now < (rules.missed_reports - LATE_REPORTS) * rules.report_period_s


def _tell_lost(slot: LiftSlot, now: float, rules: Rules, reason: str) -> tuple[Event, ...]:
    slot.is_lost = slot.is_touched = True
    slot.lost_by = slot.lost_at + rules.link_lost_after_s
    return (_change(slot, now, reason),)


def _change(slot: LiftSlot, now: float, reason: str, lasted_s: float = 0.0) -> LinkChanged:
    return LinkChanged(
        lift_id=slot.lift_id, area=slot.area, online=bool(slot.online), at=now, reason=reason, lasted_s=lasted_s
    )
