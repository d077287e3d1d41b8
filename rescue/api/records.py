"""What people and companies look up, beyond what the desk needs: assignments, lifts by a word or back in time, figures.

Each question is put for one company, or for `None`, which is the rescue centre and sees all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from devices.messages import Area, LiftId
from devices.state_change import StateChange
from dispatch.crews import CompanyId
from rescue.black_box.recording import Recording
from rescue.incident import Assignment, AssignmentId, AssignmentStatus, IncidentId, Kind, Lift, Status
from rescue.ports import Quarantined
from rescue.store.black_boxes import fetch_recordings
from rescue.store.connections import Pool, reachable
from rescue.store.rows import Record, read_assignment, read_lift, read_quarantined
from rescue.store.sql import load_queries
from rescue.store.telemetry import Place, read_change

SQL = load_queries("records")
TELEMETRY = load_queries("telemetry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The cases opened since some instant: how many stand where, and the mean time to arrival; the same by kind."""

    by_status: Mapping[Status, int]
    arrivals: int
    mean_arrival_s: float | None
    by_kind: Mapping[Kind, Figures] = field(default_factory=dict)


class SourceKind(StrEnum):
    """By what false alarms are told apart."""

    LIFT = "lift"
    BUILDING = "building"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarmSource:
    """Where false alarms come from: of so many cases of people, so many were none."""

    key: str
    label: str
    cases: int
    false_alarms: int
    last_at: datetime


class Records:
    """Readings of the database. Every method may raise StoreUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list_assignments(
        self,
        company_id: CompanyId | None,
        statuses: Collection[AssignmentStatus] | None,
        after: AssignmentId | None,
        limit: int,
    ) -> list[Assignment]:
        """Attempts, the newest first, offered before the attempt `after`; `statuses` None for all."""
        with reachable():
            rows = await self._pool.fetch(SQL["list_assignments"], company_id, statuses, after, limit)
        return [read_assignment(row) for row in rows]

    async def search_lifts(
        self,
        company_id: CompanyId | None,
        *,
        vendor_id: str | None = None,
        rescue_code: str | None,
        area: Area | None,
        word: str | None,
        after: LiftId | None,
        limit: int,
    ) -> list[Lift]:
        """Registered lifts by id, above the id `after`; `word` is sought in id, code, address and building."""
        with reachable():
            rows = await self._pool.fetch(
                SQL["search_lifts"], company_id, rescue_code, area, word, after, limit, vendor_id
            )
        return [read_lift(row) for row in rows]

    async def list_telemetry(
        self, lift_id: LiftId, *, since: datetime, until: datetime, below: Place | None, limit: int
    ) -> list[StateChange]:
        """What a lift changed to, the newest first; `until` is not part of the span, nor is the place `below`."""
        if below is not None:
            # Also as a bound of the index: whoever pages far back does not read all that is newer each time.
            until = min(until, below.at + timedelta(microseconds=1))
        with reachable():
            rows = await self._pool.fetch(
                TELEMETRY["list"], lift_id, since, until, *(below or (None, None, None)), limit
            )
        return [read_change(row) for row in rows]

    async def quarantine_of_vendor(
        self, vendor_id: str, *, after: int | None, limit: int
    ) -> list[tuple[int, Quarantined]]:
        """What nobody could use of the messages of this vendor's lifts, newest first, below the number `after`."""
        with reachable():
            rows = await self._pool.fetch(SQL["quarantine_of_vendor"], vendor_id, after, limit)
        return [read_quarantined(row) for row in rows]

    async def recordings_of(self, incident_id: IncidentId) -> list[Recording]:
        """What the black box held of a case's lift when it opened or became graver, oldest first."""
        return await fetch_recordings(self._pool, incident_id)

    async def false_alarm_sources(
        self, since: datetime, until: datetime, by: SourceKind, limit: int
    ) -> list[FalseAlarmSource]:
        """Of the cases of people opened in that span, the sources of false alarms, the worst first."""
        with reachable():
            rows = await self._pool.fetch(SQL["false_alarm_sources"], since, until, by, limit)
        return [FalseAlarmSource(**row) for row in rows]

    async def figures(self, since: datetime) -> Figures:
        """The cases opened since that instant."""
        with reachable():
            rows = await self._pool.fetch(SQL["count_cases"], since)
        kinds = dict.fromkeys(Kind(row["kind"]) for row in rows)
        by_kind = {kind: _figures([row for row in rows if row["kind"] == kind]) for kind in kinds}
        return replace(_figures(rows), by_kind=by_kind)


def _figures(rows: Sequence[Record]) -> Figures:
    arrivals = sum(row["arrivals"] for row in rows)
    by_status: Counter[Status] = Counter()
    for row in rows:
        by_status[Status(row["status"])] += row["cases"]
    return Figures(
        by_status=by_status,
        arrivals=arrivals,
        mean_arrival_s=sum(row["arrival_s"] for row in rows) / arrivals if arrivals else None,
    )
