"""Recordings on their way to the database: taken when a case opens or becomes graver, stored a moment later.

Decides which decisions deserve a recording: a case that opens, whoever reported it, and one that from now on is about
people or is surer than before, for then a crew is sent. Not in the transaction of the decision: nobody's alarm may wait
for, or fail by, what is only looked at afterwards. The price: a crash in that moment loses the recording, not the case.

Limits: 2,000 recordings or 64 MB wait while the database is away, and are tried again every second, for ever; what is
taken beyond that is dropped and counted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import structlog

from devices.messages import LiftId
from rescue.black_box.recording import Recording, write_recording
from rescue.desk.board import Decision
from rescue.incident import Incident, IncidentId
from rescue.ports import Clock, StoreUnavailable

WAITS = 2_000
WAITING_BYTES = 64 * 1024 * 1024
AGAIN_AFTER_S = 1.0

log = structlog.get_logger(__name__)

Gravity = tuple[bool, int]
"""Whether the case is about people, and how sure that is."""


class RecordingStore(Protocol):
    """Where recordings are kept. Every method may raise StoreUnavailable."""

    async def put_recording(self, incident_id: IncidentId, recording: Recording, body: str) -> None:
        """Write it down, once."""
        ...


@dataclass(slots=True)
class RecordingCounts:
    """What became of the recordings since the start."""

    stored: int = 0
    dropped: int = 0


class Recordings:
    """Those that wait to be stored. `read` takes a lift's last minutes out of the black box."""

    def __init__(self, read: Callable[[LiftId, float], Recording], store: RecordingStore, clock: Clock) -> None:
        self.counts = RecordingCounts()
        self._read = read
        self._store = store
        self._clock = clock
        self._gravities: dict[IncidentId, Gravity] = {}
        self._waiting: deque[tuple[IncidentId, Recording]] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many are not stored yet."""
        return len(self._waiting)

    def take(self, decision: Decision) -> None:
        """This was decided and committed."""
        opened = {entry.incident_id for entry in decision.entries if entry.what == "opened"}
        now = self._clock.now().timestamp()
        for incident in self._graver(decision.incidents.values(), opened):
            assert incident.lift_id is not None
            self._keep(incident.incident_id, self._read(incident.lift_id, now))

    async def run(self) -> None:
        """Store what is taken, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.store()
            except StoreUnavailable as error:
                log.warning("recordings wait", reason=str(error), waiting=self.waiting)
                await asyncio.sleep(AGAIN_AFTER_S)
                self._wake.set()

    async def store(self) -> None:
        """Store what waits. Raises StoreUnavailable; what was not stored waits on."""
        while self._waiting:
            incident_id, recording = self._waiting[0]
            # Some milliseconds for a lift that said much, and alarms share this core.
            body = await asyncio.to_thread(write_recording, recording)
            await self._store.put_recording(incident_id, recording, body)
            self._waiting.popleft()
            self._bytes -= _size(recording)
            self.counts.stored += 1

    def _graver(self, incidents: Iterable[Incident], opened: set[IncidentId]) -> list[Incident]:
        """Those that have opened or become graver, of cases with a lift."""
        found = []
        for incident in incidents:
            gravity = (incident.is_entrapment, incident.evidence.confidence.rank)
            before = self._gravities.get(incident.incident_id, gravity)
            if incident.is_final:
                self._gravities.pop(incident.incident_id, None)
            elif incident.lift_id is not None:
                self._gravities[incident.incident_id] = max(gravity, before)
                found += [incident] if incident.incident_id in opened or gravity > before else []
        return found

    def _keep(self, incident_id: IncidentId, recording: Recording) -> None:
        size = _size(recording)
        if len(self._waiting) >= WAITS or self._bytes + size > WAITING_BYTES:
            self.counts.dropped += 1
            return
        self._waiting.append((incident_id, recording))
        self._bytes += size
        self._wake.set()


def _size(recording: Recording) -> int:
    return sum(len(record.said) for record in recording.records)
