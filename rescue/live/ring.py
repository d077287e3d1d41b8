"""The last events of an epoch, from which each client is told what it has not seen: one ring for all of them.

A client has no queue of its own, only its place in here; whoever falls behind the oldest that is kept cannot be told
any more. An event is worded when the first client of a lane asks for it, once for all of them, and so is what several
events in a row make together.

Limits: 5,000 events, and 20,000 cases, attempts, entries and crews in them, some 60 MB once worded; at most 256 KiB of
events travel together, unless a single one is longer.
"""

from __future__ import annotations

from collections.abc import Iterator

from rescue.live.changes import Change
from rescue.live.messages import Lane
from rescue.live.wording import Wording

EVENTS = 5_000
WEIGHT = 20_000
TOGETHER = 256 * 1024


class Ring:
    """Events in a row; `kept_from` is the newest that is no longer needed to go on."""

    def __init__(self, wording: Wording, *, events: int = EVENTS, weight: int = WEIGHT) -> None:
        self.seq = 0
        self.kept_from = 0
        self._wording = wording
        self._most_events, self._most_weight = events, weight
        self._weight = 0
        self._changes: dict[int, Change] = {}
        self._lines: dict[tuple[Lane, int], bytes] = {}
        self._together: dict[tuple[Lane, int], tuple[bytes, int]] = {}

    def append(self, change: Change) -> None:
        """The next event; for it the oldest may have to go."""
        self._changes[change.seq] = change
        self.seq = change.seq
        self._weight += change.weight
        self._together.clear()
        while len(self._changes) > self._most_events or (self._weight > self._most_weight and len(self._changes) > 1):
            self._drop_oldest()

    def can_resume(self, seq: int) -> bool:
        """Whoever has seen this can be told what came after."""
        return self.kept_from <= seq <= self.seq

    def after(self, lane: Lane, seq: int) -> tuple[bytes, int]:
        """The events after this one that travel together, a line each, and the `seq` of the last of them.

        KeyError if what came next is no longer kept.
        """
        found = self._together.get((lane, seq))
        if found is None:
            found = self._together[lane, seq] = self._join(lane, seq)
        return found

    def _join(self, lane: Lane, seq: int) -> tuple[bytes, int]:
        lines = list(self._until_enough(lane, seq))
        return b"\n".join(lines), seq + len(lines)

    def _until_enough(self, lane: Lane, seq: int) -> Iterator[bytes]:
        length = 0
        for number in range(seq + 1, self.seq + 1):
            worded = self._word(lane, number)
            length += len(worded)
            if length > TOGETHER and number > seq + 1:
                return
            yield worded

    def _word(self, lane: Lane, seq: int) -> bytes:
        worded = self._lines.get((lane, seq))
        if worded is None:
            worded = self._lines[lane, seq] = self._wording.event(lane, self._changes[seq])
        return worded

    def _drop_oldest(self) -> None:
        self.kept_from += 1
        self._weight -= self._changes.pop(self.kept_from).weight
        for lane in Lane:
            self._lines.pop((lane, self.kept_from), None)
