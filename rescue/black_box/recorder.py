"""The recorder: what of a lift goes into the black box, and when, so that its last minutes can be decided again.

Decides that a message is kept once the tracker has taken it (what it refuses is in the quarantine), what the tracker
made of it, every waking, and when the lift's state is written down beside them, as it was *before* the message: a
checkpoint, from which `rescue.black_box.replay` sets out. Must not know what a message means.

A checkpoint costs some thirty times what a message does, so it is taken when the lift's last one is older than half the
window, or in the older half of the black box; and at most one for MESSAGES_A_CHECKPOINT messages of all lifts, so that
where the black box is too small for its city the hot path does not pay for it. Ahead of that go alarms and wakings,
which open nearly all cases of people: they may run up a debt of MOST_IN_DEBT. A recording without a checkpoint can be
read, but not decided again, and says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import groupby

from devices import payloads as parsing
from devices.fleet import Fleet, OwnRules
from devices.messages import Event, LiftId
from devices.slot import Rules
from rescue.black_box.recording import Recording, to_json, write_events
from rescue.black_box.ring import HEAD, NOWHERE, Kind, Record, Ring

WINDOW_S = 600.0
"""What a case is to keep of the time before it."""
MESSAGES_A_CHECKPOINT = 64
MOST_SAVED_UP = 2_000 * MESSAGES_A_CHECKPOINT
MOST_IN_DEBT = 4_000 * MESSAGES_A_CHECKPOINT
MARK_EVERY_S = 1.0
MARKS = 1_024
"""Of where the black box stood when, from its beginning to its end."""
MOST_BYTES = 2 * 1024 * 1024
"""Of one recording: beyond it the oldest is left out."""
RECORD_COSTS = 100
"""Bytes of a record beside what was said."""
LARGEST_MESSAGE = HEAD.size + 512 + parsing.MOST_BYTES
"""Head, topic and payload."""


class Recorder:
    """Puts into the black box what the hot path tells, and takes a lift's recording out of it."""

    def __init__(
        self,
        ring: Ring,
        fleet: Fleet,
        rules: Rules,
        own_of: Callable[[LiftId], OwnRules | None],
        window_s: float = WINDOW_S,
    ) -> None:
        """`own_of` says what rules of its own a lift has now."""
        if ring.largest < LARGEST_MESSAGE:
            raise ValueError(f"a black box of {ring.size} bytes is too small for the largest message")
        self.window_s = window_s
        self.checkpoints = 0
        """How many were taken since the start."""
        self._ring = ring
        self._fleet = fleet
        self._rules = asdict(rules)
        self._own_of = own_of
        self._checkpoint_of: dict[LiftId, int] = {}
        self._stale_below = 0
        """Checkpoints below this position are due."""
        self._saved_up = MOST_SAVED_UP
        self._marked_at = 0.0
        self._recent: deque[tuple[int, float]] = deque()
        """Where the end was, once a second, for half a window."""
        self._reach: deque[tuple[int, float]] = deque()
        """The same, for as far back as the black box goes."""
        self._anew_at = 0.0

    def expect(self, lift_id: LiftId, now: float, *, is_alarm: bool) -> None:
        """The tracker is about to take in a message of this lift."""
        if self._saved_up < MOST_SAVED_UP:
            self._saved_up += 1
        if now - self._marked_at >= MARK_EVERY_S:
            self._mark(now)
        if self._checkpoint_of.get(lift_id, NOWHERE) < self._stale_below:
            self._take_checkpoint(lift_id, now, -MOST_IN_DEBT if is_alarm else 0)

    def heard(self, lift_id: LiftId, topic: str, payload: bytes, now: float, events: Sequence[Event]) -> None:
        """It has taken the message, and this followed."""
        self._ring.put(lift_id, Kind.MESSAGE, now, topic.encode(), payload)
        if events:
            self._put(lift_id, Kind.FOUND, now, to_json(write_events(events)))

    def about_to_wake(self, lift_id: LiftId, now: float) -> None:
        """A deadline of this lift has passed, and the tracker is about to act on it."""
        if self._checkpoint_of.get(lift_id, NOWHERE) < self._stale_below:
            self._take_checkpoint(lift_id, now, -MOST_IN_DEBT)
        self._ring.put(lift_id, Kind.WAKING, now, b"", b"")

    def woken(self, events: Sequence[Event], now: float) -> None:
        """This followed from wakings, lift by lift."""
        for lift_id, found in groupby(events, key=lambda event: event.lift_id):
            self._put(lift_id, Kind.FOUND, now, to_json(write_events(list(found))))

    def begin_anew(self, now: float) -> None:
        """The lifts' states were changed by other than messages and time: what came before leads nowhere."""
        self._anew_at = now
        self._stale_below = self._ring.end

    def read(self, lift_id: LiftId, now: float) -> Recording:
        """The lift's last minutes."""
        kept, is_cut = self._collect(lift_id, now - 1.5 * self.window_s)
        return Recording(
            lift_id=lift_id,
            taken_at=now,
            rules=self._rules,
            records=_from_window(kept, now - self.window_s, self._anew_at),
            reaches_back_to=self._reach[0][1] if self._reach else None,
            is_cut=is_cut,
        )

    def reach_s(self, now: float) -> float:
        """How far back the black box goes now."""
        return now - self._reach[0][1] if self._reach else 0.0

    def _collect(self, lift_id: LiftId, since: float) -> tuple[Sequence[Record], bool]:
        """What there is since then, oldest first, and whether there was too much."""
        kept: deque[Record] = deque()
        size = 0
        for record in self._ring.newest_first(lift_id):
            size += RECORD_COSTS + len(record.said)
            if size > MOST_BYTES:
                return kept, True
            if record.at < since:
                break
            kept.appendleft(record)
        return kept, False

    def _take_checkpoint(self, lift_id: LiftId, now: float, least: int) -> None:
        if self._saved_up - MESSAGES_A_CHECKPOINT < least:
            return
        state = self._fleet.snapshot_of(lift_id)
        said = None
        if state is not None:
            own = self._own_of(lift_id)
            said = {"area": self._fleet.area_of(lift_id), "own": asdict(own) if own else None, "state": state}
        self._saved_up -= MESSAGES_A_CHECKPOINT
        self.checkpoints += 1
        position = self._put(lift_id, Kind.CHECKPOINT, now, to_json(said))
        if position is not None:
            self._checkpoint_of[lift_id] = position

    def _put(self, lift_id: LiftId, kind: Kind, at: float, said: bytes) -> int | None:
        """What we add may be too large for a black box made small; a lift's own words never are."""
        if HEAD.size + len(said) > self._ring.largest:
            return None
        return self._ring.put(lift_id, kind, at, b"", said)

    def _mark(self, now: float) -> None:
        """Once a second: how old is which position?"""
        end, begin = self._ring.end, self._ring.begin
        self._marked_at = now
        self._recent.append((end, now))
        while self._recent[0][1] < now - self.window_s / 2:
            self._stale_below = max(self._stale_below, self._recent.popleft()[0])
        self._stale_below = max(self._stale_below, (begin + end) // 2)
        if not self._reach or end - self._reach[-1][0] >= self._ring.size // MARKS:
            self._reach.append((end, now))
        while len(self._reach) > 1 and self._reach[0][0] < begin:
            self._reach.popleft()
        self._forget(begin)

    def _forget(self, begin: int) -> None:
        if len(self._checkpoint_of) > 2 * len(self._ring):
            self._checkpoint_of = {one: position for one, position in self._checkpoint_of.items() if position >= begin}


def _from_window(records: Sequence[Record], since: float, anew_at: float) -> tuple[Record, ...]:
    """From the last checkpoint before the window on, if there is one; of later checkpoints none is needed."""
    usable = [n for n, one in enumerate(records) if one.kind is Kind.CHECKPOINT and one.at > anew_at]
    early = [n for n in usable if records[n].at <= since]
    start = early[-1] if early else min(usable, default=len(records))
    return tuple(
        record
        for n, record in enumerate(records)
        if n == start or (record.kind is not Kind.CHECKPOINT and (n > start or record.at >= since))
    )
