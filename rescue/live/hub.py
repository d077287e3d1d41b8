"""What all clients of this process share: the events of the epoch, the heartbeat, the marks of the lifts, who is there.

Takes in each committed decision, looks once a second at what changes beside the desk, and four times a second at the
lifts that were heard. Each client reads from here at its own pace (`conversation`); none is waited for. What fails here
must never reach the desk: then the epoch ends, and everybody is told everything anew.

Limits: events travel at once, but those that follow within 50 ms travel together, so that a client is woken at most
twenty times a second however much happens; the ring's are said there. A snapshot is worded at most once in 5 s a lane:
who comes later begins with that one and is told the events since.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from devices.fleet import Fleet
from rescue.desk.board import Board, Decision
from rescue.live.build import Build
from rescue.live.changes import Change, Operator, Teller
from rescue.live.directory import Directory
from rescue.live.marks import Marks
from rescue.live.messages import HEARTBEAT_S, PROTOCOL, Heartbeat, Hello, Lane
from rescue.live.presence import Guest, present
from rescue.live.ring import Ring
from rescue.live.snapshots import SharedSnapshot
from rescue.live.wording import Wording, line
from rescue.ports import Clock, StoreUnavailable

TOGETHER_WITHIN_S = 0.05
MOMENT_S = 0.25
CLOSE_WITHIN_S = 1.0
SNAPSHOT_LASTS = timedelta(seconds=5)
NOTED_AT_ONCE = 1_000
"""Lifts whose marks are made before the event loop may do something else: some 2 ms."""

log = structlog.get_logger(__name__)


class Desk(Protocol):
    """The desk as it is shown."""

    @property
    def board(self) -> Board:
        """The open cases as last committed; another board whenever they were read anew."""
        ...

    @property
    def is_loaded(self) -> bool:
        """The board is in memory, and this process is the desk."""
        ...

    @property
    def trouble(self) -> str:
        """Why nothing can be decided now, "" if it can."""
        ...


@dataclass(slots=True)
class LiveCounts:
    """What clients were told since the start."""

    happened: int = 0
    sent: int = 0
    frames: int = 0
    moments_skipped: int = 0
    cut_off: int = 0


class Place(Protocol):
    """A client as the hub knows it."""

    @property
    def guest(self) -> Guest:
        """Who it is."""
        ...

    @property
    def watches(self) -> bool:
        """It is told of lifts."""
        ...

    def wake(self) -> None:
        """There is something to be told."""
        ...

    def look(self, now: float) -> None:
        """Whether it still takes what it is told; `now` is the event loop's."""
        ...


class Hub:
    """Made once a process; `committed` and `outdate` are told to it, `run` is its work."""

    def __init__(
        self,
        *,
        desk: Desk,
        fleet: Fleet,
        marks: Marks,
        directory: Directory,
        wording: Wording,
        clock: Clock,
        build: Build,
        new_epoch: Callable[[], str],
        on_shift_since: Callable[[], Mapping[str, datetime]] = dict,
    ) -> None:
        self.counts = LiveCounts()
        self.marks = marks
        self.directory = directory
        self.closing = asyncio.Event()
        self.beat = 0
        self.beat_line = b""
        self._desk = desk
        self._fleet = fleet
        self._wording = wording
        self._clock = clock
        self._build = build
        self._new_epoch = new_epoch
        self._on_shift_since = on_shift_since
        self._clients: set[Place] = set()
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._is_flush_due = False
        self._flushed_at = 0.0
        fleet.keep_heard()
        self._begin_epoch()

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def is_open(self) -> bool:
        """There is something to tell: this process is the desk."""
        return self._desk.is_loaded

    # What happens

    def committed(self, decision: Decision) -> None:
        """The desk has committed this and put it on its board."""
        try:
            if not self._is_other_board():
                self._tell(self._teller.decided(decision, self._clock.now()))
        except Exception:
            log.exception("consoles could not be told: they are told everything anew")
            self._begin_epoch()

    async def run(self) -> None:
        """Look around, for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._look_for_ever())
            both.create_task(self._mark_for_ever())

    async def close(self) -> None:
        """Every client is told that the service stops, and goes."""
        self.closing.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self._nobody.wait()

    # What a client asks

    @contextmanager
    def entered(self, place: Place) -> Iterator[None]:
        """The client is there, for as long as this lasts."""
        self._clients.add(place)
        self._nobody.clear()
        try:
            yield
        finally:
            self._clients.discard(place)
            if not self._clients:
                self._nobody.set()

    def hello(self, guest: Guest) -> bytes:
        """The first words to whoever comes."""
        self._is_other_board()
        return line(
            Hello(
                epoch=self.epoch,
                seq=self.ring.seq,
                kept_from=self.ring.kept_from,
                protocol=PROTOCOL,
                version=self._build.version,
                build=self._build.files,
                now=self._clock.now(),
                heartbeat_s=HEARTBEAT_S,
                lane=guest.lane,
                name=guest.principal.name,
                role=guest.role,
            )
        )

    def snapshot(self, lane: Lane) -> SharedSnapshot:
        """Everything, as of now or a few seconds ago: the events since are in the ring."""
        now = self._clock.now()
        known = self._snapshots.get(lane)
        if known is None or now - known.at > SNAPSHOT_LASTS or not self.ring.can_resume(known.seq):
            known = self._snapshots[lane] = SharedSnapshot(self._wording, lane, self._teller.scene(), now)
        return known

    def figures(self) -> Mapping[str, float]:
        """What /metrics shows of this."""
        lanes = Counter(place.guest.lane for place in self._clients)
        return {
            "rescue_live_clients": len(self),
            **{f"rescue_live_{lane}_clients": lanes[lane] for lane in Lane},
            "rescue_live_watching_clients": sum(place.watches for place in self._clients),
            "rescue_live_events_total": self.counts.happened,
            "rescue_live_events_sent_total": self.counts.sent,
            "rescue_live_frames_sent_total": self.counts.frames,
            "rescue_live_moments_skipped_total": self.counts.moments_skipped,
            "rescue_live_cut_off_total": self.counts.cut_off,
        }

    # The work

    async def _look_for_ever(self) -> None:
        while True:
            try:
                self._look()
            except Exception:
                log.exception("consoles could not be told: they are told everything anew")
                self._begin_epoch()
            await asyncio.sleep(HEARTBEAT_S)

    def _look(self) -> None:
        """At the crews and at who is there; then the heart beats."""
        now = self._clock.now()
        if not self._is_other_board():
            found = (self._teller.look(now), self._teller.meet(self._present(), now))
            for change in filter(None, found):
                self._tell(change)
        self.beat += 1
        lifts_version = self.directory.newest.version
        beat = Heartbeat(now=now, seq=self.ring.seq, trouble=self._desk.trouble, lifts_version=lifts_version)
        self.beat_line = line(beat)
        for place in self._clients:
            place.look(asyncio.get_running_loop().time())
        self._wake_all()

    async def _mark_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        by = loop.time()
        while True:
            by = max(by + MOMENT_S, loop.time())
            await asyncio.sleep(by - loop.time())
            if not any(place.watches for place in self._clients):
                continue
            try:
                await self._mark()
            except Exception:
                log.exception("lifts could not be marked: their marks are old")

    async def _mark(self) -> None:
        with suppress(StoreUnavailable):  # then by the directory before
            await self.directory.current()
        heard = self._fleet.take_heard()
        for start in range(0, len(heard), NOTED_AT_ONCE):
            self.marks.note(heard[start : start + NOTED_AT_ONCE])
            await asyncio.sleep(0)
        now = self._clock.now().timestamp()
        self.marks.find_late(now)
        self.marks.close_moment(now)
        self._wake_all()

    def _tell(self, change: Change) -> None:
        self.ring.append(change)
        self.counts.happened += 1
        if not self._is_flush_due and self._clients:
            self._is_flush_due = True
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time(), self._flushed_at + TOGETHER_WITHIN_S), self._flush)

    def _flush(self) -> None:
        self._is_flush_due, self._flushed_at = False, asyncio.get_running_loop().time()
        self._wake_all()

    def _wake_all(self) -> None:
        for place in self._clients:
            place.wake()

    def _present(self) -> tuple[Operator, ...]:
        return present((place.guest for place in self._clients), self._on_shift_since())

    def _is_other_board(self) -> bool:
        """The cases were read anew: an epoch of its own."""
        if self._desk.board is self._teller.board:
            return False
        self._begin_epoch()
        return True

    def _begin_epoch(self) -> None:
        self.epoch = self._new_epoch()
        self.ring = Ring(self._wording)
        self._teller = Teller(self._desk.board, self._present())
        self._snapshots: dict[Lane, SharedSnapshot] = {}
        self._wake_all()
