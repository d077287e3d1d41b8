"""What is wrong with a lift: faults raised and cleared, by code and inferred, and which of them flap.

Decides what is news about faults; which faults there are is said by codes or by `inference`, and what to do about one
is the desk's affair. A fault that a code and our own inference both tell of is one condition, and holds until neither
does. One that is raised `flap_raises` times within `flap_window_s` flaps: it is still told of, marked, so that a queue
can leave it out and nobody's view has to; when it has been quiet for the window it may raise afresh, and when it then
still holds it is told again without the mark. Entrapments and alarms never come this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from devices.faults import Fault
from devices.messages import Event, FaultCleared, FaultRaised, RawFault
from devices.slot import Condition, LiftSlot, Rules

NOTHING: tuple[Event, ...] = ()
MOST_CONDITIONS = 64
"""Of one lift, as many codes as a status may name; beyond, the oldest that no longer hold are forgotten."""


def key_of(fault: Fault | None, raw: RawFault | None) -> str:
    """Our word for it, or the raw code where we have none."""
    if fault is not None:
        return fault.value
    return f"{raw.profile}:{raw.code}" if raw else ""


def believe(slot: LiftSlot, fault: Fault, since: float) -> None:
    """Somebody who remembers more than we do knows of it: the lift's next word confirms or ends it."""
    if not holds(slot, fault):
        known = Condition(fault=fault, raw=None, since=since, reported_at=None, reasons=(), raised_at=(since,))
        slot.conditions = {**(slot.conditions or {}), fault.value: known}
        slot.is_touched = True


def holding(slot: LiftSlot) -> tuple[Condition, ...]:
    """What is wrong with the lift now, the oldest first."""
    return tuple(condition for condition in (slot.conditions or {}).values() if condition.holds)


def holds(slot: LiftSlot, fault: Fault) -> bool:
    """Whether this fault holds now."""
    condition = slot.conditions.get(fault.value) if slot.conditions else None
    return condition is not None and condition.holds


def settle(
    slot: LiftSlot,
    inferred: Mapping[Fault, str],
    origin: str,
    reported_at: float | None,
    now: float,
    rules: Rules,
) -> Sequence[Event]:
    """Brings the conditions to what the codes and the inference say now; what that changes.

    `inferred` has a reason for each fault; `origin` names the message.
    """
    known = slot.conditions
    if not slot.faults and not inferred and known is None:
        return NOTHING
    wanted = _wanted(slot.faults[-MOST_CONDITIONS:], inferred, origin, reported_at)
    events: list[Event] = []
    for key, condition in (known or {}).items():
        if condition.holds and key not in wanted and not condition.is_ours:
            events.append(_clear(slot, condition, reported_at, now))
    for key, sign in wanted.items():
        events += _raise(slot, key, sign, now, rules)
    for condition in holding(slot):
        events += _calm(slot, condition, now, rules)
    _forget(slot, now, rules)
    return events


def raise_one(slot: LiftSlot, fault: Fault, reason: str, now: float, rules: Rules) -> Sequence[Event]:
    """A condition that we found ourselves and no status tells of: it holds until `clear_one`."""
    events = _raise(slot, fault.value, _Sign(fault, None, reason), now, rules)
    assert slot.conditions is not None
    slot.conditions[fault.value].is_ours = True
    return events


def clear_one(slot: LiftSlot, fault: Fault, now: float) -> Sequence[Event]:
    """Our own condition holds no longer, unless the lift has a code for it too."""
    condition = slot.conditions.get(fault.value) if slot.conditions else None
    if condition is None or not condition.is_ours:
        return NOTHING
    condition.is_ours = False
    slot.is_touched = True
    is_told = fault in slot.inferred or any(raw.fault is fault for raw in slot.faults)
    return NOTHING if is_told else (_clear(slot, condition, None, now),)


class _Sign(NamedTuple):
    """What speaks of a condition: a code or our inference, and the message that it was seen in."""

    fault: Fault | None
    raw: RawFault | None
    reason: str
    origin: str = ""
    reported_at: float | None = None


def _wanted(
    faults: Iterable[RawFault], inferred: Mapping[Fault, str], origin: str, reported_at: float | None
) -> dict[str, _Sign]:
    wanted: dict[str, _Sign] = {}
    for raw in faults:
        reason = f"code: the lift reports code {raw.code} of {raw.profile} ({origin})"
        wanted[key_of(raw.fault, raw)] = _Sign(raw.fault, raw, reason, origin, reported_at)
    for fault, reason in inferred.items():
        wanted.setdefault(fault.value, _Sign(fault, None, f"{reason} ({origin})", origin, reported_at))
    return wanted


def _raise(slot: LiftSlot, key: str, sign: _Sign, now: float, rules: Rules) -> Sequence[Event]:
    before = slot.conditions.get(key) if slot.conditions else None
    if before and before.holds:
        return NOTHING
    recent = (*_recent(before, now, rules), now)[-rules.flap_raises :]
    condition = Condition(
        fault=sign.fault,
        raw=sign.raw,
        since=now,
        reported_at=sign.reported_at,
        reasons=(sign.reason,),
        origin=sign.origin,
        raised_at=recent,
        is_flapping=len(recent) >= rules.flap_raises,
    )
    others = {known: other for known, other in (slot.conditions or {}).items() if known != key}
    slot.conditions = {**others, key: condition}
    slot.is_touched = True
    return (_told(slot, condition, now),)


def _calm(slot: LiftSlot, condition: Condition, now: float, rules: Rules) -> Sequence[Event]:
    """It flapped, and now it stays: that is news of its own."""
    if not condition.is_flapping or now - condition.since < rules.flap_window_s:
        return NOTHING
    condition.is_flapping = False
    slot.is_touched = True
    return (_told(slot, condition, now),)


def _clear(slot: LiftSlot, condition: Condition, reported_at: float | None, now: float) -> FaultCleared:
    condition.holds = False
    slot.is_touched = True
    return FaultCleared(
        lift_id=slot.lift_id,
        area=slot.area,
        fault=condition.fault,
        raw=condition.raw,
        at=now,
        reported_at=reported_at,
        skew_s=slot.skew_s,
        is_flapping=condition.is_flapping,
    )


def _told(slot: LiftSlot, condition: Condition, now: float) -> FaultRaised:
    return FaultRaised(
        lift_id=slot.lift_id,
        area=slot.area,
        fault=condition.fault,
        raw=condition.raw,
        since=condition.since,
        at=now,
        reported_at=condition.reported_at,
        skew_s=slot.skew_s,
        reasons=condition.reasons,
        is_flapping=condition.is_flapping,
    )


def _recent(before: Condition | None, now: float, rules: Rules) -> tuple[float, ...]:
    return tuple(at for at in before.raised_at if now - at < rules.flap_window_s) if before else ()


def _forget(slot: LiftSlot, now: float, rules: Rules) -> None:
    """What neither holds nor was raised within the window; most lifts are soon back to nothing at all."""
    kept = {
        key: condition
        for key, condition in (slot.conditions or {}).items()
        if condition.holds or _recent(condition, now, rules)
    }
    over = [key for key, condition in kept.items() if not condition.holds][: max(0, len(kept) - MOST_CONDITIONS)]
    for key in over:
        del kept[key]
    slot.conditions = kept or None
