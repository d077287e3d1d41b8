"""From the broker to the tracker and, for the one message in a thousand that is news, on to the desk.

`on_message` is the hot path: parse, track, done. It touches no database, lock or task. A message we cannot use goes
to quarantine with its reason and is acknowledged, so that it harms nobody else. A QoS 1 message that is news is
acknowledged only when the desk has committed everything it led to.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from devices.errors import Flooded, Refused
from devices.fleet import Fleet
from devices.messages import Event, LiftId
from devices.mqtt import Receipt
from devices.payloads import parse, parse_crew_topic, parse_position, parse_topic
from devices.tracker import carries_alarm
from dispatch.crews import CrewId, Position
from rescue.black_box.recorder import Recorder
from rescue.desk.board import Outcome
from rescue.ports import Clock, Quarantine, Quarantined, StoreUnavailable
from rescue.shell.service import DeskService, lift_actor

log = structlog.get_logger(__name__)

QUARANTINE_WAITS = 1_000
"""Unusable messages waiting to be written down; beyond it they are counted and not kept."""
QUARANTINE_KEEPS = 100_000
KEPT_BYTES = 8_192
EXPIRE_AT_ONCE = 200
"""Lifts whose deadlines pass before the event loop may do something else."""
FLUSH_EVERY_S = 0.5


class UnknownCrew(Refused):
    """Nobody registered this crew with this company."""


@dataclass(slots=True)
class IngestCounts:
    """What came in since the start."""

    messages: int = 0
    news: int = 0
    positions: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    not_kept: int = 0


class Ingest:
    """One shard's messages on their way in."""

    def __init__(
        self,
        *,
        fleet: Fleet,
        desk: DeskService,
        quarantine: Quarantine,
        recorder: Recorder,
        clock: Clock,
        acknowledge: Callable[[Receipt], None],
        seconds: Callable[[], float] | None = None,
    ) -> None:
        """`acknowledge` is the link's; it is called after commit. `seconds` is the clock's time, cheaper to ask for."""
        self.counts = IngestCounts()
        self._fleet = fleet
        self._desk = desk
        self._quarantine = quarantine
        self._recorder = recorder
        self._clock = clock
        self._seconds = seconds or (lambda: clock.now().timestamp())
        self._acknowledge = acknowledge
        self._unusable: deque[Quarantined] = deque()
        self._wake = asyncio.Event()

    def on_message(self, topic: str, payload: bytes, _retained: bool, receipt: Receipt | None) -> None:
        """Take in one message of the broker."""
        self.counts.messages += 1
        events: Sequence[Event] = ()
        try:
            if topic.startswith("crews/"):
                self._place_crew(topic, payload, self._clock.now())
            else:
                events = self._observe(topic, payload, self._seconds())
        except Flooded as error:
            self._leave_out(topic, payload, error, self._clock.now())
        except Refused as error:
            self._put_aside(topic, payload, type(error).__name__, error.reason, self._clock.now())
        if events:
            self._tell(events, receipt)
        elif receipt:
            self._acknowledge(receipt)

    async def run_deadlines(self) -> None:
        """Let the tracker's deadlines pass, for ever."""
        while True:
            now = self._clock.now().timestamp()
            events = self._fleet.expire(now, EXPIRE_AT_ONCE)
            if events:
                self._recorder.woken(events, now)
                self._tell(events, None)
            await asyncio.sleep(self._seconds_to_deadline())

    async def run_quarantine(self) -> None:
        """Write unusable messages down in batches, for ever; while the database is away they wait."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            rows = list(self._unusable)
            try:
                await self._quarantine.quarantine(rows, QUARANTINE_KEEPS)
            except StoreUnavailable as error:
                log.warning("quarantine waits", reason=str(error), waiting=len(rows))
                self._wake.set()
            else:
                for _ in rows:
                    self._unusable.popleft()
            await asyncio.sleep(FLUSH_EVERY_S)

    def _observe(self, topic: str, payload: bytes, now: float) -> Sequence[Event]:
        area, lift_id, channel = parse_topic(topic)
        message = parse(channel, payload, self._fleet.profile_of(lift_id))
        self._recorder.expect(lift_id, now, is_alarm=carries_alarm(message))
        events = self._fleet.observe(area, lift_id, message, now)
        self._recorder.heard(lift_id, topic, payload, now, events)
        return events

    def _place_crew(self, topic: str, payload: bytes, now: datetime) -> None:
        company_id, crew_id = parse_crew_topic(topic)
        crew = self._desk.board.crews.get(CrewId(crew_id))
        if crew is None or crew.company_id != company_id:
            raise UnknownCrew(f"company {company_id} has no crew {crew_id}")
        said = parse_position(payload)
        self._desk.board.place(crew.crew_id, Position(lon=said.lon, lat=said.lat), now)
        self.counts.positions += 1

    def _tell(self, events: Sequence[Event], receipt: Receipt | None) -> None:
        self.counts.news += len(events)
        left = len(events)

        def settle(_outcome: Outcome) -> None:
            nonlocal left
            left -= 1
            if not left and receipt:
                self._acknowledge(receipt)

        for event in events:
            self._desk.hear(event, lift_actor(LiftId(event.lift_id)), settle)

    def _leave_out(self, topic: str, payload: bytes, error: Flooded, now: datetime) -> None:
        """A lift that floods must not flood the quarantine as well: of each window, the first is put aside."""
        if error.is_first:
            self._put_aside(topic, payload, type(error).__name__, error.reason, now)
        else:
            self.counts.quarantined[Flooded.__name__] += 1

    def _put_aside(self, topic: str, payload: bytes, kind: str, reason: str, now: datetime) -> None:
        self.counts.quarantined[kind] += 1
        if len(self._unusable) >= QUARANTINE_WAITS:
            self.counts.not_kept += 1
            return
        row = Quarantined(at=now, topic=topic[:512], reason=reason, payload=payload[:KEPT_BYTES], size=len(payload))
        self._unusable.append(row)
        self._wake.set()

    def _seconds_to_deadline(self) -> float:
        """At most a second: a message may set an earlier deadline meanwhile."""
        by = self._fleet.next_deadline()
        if by is None:
            return 1.0
        return min(1.0, max(0.0, by - self._clock.now().timestamp()))
