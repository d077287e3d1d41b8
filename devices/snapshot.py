"""A lift's state as JSON values, to be stored and brought back: what a restart must not cost.

`restore(snapshot(slot))` is the same lift, but that we have not heard it for a while: its silence counts from now, with
the grace of a restart; a suspicion that was running goes on from where it began, but waits for the lift's own word (its
retained status comes within seconds) before it counts; and a test call may still wait at the broker. Not kept is what
only a stream of reports can tell: the flood window, and what was last stored.

Only what differs from a lift never heard is written, so a field that a later version adds is as new when it is read,
and one that it dropped is passed over. Every field of `LiftSlot` is either kept or in `NOT_KEPT`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from devices.faults import Fault
from devices.links import excuse_silence
from devices.messages import (
    Area,
    CarDirection,
    CarStatus,
    Confidence,
    DoorStatus,
    Evidence,
    LiftId,
    PowerStatus,
    RawFault,
    ServiceMode,
    Status,
)
from devices.pictures import Button, Situation
from devices.slot import Condition, LiftSlot, Motion, Rival, Rules

NOT_KEPT = frozenset({
    "lift_id", "area", "trapped_after_s", "rated_speed_mps", "must_test",  # the registry's
    "stored_state", "window_at", "window_count", "is_touched", "is_restored", "queued_by",
})  # fmt: skip
KEPT = tuple(field.name for field in fields(LiftSlot) if field.name not in NOT_KEPT)


def snapshot(slot: LiftSlot) -> dict[str, Any]:
    """The slot as JSON values."""
    kept: dict[str, Any] = {}
    for name, fresh in _AS_FRESH:
        value = getattr(slot, name)
        if value != fresh:
            kept[name] = _WRITERS[name](value) if name in _WRITERS else value
    return kept


def lasting_state(slot: LiftSlot) -> tuple[object, ...]:
    """What makes a snapshot worth storing: two slots that agree in it differ by what the lift says again anyway."""
    wrong = tuple((key, one.since, one.holds, one.is_flapping) for key, one in (slot.conditions or {}).items())
    people = (slot.since, slot.shut_in_since, slot.found, slot.open_alarm, slot.ended_alarm, slot.last_press)
    link = (slot.boot, slot.link, slot.online, slot.is_lost)
    return (*people, *link, slot.test_call, slot.is_test_overdue, slot.habit and bytes(slot.habit), *wrong)


def restore(slot: LiftSlot, kept: Mapping[str, Any], now: float, rules: Rules) -> None:
    """Takes a stored state into a slot that has heard nothing yet, as after a restart of ours."""
    recall(slot, kept)
    slot.is_restored = True
    excuse_silence(slot, now, rules)
    # A deadline that does not exist is later than any.
    slot.trapped_by = max(slot.trapped_by, now + rules.restored_grace_s)
    slot.shut_in_by = max(slot.shut_in_by, now + rules.restored_grace_s)
    slot.test_by = max(slot.test_by, now + rules.restart_grace_s)


def recall(slot: LiftSlot, kept: Mapping[str, Any]) -> None:
    """The stored state to the letter, as if no time had passed."""
    slot.motion = Motion()
    for name in KEPT:
        if name in kept:
            setattr(slot, name, _READERS[name](kept[name]) if name in _READERS else kept[name])
        elif name != "motion":
            setattr(slot, name, getattr(_FRESH, name))


_FRESH = LiftSlot(lift_id=LiftId(""), area=Area(""))
_AS_FRESH = tuple((name, getattr(_FRESH, name)) for name in KEPT)

_Kind = TypeVar("_Kind", Status, Motion, Condition)
_Readers = Mapping[str, Callable[[Any], Any]]
_DEFAULTS: Mapping[type, tuple[tuple[str, object], ...]] = {
    kind: tuple((field.name, field.default) for field in fields(kind)) for kind in (Status, Motion, Condition)
}


def _write(value: Status | Motion | Condition) -> dict[str, Any]:
    """Its fields by name, but for those at their defaults."""
    return {name: item for name, default in _DEFAULTS[type(value)] if (item := getattr(value, name)) != default}


def _read(kind: type[_Kind], kept: Mapping[str, Any], readers: _Readers) -> _Kind:
    known = (name for name, _ in _DEFAULTS[kind] if name in kept)
    values: dict[str, Any] = {name: readers[name](kept[name]) if name in readers else kept[name] for name in known}
    return kind(**values)


def _write_fault(raw: RawFault) -> list[str | None]:
    return [raw.profile, raw.code, raw.fault]


def _read_fault(kept: list[str]) -> RawFault:
    profile, code, fault = kept
    return RawFault(profile=profile, code=code, fault=Fault(fault) if fault else None)


def _write_faults(raws: tuple[RawFault, ...]) -> list[list[str | None]]:
    return [_write_fault(raw) for raw in raws]


def _read_faults(kept: list[list[str]]) -> tuple[RawFault, ...]:
    return tuple(_read_fault(one) for one in kept)


def _write_status(status: Status) -> dict[str, Any]:
    written = _write(status)
    return written | {"faults": _write_faults(status.faults)} if status.faults else written


def _write_condition(condition: Condition) -> dict[str, Any]:
    return _write(condition) | {"raw": _write_fault(condition.raw) if condition.raw else None}


def _read_optional_fault(kept: str | None) -> Fault | None:
    return Fault(kept) if kept else None


_STATUS_READERS: _Readers = {
    "service_mode": ServiceMode,
    "car_status": CarStatus,
    "car_direction": CarDirection,
    "door_status": DoorStatus,
    "power_status": PowerStatus,
    "faults": _read_faults,
}
_MOTION_READERS: _Readers = {"bound": CarDirection, "beyond": CarDirection}
_CONDITION_READERS: _Readers = {
    "fault": _read_optional_fault,
    "raw": lambda kept: _read_fault(kept) if kept else None,
    "reasons": tuple,
    "raised_at": tuple,
}

_WRITERS: Mapping[str, Callable[[Any], object]] = {
    "status": _write_status,
    "faults": _write_faults,
    "motion": _write,
    "conditions": lambda conditions: {key: _write_condition(one) for key, one in conditions.items()},
    "found": lambda found: [found.confidence, list(found.reasons)],
    "habit": lambda habit: habit.hex(),
}
_READERS: _Readers = {
    "status": lambda kept: _read(Status, kept, _STATUS_READERS),
    "faults": _read_faults,
    "rival": lambda kept: Rival(*kept),
    "situation": Situation,
    "motion": lambda kept: _read(Motion, kept, _MOTION_READERS),
    "inferred": lambda kept: {Fault(fault): reason for fault, reason in kept.items()},
    "conditions": lambda kept: {key: _read(Condition, one, _CONDITION_READERS) for key, one in kept.items()},
    "found": lambda kept: Evidence(confidence=Confidence(kept[0]), reasons=tuple(kept[1])),
    "button": Button,
    "habit": bytearray.fromhex,
    **dict.fromkeys(
        ("link", "door_called", "seen_inside", "open_alarm", "ended_alarm", "last_press", "test_call"), tuple
    ),
}
