"""How far a lift's clock is from ours: the ledger of one lift.

A report's own time is trusted for nothing; but people want to know when the lift says that it happened, and how far
that clock is off. The network only ever makes a report look late, so the least delayed reports show the clock best:
the estimate follows them at once, and the others slowly, for a clock that falls behind. When every report of
`JUMPS_AFTER_S` is far off, the clock was set: that is a jump, and counted. A backlog that comes late all at once is
over before that. A clock that has stopped jumps for ever, and its count says so; of a lift that gives no time nothing
is known.
"""

from __future__ import annotations

from devices.slot import LiftSlot

FOLLOWS = 0.02
"""How much of a difference a delayed report moves the estimate."""
FAR_S = 30.0
JUMPS_AFTER_S = 120.0
"""Of our time, in which no report came near."""


def note_clock(slot: LiftSlot, reported_at: float | None, now: float) -> None:
    """One report's own time, None if it gave none. O(1) and without allocation but for the estimate."""
    if reported_at is None:
        return
    ahead_s = reported_at - now
    if slot.skew_s is None:
        slot.skew_s = ahead_s
        return
    off_s = ahead_s - slot.skew_s
    if -FAR_S < off_s < FAR_S:
        slot.skew_doubted_at = None
        slot.skew_s = ahead_s if off_s > 0 else slot.skew_s + FOLLOWS * off_s
    elif slot.skew_doubted_at is None:
        slot.skew_doubted_at = now
    elif now - slot.skew_doubted_at >= JUMPS_AFTER_S:
        slot.skew_s, slot.skew_doubted_at = ahead_s, None
        slot.clock_jumps += 1
