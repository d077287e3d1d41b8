"""Every lift of this process: one slot each, and one heap of deadlines.

Decides which lift a message belongs to, which lift is due, and when one says more than it may: beyond
`flood_messages` in `flood_window_s` a lift's messages are left out, but never one that tells of the alarm button. Must
not know what messages mean (the tracker does), nor where the registry, the clock, the database or the broker are.

A deadline mostly moves later, with every message, so the heap is left alone then: an entry may be early, and is put
back where it belongs when it comes up. Only an earlier deadline is pushed. Entries that no longer count are dropped
when they come up, or all at once when they outnumber the lifts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import chain, islice, takewhile
from typing import Any

from devices import tracker
from devices.calls import expect_test_calls
from devices.census import Counts, count, count_in_slices
from devices.conditions import believe, clear_one, holding, holds, raise_one
from devices.errors import Flooded, UnknownLift, WrongArea
from devices.faults import Fault
from devices.links import excuse_silence, is_late
from devices.messages import (
    AlarmRaised,
    Area,
    EntrapmentEnded,
    EntrapmentFound,
    Event,
    Evidence,
    LiftId,
    Message,
    RawFault,
    Status,
)
from devices.pictures import Situation
from devices.slot import NEVER, NONE_YET, Condition, LiftSlot, Rules
from devices.snapshot import lasting_state, restore, snapshot
from devices.state_change import StateChange, is_changed, state_of

__all__ = ["Counts", "Fleet", "Flooded", "LiftView", "OwnRules", "UnknownLift", "WrongArea"]

SMALLEST_REBUILD = 64
STORED_AFTER_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRules:
    """What a lift or its type has of its own; None leaves it to the rules of all."""

    trapped_after_s: float | None = None
    rated_speed_mps: float | None = None
    must_test: bool = False
    """Held to test calls from the first, not only once it has made one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftView:
    """A lift as it is now, for people to look at."""

    lift_id: LiftId
    area: Area
    profile: str | None
    online: bool | None
    """None: never heard since we began to listen."""
    is_late: bool
    """A report is missing, but not yet so many that it counts as off line."""
    heard_at: float | None
    """When anything was last heard of it, by our clock."""
    skew_s: float | None
    """How far its clock is ahead of ours, None for not known; and how often it was seen to be set."""
    clock_jumps: int
    status: Status | None
    seen_at: float | None
    """When the status came, by our clock."""
    age_s: float | None
    situation: Situation
    faults: tuple[RawFault, ...]
    conditions: tuple[Condition, ...]
    """What is wrong with it now, by code or inferred, flapping or not."""
    test_call_at: float | None
    is_test_overdue: bool
    evidence: Evidence | None
    """Of the entrapment that was found, None for none."""
    since: float | None
    """When that began, by our clock."""
    alarm_number: int | None
    """Of the alarm raised and not ended."""


class Fleet:
    """The lifts, by id."""

    def __init__(
        self,
        rules: Rules,
        note: Callable[[StateChange], None] | None = None,
        about_to_wake: Callable[[LiftId, float], None] | None = None,
    ) -> None:
        """`note` is told of every change of a lift's state, as it comes; `about_to_wake` of a deadline that passes."""
        self._rules = rules
        self._note = note
        self._about_to_wake = about_to_wake
        self._slots: dict[LiftId, LiftSlot] = {}
        self._heap: list[tuple[float, LiftId]] = []
        self._touched: dict[LiftId, float] = {}
        """Whose states changed, and when: the longest ago first."""
        self._told: dict[LiftId, None] = {}
        """Of which people were told: that must not be told again, so it is stored without waiting whether it lasts."""
        self._heard: set[LiftId] | None = None
        """Whose slots may be other than they were taken for; None while nobody asks."""
        self._is_deaf = False

    def add(self, lift_id: LiftId, area: Area, own: OwnRules | None = None) -> None:
        """Registers a lift, or moves a registered one to another area; its state stays."""
        slot = self._slots.get(lift_id)
        if slot is None:
            slot = self._slots[lift_id] = LiftSlot(lift_id=lift_id, area=area)
        slot.area = area
        if own is not None:
            slot.trapped_after_s, slot.rated_speed_mps = own.trapped_after_s, own.rated_speed_mps
            slot.must_test = own.must_test

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

    def area_of(self, lift_id: LiftId) -> Area | None:
        """Where the lift is registered, None for an unknown one."""
        slot = self._slots.get(lift_id)
        return slot.area if slot else None

    def own_rules_of(self, lift_id: LiftId) -> OwnRules | None:
        """What the lift has of its own, None for an unknown one."""
        slot = self._slots.get(lift_id)
        if slot is None:
            return None
        return OwnRules(
            trapped_after_s=slot.trapped_after_s, rated_speed_mps=slot.rated_speed_mps, must_test=slot.must_test
        )

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
        flood = self._hold_back(slot, message, now)
        before = (slot.status, slot.situation, slot.online, slot.faults)
        events = tracker.observe(slot, message, now, self._rules)
        self._follow_up(slot, now, events)
        if self._note is not None and is_changed(slot, *before):
            self._note(state_of(slot, now))
        return (*events, *flood) if flood else events

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
                was_online = slot.online
                if self._about_to_wake is not None and self._next_by(slot) <= now:
                    self._about_to_wake(lift_id, now)
                expired = tracker.expire(slot, now, self._rules, is_deaf=self._is_deaf)
                events += expired
                slot.queued_by = NEVER
                self._follow_up(slot, now, expired)
                if self._note is not None and slot.online is not was_online:
                    self._note(state_of(slot, now))
        return events

    def stop_listening(self) -> None:
        """We hear nobody (the broker is away): no lift is called silent until we listen again."""
        self._is_deaf = True
        for slot in self._slots.values():
            slot.quiet_by = NEVER
        self._hear_of_all()

    def resume_listening(self, now: float) -> None:
        """We hear again; silence counts from now, with the grace of a restart."""
        self._is_deaf = False
        for slot in self._slots.values():
            excuse_silence(slot, now, self._rules)
        self._rebuild()
        self._hear_of_all()

    def take_touched(self, most: int, now: float) -> tuple[Sequence[tuple[LiftId, dict[str, Any]]], bool]:
        """Snapshots of lifts whose state changed `STORED_AFTER_S` ago and stayed so, and whether more are due.

        Looks at no more than `most` lifts. Doors open and close all day; what is over before it is looked at need not
        outlive us.
        """
        old_enough = takewhile(lambda lift_id: now - self._touched[lift_id] >= STORED_AFTER_S, self._touched)
        due = list(islice(chain(self._told, old_enough), most))
        taken: list[tuple[LiftId, dict[str, Any]]] = []
        for lift_id in due:
            self._touched.pop(lift_id, None)
            self._told.pop(lift_id, None)
            slot = self._slots.get(lift_id)
            if slot is not None and (lasting := hash(lasting_state(slot))) != slot.stored_state:
                slot.stored_state = lasting
                taken.append((lift_id, snapshot(slot)))
        return taken, len(due) >= most

    def keep_heard(self) -> None:
        """From now on, keep which lifts are heard, for `take_heard`; at first all of them."""
        self._heard = set(self._slots)

    def take_heard(self) -> Sequence[LiftSlot]:
        """Lifts that were heard, or found silent, since this was asked last: to be read, never changed."""
        heard, self._heard = self._heard or set(), set()
        return [slot for lift_id in heard if (slot := self._slots.get(lift_id))]

    def _hear_of_all(self) -> None:
        if self._heard is not None:
            self._heard.update(self._slots)

    def snapshot_of(self, lift_id: LiftId) -> Mapping[str, Any] | None:
        """One lift's state as it would be stored, None for an unknown one."""
        slot = self._slots.get(lift_id)
        return snapshot(slot) if slot else None

    def restore(self, lift_id: LiftId, stored: Mapping[str, Any], now: float) -> None:
        """Brings back a stored state, unless the lift has been heard meanwhile. Unknown lifts are ignored."""
        slot = self._slots.get(lift_id)
        if slot is not None and slot.online is None:
            restore(slot, stored, now, self._rules)
            self._queue(slot)
            if self._heard is not None:
                self._heard.add(lift_id)

    def believe_fault(self, lift_id: LiftId, fault: Fault, since: float) -> None:
        """The lift has an open case for this: if its next status shows it no longer, it is told as cleared."""
        if slot := self._slots.get(lift_id):
            believe(slot, fault, since)

    def believe_trapped(self, lift_id: LiftId, evidence: Evidence, since: float) -> None:
        """The lift has an open case of people that its own word opened: that they are inside is not told again."""
        slot = self._slots.get(lift_id)
        if slot is not None and slot.found is None:
            slot.found, slot.found_since = evidence, since
            slot.since = since if slot.since is None else min(slot.since, since)

    def believe_lost(self, lift_id: LiftId, since: float) -> None:
        """The lift has an open case for being off line: it is told when it is heard again."""
        slot = self._slots.get(lift_id)
        if slot is not None and not slot.is_lost:
            slot.is_lost, slot.online, slot.lost_at, slot.quiet_by = True, False, since, NEVER

    def believe_untested(self, lift_id: LiftId) -> None:
        """The lift has an open case for its test call: it is told when one comes."""
        if slot := self._slots.get(lift_id):
            slot.is_test_overdue, slot.test_by = True, NEVER

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
            is_late=is_late(slot, now, self._rules),
            heard_at=slot.heard_at or None,
            skew_s=slot.skew_s,
            clock_jumps=slot.clock_jumps,
            status=slot.status,
            seen_at=seen_at,
            age_s=None if seen_at is None else max(0.0, now - seen_at),
            situation=slot.situation,
            faults=slot.faults,
            conditions=holding(slot),
            test_call_at=slot.test_call_at,
            is_test_overdue=slot.is_test_overdue,
            evidence=slot.found,
            since=slot.found_since if slot.found else None,
            alarm_number=None if slot.open_alarm == NONE_YET else slot.open_alarm[1],
        )

    def counts(self, now: float) -> Counts:
        """Looks at every lift at once: for a city, `count_in_slices`."""
        return count([*self._slots.values()], now, self._rules)

    def count_in_slices(self, now: float, at_once: int) -> Iterator[Counts]:
        """The same, so many lifts at a time: the counts so far, at last those of all who are registered now."""
        return count_in_slices(self._slots.values(), now, self._rules, at_once)

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
        self._follow_up(slot, now)
        return [replace(event, heard_in=area) if isinstance(event, AlarmRaised) else event for event in events]

    def _hold_back(self, slot: LiftSlot, message: Message, now: float) -> Sequence[Event]:
        """What a lift that floods leads to. Raises Flooded for a message of it that is left out."""
        rules = self._rules
        if now - slot.window_at >= rules.flood_window_s:
            was_calm, slot.window_at, slot.window_count = slot.window_count <= rules.flood_messages, now, 0
            if was_calm and slot.conditions and holds(slot, Fault.FLOODING):
                return clear_one(slot, Fault.FLOODING, now)
        slot.window_count += 1
        beyond = slot.window_count - rules.flood_messages
        if beyond <= 0:
            return ()
        said = f"more than {rules.flood_messages} messages in {rules.flood_window_s:g} s"
        if not holds(slot, Fault.FLOODING):
            slot.window_count -= 1  # This one is taken: the next is the first that is left out.
            return raise_one(
                slot, Fault.FLOODING, f"flooding: {said}: the rest is left out, but for alarms", now, rules
            )
        if not tracker.carries_alarm(message):
            raise Flooded(f"{said}: left out", is_first=beyond == 1)
        return ()

    def _follow_up(self, slot: LiftSlot, now: float, events: Sequence[Event] = ()) -> None:
        """What every change of a slot may lead to, whatever the message was."""
        if slot.must_test and slot.test_by == NEVER and slot.test_call_at is None and not slot.is_test_overdue:
            expect_test_calls(slot, now, self._rules)
        if self._heard is not None:
            self._heard.add(slot.lift_id)
        self._queue(slot)
        if slot.is_touched:
            slot.is_touched = False
            if any(isinstance(event, EntrapmentFound | EntrapmentEnded) for event in events):
                self._touched.pop(slot.lift_id, None)
                self._told[slot.lift_id] = None
            elif slot.lift_id not in self._told:
                self._touched.setdefault(slot.lift_id, now)

    def _queue(self, slot: LiftSlot) -> None:
        if not slot.wants_earlier:
            return
        by = self._next_by(slot)
        if by < slot.queued_by:
            slot.queued_by = by
            heappush(self._heap, (by, slot.lift_id))
            if len(self._heap) > max(2 * len(self._slots), SMALLEST_REBUILD):
                self._rebuild()

    def _next_by(self, slot: LiftSlot) -> float:
        """While we hear nobody, what is only missing cannot be told from what is there: but people wait no longer."""
        return slot.people_by if self._is_deaf else slot.next_by

    def _rebuild(self) -> None:
        """One entry for each lift that has a deadline, and no other."""
        for slot in self._slots.values():
            slot.queued_by = self._next_by(slot)
        self._heap = [(slot.queued_by, slot.lift_id) for slot in self._slots.values() if slot.queued_by != NEVER]
        heapify(self._heap)
