"""The black box: the last that every lift said, in one block of memory where the newest overwrites the oldest.

Decides where a record stands, how the records of one lift hang together, and when one is gone. Must not know what a
record means, nor when one is put: the recorder does.

A record is a head and what was said. Positions only rise; the place of a position is its remainder by the size, and a
record that does not fit before the end begins at the start. Each record knows the position of the lift's one before it,
so that a lift's history is read backwards along its own chain, among 120,000 others. A position further back than the
size has been overwritten: there the chain ends. So the limit is the size: how many minutes that is depends on how much
the lifts say, and the oldest go first, whoever's they are.

`put` is on the hot path of every message: no object outlives it but the number of the position.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import structlog

from devices.messages import LiftId

log = structlog.get_logger(__name__)

HEAD = struct.Struct("<qdBHI")
"""Position of the one before, or NOWHERE; instant; kind; bytes of the topic; bytes of what was said."""
NOWHERE = -1
LARGEST_SHARE = 16
"""No record is larger than this part of the whole: one lift may not push out all others."""
FORGET_FIRST_AT = 1024


class Kind(IntEnum):
    """What a record holds."""

    MESSAGE = 1
    """A topic, and the bytes that came on it."""
    CHECKPOINT = 2
    """The tracker's state of the lift, as JSON."""
    WAKING = 3
    """The tracker was woken because a deadline of the lift had passed. Nothing was said."""
    FOUND = 4
    """What the tracker made of the record before, as JSON."""


class Record(NamedTuple):
    """One record, as it was put."""

    kind: Kind
    at: float
    """By our clock."""
    topic: str
    said: bytes


class Ring:
    """A block of memory with the newest records of all lifts."""

    def __init__(self, size: int, directory: Path | None = None) -> None:
        """With `directory`, a file there that nobody else can see. Raises OSError if there is not that much room.

        A file lets the machine take its memory back for better use; its room is taken at once, for a disk that is full
        later would end the process in the midst of a write. Nothing of it outlives the process.
        """
        self.size = size
        self.largest = self.size // LARGEST_SHARE
        self.end = 0
        """The position of the next record."""
        self._memory = _reserve(self.size, directory)
        self._newest: dict[LiftId, int] = {}
        self._forget_at = FORGET_FIRST_AT

    @property
    def begin(self) -> int:
        """The earliest position that may still hold a record."""
        return self.end - self.size

    def __len__(self) -> int:
        """Of how many lifts the newest record's position is kept, be it overwritten or not."""
        return len(self._newest)

    def put(self, lift_id: LiftId, kind: Kind, at: float, topic: bytes, said: bytes) -> int:
        """Add a record; its position. ValueError for one larger than `largest`, and nothing is put."""
        length = HEAD.size + len(topic) + len(said)
        if length > self.largest:
            raise ValueError(f"a record of {length} bytes is larger than {self.largest}")
        position = self.end
        place = position % self.size
        if place + length > self.size:
            position += self.size - place
            place = 0
        head = HEAD.pack(self._newest.get(lift_id, NOWHERE), at, kind, len(topic), len(said))
        self._memory[place : place + length] = head + topic + said
        self.end = position + length
        self._newest[lift_id] = position
        if len(self._newest) >= self._forget_at:
            self._forget()
        return position

    def newest_first(self, lift_id: LiftId) -> Iterator[Record]:
        """What the lift's chain still holds. Nothing may be put meanwhile."""
        position = self._newest.get(lift_id, NOWHERE)
        while position >= max(0, self.begin):
            place = position % self.size
            before, at, kind, topic_length, length = HEAD.unpack_from(self._memory, place)
            middle = place + HEAD.size + topic_length
            topic = self._memory[place + HEAD.size : middle].decode()
            yield Record(Kind(kind), at, topic, self._memory[middle : middle + length])
            position = before

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()

    def _forget(self) -> None:
        """Lifts of which nothing is left: strangers that once called would otherwise be kept for ever."""
        self._newest = {lift_id: position for lift_id, position in self._newest.items() if position >= self.begin}
        self._forget_at = max(FORGET_FIRST_AT, 2 * len(self._newest))


def open_ring(megabytes: int, directory: Path) -> Ring:
    """A black box of this size, in this directory if there is one with so much room, else in memory alone."""
    size = megabytes * 1024 * 1024
    if directory.is_dir():
        try:
            return Ring(size, directory)
        except OSError as error:
            log.warning("black box kept in memory alone", reason=error.strerror, megabytes=megabytes)
    return Ring(size)


def _reserve(size: int, directory: Path | None) -> mmap.mmap:
    if directory is None:
        return mmap.mmap(-1, size)
    with tempfile.TemporaryFile(dir=directory) as file:
        os.posix_fallocate(file.fileno(), 0, size)
        return mmap.mmap(file.fileno(), size)
