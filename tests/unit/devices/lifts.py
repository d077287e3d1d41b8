"""A lift that speaks, and someone who listens: the tests' words for what a controller sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from devices import tracker
from devices.faults import Fault
from devices.messages import (
    Alarm,
    AlarmEnded,
    AlarmRaised,
    Area,
    CarDirection,
    CarStatus,
    DoorStatus,
    EndOfAlarm,
    EntrapmentEnded,
    EntrapmentFound,
    Event,
    FaultReport,
    LiftId,
    Link,
    Message,
    PowerStatus,
    RawFault,
    ServiceMode,
    Status,
    TestCall,
)
from devices.slot import LiftSlot, Rules

LIFT, AREA = LiftId("L1"), Area("410105")
NOON = 1_800_000_000.0
MOST_WAKINGS = 10

DOOR_OPENING = RawFault(profile="canonical", code="03", fault=Fault.DOOR_OPENING)
STOPPED_OUTSIDE = RawFault(profile="canonical", code="04", fault=Fault.STOPPED_OUTSIDE_ZONE)
TRAPPED = RawFault(profile="some-dialect", code="11", fault=Fault.TRAPPED)
BUTTON = RawFault(profile="gb24476-2017", code="90", fault=Fault.ALARM_BUTTON)
UNHEARD_OF = RawFault(profile="canonical", code="e-bike")

RESTING = Status(
    reported_at=NOON,
    boot=17,
    seq=0,
    service_mode=ServiceMode.NORMAL,
    car_status=CarStatus.STOPPED,
    car_direction=CarDirection.NONE,
    car_position="7",
    door_zone=True,
    door_status=DoorStatus.CLOSED,
    passenger_present=False,
    power_status=PowerStatus.MAINS,
)
LEVELLED_OPEN = replace(RESTING, door_status=DoorStatus.OPEN)
RUNNING = replace(RESTING, car_status=CarStatus.RUNNING, car_direction=CarDirection.UP, door_zone=False)
BETWEEN = replace(RESTING, door_zone=False, passenger_present=True)
BETWEEN_UNKNOWN = replace(BETWEEN, passenger_present=None)
BETWEEN_EMPTY = replace(BETWEEN, passenger_present=False)
SHUT_IN = replace(RESTING, passenger_present=True, faults=(DOOR_OPENING,))


class Listener:
    """One lift's slot with our clock beside it. Numbers the messages that carry no number of their own."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.slot = LiftSlot(lift_id=LIFT, area=AREA)
        self.now = NOON
        self._seq = 0

    def hears(self, message: Message) -> list[Event]:
        """The lift says this, now."""
        return list(tracker.observe(self.slot, message, self.now, self.rules))

    def sees(self, status: Status, **changes: Any) -> list[Event]:
        """A status that is the lift's newest."""
        self._seq += 1
        return self.hears(replace(status, seq=self._seq, **changes))

    def waits(self, seconds: float) -> list[Event]:
        """Time passes; the tracker is woken when it wants to be."""
        until, events = self.now + seconds, list[Event]()
        for _ in range(MOST_WAKINGS):
            by = tracker.next_deadline(self.slot)
            if by is None or by > until:
                self.now = until
                return events
            self.now = max(self.now, by)
            events += tracker.expire(self.slot, self.now, self.rules)
        raise AssertionError(f"woken {MOST_WAKINGS} times in {seconds} s")

    def known_faults(self) -> tuple[RawFault, ...]:
        """The faults that stand now."""
        return self.slot.faults

    def hears_alarm(self, number: int = 1, *, boot: int = 17, held_s: float | None = 5.0) -> list[Event]:
        """The alarm button."""
        return self.hears(Alarm(reported_at=self.now, boot=boot, number=number, button_held_s=held_s))

    def hears_end(self, number: int = 1, *, boot: int = 17) -> list[Event]:
        """The end of an alarm."""
        return self.hears(EndOfAlarm(reported_at=self.now, boot=boot, number=number))

    def hears_fault(self, fault: RawFault, *, raised: bool = True, boot: int = 17) -> list[Event]:
        """A fault report that is the lift's newest message."""
        self._seq += 1
        return self.hears(FaultReport(reported_at=self.now, boot=boot, seq=self._seq, fault=fault, raised=raised))

    def hears_birth(self, boot: int = 17, profile: str | None = None) -> list[Event]:
        """The lift came on line."""
        return self.hears(Link(boot=boot, online=True, profile=profile))

    def hears_will(self, boot: int = 17) -> list[Event]:
        """The broker lost the lift."""
        return self.hears(Link(boot=boot, online=False))

    def hears_test_call(self, number: int) -> list[Event]:
        """The periodic test."""
        return self.hears(TestCall(reported_at=self.now, boot=17, number=number, battery_ok=True))


def of_people(events: Sequence[Event]) -> list[Event]:
    """What concerns people, without what is wrong with the lift or whether it is heard."""
    return [e for e in events if isinstance(e, AlarmRaised | AlarmEnded | EntrapmentFound | EntrapmentEnded)]


def codes(reasons: tuple[str, ...]) -> set[str]:
    """The stable part of each reason."""
    return {reason.partition(":")[0] for reason in reasons}
