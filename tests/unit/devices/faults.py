"""A lift whose faults are listened for: the tests' words for conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from devices.conditions import holding
from devices.faults import Fault
from devices.messages import Event, FaultCleared, FaultRaised, Status
from tests.unit.devices.lifts import Listener


def says(lift: Listener, status: Status, *, for_s: float, every_s: float = 5.0, **changes: Any) -> list[Event]:
    """The same status again and again, the first at once, the last when the time is over."""
    events = lift.sees(status, **changes)
    for _ in range(round(for_s / every_s)):
        events += lift.waits(every_s)
        events += lift.sees(status, **changes)
    return events


def raised(events: Iterable[Event]) -> list[Fault | None]:
    """The faults raised, in order."""
    return [event.fault for event in events if isinstance(event, FaultRaised)]


def cleared(events: Iterable[Event]) -> list[Fault | None]:
    """The faults cleared, in order."""
    return [event.fault for event in events if isinstance(event, FaultCleared)]


def wrong_with(lift: Listener) -> set[Fault | None]:
    """What is wrong with it now."""
    return {condition.fault for condition in holding(lift.slot)}
