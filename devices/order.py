"""Which of a lift's messages are news: repeats, overtaken ones, restarts and replaced controllers.

Decides only by (boot, seq) and our clock. Must not know what the messages say.

- A message counts if its (boot, seq) is above the last one's. A repeated or overtaken one changes nothing.
- A lower boot is believed once its messages have kept rising for `replaced_after_s` while the known boot said nothing:
  then the controller was replaced, or its counter wrapped. Repeats do not rise and backlogs come in a burst, so
  neither gets that far.
"""

from __future__ import annotations

from devices.messages import FaultReport, Link, Status
from devices.slot import NONE_YET, LiftSlot, Rival, Rules


def is_news(slot: LiftSlot, boot: int, seq: int, now: float, rules: Rules) -> bool:
    """Whether a status is beyond the last one; then the slot's place in the lift's messages moves on."""
    if boot == slot.boot and seq > slot.seq:
        slot.seq = seq
        slot.rival = None
        return True
    if boot > slot.boot or _is_replaced(slot, boot, seq, now, rules):
        start_line(slot, boot, seq)
        return True
    return False


def follows(slot: LiftSlot, before: Status | None, status: Status) -> bool:
    """Whether no message between the last status and this one is missing."""
    if before is None or before.boot != status.boot:
        return False
    return status.seq <= max(before.seq, slot.fault_seq) + 1


def is_fault_news(slot: LiftSlot, report: FaultReport, now: float, rules: Rules) -> bool:
    """Beyond the last status and the last fault report: a status already holds every fault before it."""
    if report.boot > slot.boot or (report.boot < slot.boot and _is_replaced(slot, report.boot, report.seq, now, rules)):
        start_line(slot, report.boot, -1)
    is_new = report.boot == slot.boot and report.seq > max(slot.seq, slot.fault_seq)
    if is_new:
        slot.rival = None
    return is_new


def is_link_news(slot: LiftSlot, link: Link) -> bool:
    """Not of an older boot, and not what the last one said."""
    if link.boot < slot.boot or slot.link == (link.boot, link.online):
        return False
    if link.boot > slot.boot:
        start_line(slot, link.boot, -1)
    return True


def start_line(slot: LiftSlot, boot: int, seq: int) -> None:
    """From here on this boot is followed."""
    if boot < slot.boot:
        # A new controller: its numbers begin anew, and must not look like the old one's past.
        slot.open_alarm = slot.ended_alarm = slot.last_press = slot.test_call = NONE_YET
    slot.is_touched |= slot.boot >= 0
    slot.boot, slot.seq, slot.fault_seq = boot, seq, -1
    slot.rival = None


def _is_replaced(slot: LiftSlot, boot: int, seq: int, now: float, rules: Rules) -> bool:
    rival, name = slot.rival, (boot, seq)
    if name == (slot.boot, slot.seq) or (rival and name == (rival.boot, rival.seq)):
        return False
    if rival is None or name < (rival.boot, rival.seq):
        slot.rival = Rival(boot, seq, now)
        return False
    slot.rival = Rival(boot, seq, rival.since)
    return now - rival.since >= rules.replaced_after_s
