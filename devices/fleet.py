"""Every lift of this process: one slot each, and one heap of deadlines.

Decides which lift a message belongs to and which lift is due. Must not know what messages mean (the tracker does), nor
where the registry, the clock or the broker are.

A deadline mostly moves later, with every message, so the heap is left alone then: an entry may be early, and is put
back where it belongs when it comes up. Only an earlier deadline is pushed. Entries that no longer count are dropped
when they come up, or all at once when they outnumber the lifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

from devices import tracker
from devices.errors import UnknownLift, WrongArea
from devices.messages import AlarmRaised, Area, Event, Evidence, LiftId, Message, RawFault, Status
from devices.tracker import NEVER, LiftSlot, Rules

__all__ = ["Counts", "Fleet", "LiftView", "UnknownLift", "WrongArea"]

SMALLEST_REBUILD = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftView:
    """A lift as it is now, for people to look at."""

    lift_id: LiftId
    area: Area
    profile: str | None
    online: bool | None
    """None: never heard since we began to listen."""
    status: Status | None
    seen_at: float | None
    """When the status came, by our clock."""
    age_s: float | None
    faults: tuple[RawFault, ...]
    evidence: Evidence | None
    """Of the entrapment that was found, None for none."""
    since: float | None
    """When that began, by our clock."""
    alarm_number: int | None
    """Of the alarm raised and not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many lifts are registered, on line, off line, never heard, and hold people as far as we know."""

    lifts: int
    online: int
    offline: int
    unheard: int
    entrapments: int


class Fleet:
    """The lifts, by id."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._slots: dict[LiftId, LiftSlot] = {}
        self._heap: list[tuple[float, LiftId]] = []

    def add(self, lift_id: LiftId, area: Area) -> None:
        """Registers a lift, or moves a registered one to another area; its state stays."""
        slot = self._slots.get(lift_id)
        if slot is None:
            self._slots[lift_id] = LiftSlot(lift_id=lift_id, area=area)
        else:
            slot.area = area

    def remove(self, lift_id: LiftId) -> None:
        """Forgets a lift. Unknown ones are forgotten already."""
        self._slots.pop(lift_id, None)

    def knows(self, lift_id: LiftId) -> bool:
        """Whether the lift is registered."""
        return lift_id in self._slots

    def profile_of(self, lift_id: LiftId) -> str | None:
        """The profile that the lift named at its birth."""
        slot = self._slots.get(lift_id)
        return slot.profile if slot else None

    def observe(self, area: Area, lift_id: LiftId, message: Message, now: float) -> Sequence[Event]:
        """What follows from a message that came on the topic of this area and lift.

        Raises UnknownLift or WrongArea, unless the message tells of the alarm button: an alarm is taken from anyone. A
        known lift's events name the area it is registered in, a stranger's the one it called from.
        """
        slot = self._slots.get(lift_id)
        if slot is None:
            return self._observe_stranger(area, lift_id, message, now)
        if slot.area != area:
            return self._observe_astray(slot, area, message, now)
        events = tracker.observe(slot, message, now, self._rules)
        self._queue(slot)
        return events

    def next_deadline(self) -> float | None:
        """When to call `expire` next, None for never. Nothing is due before; it may turn out that nothing is then."""
        return self._heap[0][0] if self._heap else None

    def expire(self, now: float, limit: int = 1000) -> Sequence[Event]:
        """What follows from the time that has passed, for at most `limit` lifts: call again while a deadline is due."""
        events: list[Event] = []
        for _ in range(limit):
            if not self._heap or self._heap[0][0] > now:
                break
            by, lift_id = heappop(self._heap)
            slot = self._slots.get(lift_id)
            if slot is not None and slot.queued_by == by:
                events += tracker.expire(slot, now, self._rules)
                slot.queued_by = NEVER
                self._queue(slot)
        return events

    def stop_listening(self) -> None:
        """We hear nobody (the broker is away): no lift is called silent until we listen again."""
        for slot in self._slots.values():
            slot.quiet_by = NEVER

    def resume_listening(self, now: float) -> None:
        """We hear again; silence counts from now, with the grace of a restart."""
        for slot in self._slots.values():
            tracker.excuse_silence(slot, now, self._rules)
        self._rebuild()

    def view(self, lift_id: LiftId, now: float) -> LiftView:
        """The lift as it is now. Raises UnknownLift."""
        slot = self._slots.get(lift_id)
        if slot is None:
            raise UnknownLift(f"lift {lift_id} is not registered")
        seen_at = slot.status_at if slot.status else None
        return LiftView(
            lift_id=slot.lift_id,
            area=slot.area,
            profile=slot.profile,
            online=slot.online,
            status=slot.status,
            seen_at=seen_at,
            age_s=None if seen_at is None else max(0.0, now - seen_at),
            faults=slot.faults,
            evidence=slot.found,
            since=slot.found_since if slot.found else None,
            alarm_number=None if slot.open_alarm == tracker.NONE_YET else slot.open_alarm[1],
        )

    def counts(self) -> Counts:
        """Looks at every lift: some milliseconds for a city, so for a gauge, not for each message."""
        slots = self._slots.values()
        online = sum(1 for slot in slots if slot.online)
        unheard = sum(1 for slot in slots if slot.online is None)
        return Counts(
            lifts=len(slots),
            online=online,
            offline=len(slots) - online - unheard,
            unheard=unheard,
            entrapments=sum(1 for slot in slots if slot.found),
        )

    def _observe_stranger(self, area: Area, lift_id: LiftId, message: Message, now: float) -> Sequence[Event]:
        """A lift that nobody registered may still hold people. Nothing of it is kept."""
        if not tracker.carries_alarm(message):
            raise UnknownLift(f"lift {lift_id} is not registered")
        return tracker.observe(LiftSlot(lift_id=lift_id, area=area), message, now, self._rules)

    def _observe_astray(self, slot: LiftSlot, area: Area, message: Message, now: float) -> Sequence[Event]:
        """A registered lift on a topic of another area: only an alarm is worth believing it."""
        if not tracker.carries_alarm(message):
            raise WrongArea(f"lift {slot.lift_id} is registered in area {slot.area}, not in {area}")
        events = tracker.observe(slot, message, now, self._rules)
        self._queue(slot)
        return [replace(event, heard_in=area) if isinstance(event, AlarmRaised) else event for event in events]

    def _queue(self, slot: LiftSlot) -> None:
        by = min(slot.trapped_by, slot.quiet_by)
        if by < slot.queued_by:
            slot.queued_by = by
            heappush(self._heap, (by, slot.lift_id))
            if len(self._heap) > max(2 * len(self._slots), SMALLEST_REBUILD):
                self._rebuild()

    def _rebuild(self) -> None:
        """One entry for each lift that has a deadline, and no other."""
        for slot in self._slots.values():
            slot.queued_by = min(slot.trapped_by, slot.quiet_by)
        self._heap = [(slot.queued_by, slot.lift_id) for slot in self._slots.values() if slot.queued_by != NEVER]
        heapify(self._heap)
