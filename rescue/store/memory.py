"""The store's twin in memory, for simulation: the same answers and the same refusals as PostgreSQL, without waiting.

It outlives the service that uses it, so a simulated crash is a new service on the same store. Values that PostgreSQL
keeps as JSON pass through JSON here too: what cannot be stored fails, and what is read shares nothing with what was
written. It has one user, hence no desk lock.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable, Iterator, Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

import asyncpg

from devices.messages import LiftId
from devices.state_change import StateChange
from dispatch.crews import Company, CompanyId, Crew, CrewId, Station, StationId
from rescue.desk.board import Board, Decision
from rescue.incident import (
    HOLDS_CREW,
    AlarmLedger,
    Assignment,
    AssignmentId,
    AssignmentStatus,
    Incident,
    IncidentId,
    Kind,
    Lift,
    Member,
)
from rescue.ports import Carried, Commit, KeptDecision, Outgoing, Quarantined, Rendered, TrackedLift, Wanted
from rescue.store import rows
from rescue.store.refusals import refuse_shared_codes, refuse_unknown
from rescue.store.telemetry import Place
from rescue.timeline import Entry

Value = TypeVar("Value")
Id = TypeVar("Id", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a company takes webhooks; `types` names what it wants to hear, `*` everything."""

    endpoint_id: str
    company_id: CompanyId
    url: str
    types: tuple[str, ...] = ("*",)
    enabled: bool = True
    secrets: tuple[str, ...] = ()

    def wants(self, effect: Rendered) -> bool:
        """Whether this effect goes here."""
        return self.enabled and self.company_id == effect.company_id and not {"*", effect.type}.isdisjoint(self.types)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queued:
    """One row of the outbox."""

    outbox_id: int
    key: str
    type: str
    body: str
    topic: str | None
    endpoint_id: str | None
    assignment_id: AssignmentId | None
    attempt: int | None
    created_at: datetime
    expires_at: datetime
    due_at: datetime
    tries: int = 0

    @property
    def age(self) -> tuple[datetime, int]:
        """What the outbox is ordered by."""
        return self.due_at, self.outbox_id


class _UniqueIndex(Generic[Id, Value]):
    """A unique index over values by id; `key` is None for a value that the index does not hold."""

    def __init__(self, name: str, key: Callable[[Value], Hashable | None]) -> None:
        self._name = name
        self._key = key
        self._owners: dict[Hashable, Id | None] = {}

    def moves(self, before: Mapping[Id, Value], changed: Mapping[Id, Value]) -> dict[Hashable, Id | None]:
        """Which keys change hands when these values change. Raises UniqueViolationError."""
        moved: dict[Hashable, Id | None] = {self._key(before[one]): None for one in changed if one in before}
        for one, value in changed.items():
            key = self._key(value)
            if key is None:
                continue
            if moved.get(key, self._owners.get(key)) not in {None, one}:
                raise asyncpg.UniqueViolationError(f'duplicate key value violates unique constraint "{self._name}"')
            moved[key] = one
        return moved

    def take(self, moved: Mapping[Hashable, Id | None]) -> None:
        """Bring the index to where `moves` found it going."""
        self._owners.update(moved)


class MemoryRegistry:
    """The registry."""

    def __init__(self) -> None:
        self._companies: dict[CompanyId, Company] = {}
        self._stations: dict[StationId, Station] = {}
        self._crews: dict[CrewId, Crew] = {}
        self._lifts: dict[LiftId, Lift] = {}
        self._plates: dict[str, LiftId] = {}
        self._listeners: set[asyncio.Event] = set()

    async def find_lift(self, lift_id: LiftId) -> Lift | None:
        """The registry's card of a lift."""
        return self._lifts.get(lift_id)

    async def find_lifts(self, lift_ids: Sequence[LiftId]) -> Mapping[LiftId, Lift]:
        """The registry's cards of these lifts, as far as they are registered."""
        return {lift_id: self._lifts[lift_id] for lift_id in lift_ids if lift_id in self._lifts}

    async def find_lift_by_rescue_code(self, rescue_code: str) -> Lift | None:
        """The lift whose plate bears this code."""
        lift_id = self._plates.get(rescue_code)
        return self._lifts[lift_id] if lift_id is not None else None

    async def tracked_lifts(self) -> Sequence[TrackedLift]:
        """What the tracker needs to know of every registered lift."""
        lifts = self._lifts.values()
        return [TrackedLift(lift.lift_id, lift.area, lift.place_type, dict(lift.attributes)) for lift in lifts]

    async def list_companies(self) -> Sequence[Company]:
        """Every company."""
        return list(self._companies.values())

    async def list_crews(self) -> Sequence[Crew]:
        """Every crew, placed at its station if it has no position of its own."""
        return [self._placed(crew) for crew in self._crews.values()]

    async def put_lifts(self, lifts: Sequence[Lift]) -> None:
        """Insert or replace. Raises RegistryRefused."""
        refuse_unknown("company", (lift.company_id for lift in lifts), self._companies)
        after = self._lifts | {lift.lift_id: lift for lift in lifts}
        plates = _plates(after)
        refuse_shared_codes((code, bearers) for code, bearers in sorted(plates.items()) if len(bearers) > 1)
        self._lifts = after
        self._plates = {code: bearers[0] for code, bearers in plates.items()}
        self._announce()

    async def put_companies(self, companies: Sequence[Company]) -> None:
        """Insert or replace."""
        self._companies |= {company.company_id: company for company in companies}
        self._announce()

    async def put_stations(self, stations: Sequence[Station]) -> None:
        """Insert or replace. Raises RegistryRefused."""
        refuse_unknown("company", (station.company_id for station in stations), self._companies)
        self._stations |= {station.station_id: station for station in stations}
        self._announce()

    async def put_crews(self, crews: Sequence[Crew]) -> None:
        """Insert or replace. Raises RegistryRefused."""
        refuse_unknown("company", (crew.company_id for crew in crews), self._companies)
        refuse_unknown("station", (crew.station_id for crew in crews), self._stations)
        self._crews |= {crew.crew_id: crew for crew in crews}
        self._announce()

    async def set_on_duty(self, crew_id: CrewId, on_duty: bool) -> bool:
        """Put a crew on or off duty; False if it is unknown."""
        if crew_id not in self._crews:
            return False
        self._crews[crew_id] = replace(self._crews[crew_id], on_duty=on_duty)
        self._announce()
        return True

    async def registry_changes(self) -> AsyncGenerator[None, None]:
        """Yields on starting to listen, and then when the registry has changed, for ever."""
        news = asyncio.Event()
        self._listeners.add(news)
        try:
            while True:
                yield
                await news.wait()
                news.clear()
        finally:
            self._listeners.discard(news)

    def _announce(self) -> None:
        for news in self._listeners:
            news.set()

    def _placed(self, crew: Crew) -> Crew:
        if crew.position is not None or crew.station_id is None:
            return crew
        return replace(crew, position=self._stations[crew.station_id].position)


class MemoryQuarantine:
    """The quarantine."""

    def __init__(self) -> None:
        self._quarantined: dict[int, Quarantined] = {}
        self._last_number = 0

    async def quarantine(self, rows: Sequence[Quarantined], keep: int) -> None:
        """Append; beyond the newest `keep` rows the oldest are dropped."""
        for row in rows:
            self._last_number += 1
            self._quarantined[self._last_number] = _fit_for_text(row)
        for number in sorted(self._quarantined)[: max(0, len(self._quarantined) - keep)]:
            del self._quarantined[number]

    async def list_quarantine(self, *, after: int | None, limit: int) -> Sequence[tuple[int, Quarantined]]:
        """Newest first, with their numbers, below the number `after`."""
        newest_first = sorted(self._quarantined.items(), reverse=True)
        return [(number, row) for number, row in newest_first if after is None or number < after][:limit]


class MemoryTelemetry:
    """What lifts changed to, by UTC day."""

    def __init__(self) -> None:
        self._days: dict[date, list[StateChange]] = {}

    async def append_telemetry(self, changes: Sequence[StateChange], now: datetime) -> None:
        """Write these changes; also make room for today and tomorrow."""
        for day in (now.date(), now.date() + timedelta(days=1)):
            self._days.setdefault(day, [])
        for change in changes:
            self._days.setdefault(datetime.fromtimestamp(change.at, UTC).date(), []).append(change)

    async def drop_telemetry(self, before: date) -> Sequence[date]:
        """Drop every day before this one; which they were."""
        old = sorted(day for day in self._days if day < before)
        for day in old:
            del self._days[day]
        return old

    async def list_telemetry(
        self, lift_id: LiftId, *, since: datetime, until: datetime, below: Place | None, limit: int
    ) -> list[StateChange]:
        """A lift's changes of that span, newest first, below that place in this order."""
        kept = [change for day in self._days.values() for change in day if change.lift_id == lift_id]
        spanned = [change for change in kept if since.timestamp() <= change.at < until.timestamp()]
        newest_first = sorted(spanned, key=Place.of, reverse=True)
        return [change for change in newest_first if below is None or Place.of(change) < below][:limit]


class MemoryLiftStates:
    """What the tracker must know of each lift after a restart."""

    def __init__(self) -> None:
        self._states: dict[LiftId, tuple[datetime, str]] = {}

    async def save_lift_states(self, states: Sequence[tuple[LiftId, dict[str, Any]]], now: datetime) -> None:
        """Insert or replace. ValueError for what JSON has no word for, as infinity."""
        self._states |= {lift_id: (now, json.dumps(body, allow_nan=False)) for lift_id, body in states}

    async def each_lift_state(self) -> AsyncIterator[tuple[LiftId, datetime, dict[str, Any]]]:
        """Every state with the instant at which it was saved."""
        for lift_id, (saved_at, body) in self._states.items():
            yield lift_id, saved_at, json.loads(body)


_COMMITTED = (
    "_incidents", "_assignments", "_timeline", "_ledgers", "_members", "_waiting", "_last_outbox_id", "_receivers",
    "_incident_indexes", "_assignment_indexes",
)  # fmt: skip
"""All that a commit changes."""


def _copied(value: Any) -> Any:
    """As it is now: the values within are never changed, only what holds them."""
    match value:
        case defaultdict():
            return defaultdict(value.default_factory, {key: dict(held) for key, held in value.items()})
        case dict() | set():
            return copy(value)
        case _:
            return deepcopy(value) if isinstance(value, tuple | list) else value


class MemoryStore(MemoryRegistry, MemoryQuarantine):
    """Store, Registry and Quarantine of rescue.ports."""

    def __init__(self) -> None:
        MemoryRegistry.__init__(self)
        MemoryQuarantine.__init__(self)
        self._incidents: dict[IncidentId, Incident] = {}
        self._assignments: dict[AssignmentId, Assignment] = {}
        self._timeline: defaultdict[IncidentId, dict[int, Entry]] = defaultdict(dict)
        self._ledgers: dict[LiftId, AlarmLedger] = {}
        self._members: dict[tuple[IncidentId, LiftId], Member] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self._waiting: dict[int, _Queued] = {}
        """The outbox as far as it is not done."""
        self._last_outbox_id = 0
        self._receivers: set[tuple[str, str | None]] = set()
        """Key and endpoint of every row the outbox ever had."""
        self._incident_indexes = _incident_indexes()
        self._assignment_indexes = _assignment_indexes()

    def put_endpoint(self, endpoint: Endpoint) -> None:
        """Insert or replace; with PostgreSQL this is the API's business, not the store's."""
        refuse_unknown("company", [endpoint.company_id], self._companies)
        self._endpoints[endpoint.endpoint_id] = endpoint

    async def load_board(self, standing_by: Callable[[], None] = lambda: None) -> Board:  # noqa: ARG002
        """The same as `read_board`: there is no other instance to wait for."""
        return await self.read_board()

    async def read_board(self) -> Board:
        """Every open incident, its assignments, the alarm ledgers, crews, companies and the next number."""
        open_ones = {one.incident_id: one for one in self._incidents.values() if not one.is_final}
        asked = {a.assignment_id: a for a in self._assignments.values() if a.incident_id in open_ones}
        board = Board(
            incidents=open_ones,
            assignments=asked,
            ledgers=dict(self._ledgers),
            members={(m.condition, m.lift_id): m for m in self._members.values() if m.parent_id in open_ones},
            crews={crew.crew_id: crew for crew in await self.list_crews()},
            companies=dict(self._companies),
            next_number=max((one.number for one in self._incidents.values()), default=0) + 1,
        )
        board.worked |= self._last_works()
        return board

    def _last_works(self) -> dict[CrewId, Assignment]:
        """Of all times, for here nobody knows what time it is."""
        released = (one for one in self._assignments.values() if one.status is AssignmentStatus.RELEASED)
        ended = sorted((one.ended_at, one.assignment_id) for one in released if one.on_scene_at and one.ended_at)
        return {(work := self._assignments[name]).crew_id: work for _, name in ended}

    async def hold_desk(self) -> None:
        """Always the desk."""

    async def commit(
        self,
        decision: Decision,
        effects: Sequence[Rendered],
        now: datetime,  # noqa: ARG002
        kept: KeptDecision | None = None,  # noqa: ARG002
    ) -> None:
        """Save the whole decision, or nothing of it: whatever can fail comes before whatever changes.

        What it rested on is not kept here: nobody decides again what was simulated.
        """
        incidents_json, *_ = rows.decision_row(decision, effects)
        incidents = {one.incident_id: one for one in rows.read_incidents(incidents_json)}
        entries = [replace(entry, data=json.loads(rows.to_json(dict(entry.data)))) for entry in decision.entries]
        incident_moves = [index.moves(self._incidents, incidents) for index in self._incident_indexes]
        assignment_moves = [index.moves(self._assignments, decision.assignments) for index in self._assignment_indexes]
        self._refuse_strays(incidents, decision)
        self._refuse_to_rewrite(entries)

        _take(self._incident_indexes, incident_moves)
        _take(self._assignment_indexes, assignment_moves)
        self._incidents |= incidents
        self._assignments |= decision.assignments
        self._ledgers |= decision.ledgers
        self._members |= {(one.parent_id, one.lift_id): one for one in decision.members.values()}
        for entry in entries:
            self._timeline[entry.incident_id][entry.seq] = entry
        for effect in effects:
            self._queue(effect)
        self._drop_offers(decision)

    async def commit_all(self, commits: Sequence[Commit], now: datetime) -> None:
        """Save these decisions, or nothing of any."""
        if len(commits) == 1:  # it is all or nothing by itself
            await self.commit(commits[0].decision, commits[0].effects, now, commits[0].kept)
            return
        before = {name: _copied(getattr(self, name)) for name in _COMMITTED}
        try:
            for one in commits:
                await self.commit(one.decision, one.effects, now, one.kept)
        except BaseException:
            for name, value in before.items():
                setattr(self, name, value)
            raise

    def _refuse_strays(self, incidents: Mapping[IncidentId, Incident], decision: Decision) -> None:
        named = {a.incident_id for a in decision.assignments.values()} | {e.incident_id for e in decision.entries}
        named |= {member.parent_id for member in decision.members.values()}
        if any(one not in incidents and one not in self._incidents for one in named):
            raise asyncpg.ForeignKeyViolationError("an assignment, entry or member names an incident that is not there")

    def _refuse_to_rewrite(self, entries: Sequence[Entry]) -> None:
        written: set[tuple[IncidentId, int]] = set()
        for entry in entries:
            if entry.seq in self._timeline[entry.incident_id] or (entry.incident_id, entry.seq) in written:
                raise asyncpg.UniqueViolationError('duplicate key value violates unique constraint "timeline_pkey"')
            written.add((entry.incident_id, entry.seq))

    def _queue(self, effect: Rendered) -> None:
        for endpoint_id in self._receivers_of(effect):
            if (effect.key, endpoint_id) in self._receivers:
                continue
            self._receivers.add((effect.key, endpoint_id))
            self._last_outbox_id += 1
            self._waiting[self._last_outbox_id] = _Queued(
                outbox_id=self._last_outbox_id,
                key=effect.key,
                type=effect.type,
                body=rows.to_json(effect.body),
                topic=effect.topic,
                endpoint_id=endpoint_id,
                assignment_id=effect.assignment_id,
                attempt=effect.attempt,
                created_at=effect.created_at,
                expires_at=effect.expires_at,
                due_at=effect.created_at,
            )

    def _receivers_of(self, effect: Rendered) -> Iterator[str | None]:
        if effect.topic is not None:
            yield None
        yield from (endpoint.endpoint_id for endpoint in self._endpoints.values() if endpoint.wants(effect))

    def _drop_offers(self, decision: Decision) -> None:
        answered = {a.assignment_id for a in decision.assignments.values() if a.status is not AssignmentStatus.OFFERED}
        for queued in list(self._waiting.values()):
            if queued.type == "assignment.offered" and queued.assignment_id in answered:
                del self._waiting[queued.outbox_id]

    async def find_incident(self, incident_id: IncidentId) -> Incident | None:
        """An incident, open or finished."""
        return self._incidents.get(incident_id)

    async def last_entrapments_of(self, lift_ids: Sequence[LiftId]) -> Mapping[LiftId, Incident]:
        """The newest case of people in each of these lifts, open or finished, as far as there was one."""
        asked = set(lift_ids)
        in_order = sorted(self._incidents.values(), key=lambda one: one.number)
        return {one.lift_id: one for one in in_order if one.lift_id in asked and one.is_entrapment}

    async def find_assignment(self, assignment_id: AssignmentId) -> Assignment | None:
        """One attempt, of an open case or a finished one."""
        return self._assignments.get(assignment_id)

    async def list_incidents(self, wanted: Wanted, *, after: int | None, limit: int) -> Sequence[Incident]:
        """Incidents, newest first; of open ones the gravest kind first."""
        is_open = wanted.status == "open"
        asked = {a.incident_id for a in self._assignments.values() if a.company_id == wanted.company_id}
        found = [
            one
            for one in self._incidents.values()
            if _is_wanted(one, wanted) and (wanted.company_id is None or one.incident_id in asked)
        ]
        in_order = sorted(found, key=lambda one: _place(one, is_open))
        if after is None:
            return in_order[:limit]
        kinds = {one.number: one for one in self._incidents.values()} if is_open else {}
        place = (0, -after) if not is_open else _place(kinds[after], is_open) if after in kinds else (len(Kind), 0)
        return [one for one in in_order if _place(one, is_open) > place][:limit]

    async def members_of(self, incident_id: IncidentId, *, after: LiftId | None, limit: int) -> Sequence[Member]:
        """The lifts of a parent case, recovered ones too, by their ids."""
        members = (one for one in self._members.values() if one.parent_id == incident_id)
        in_order = sorted(members, key=lambda one: one.lift_id)
        return [one for one in in_order if after is None or one.lift_id > after][:limit]

    async def assignments_of(self, incident_id: IncidentId) -> Sequence[Assignment]:
        """Every attempt of a case, in order."""
        asked = (a for a in self._assignments.values() if a.incident_id == incident_id)
        return sorted(asked, key=lambda a: a.attempt)

    async def timeline_of(self, incident_id: IncidentId) -> Sequence[Entry]:
        """A case's history, in order."""
        return [entry for _, entry in sorted(self._timeline.get(incident_id, {}).items())]

    async def due(self, now: datetime, limit: int) -> Sequence[Outgoing]:
        """Effects whose time has come, oldest first, enabled endpoints only."""
        due = sorted((one for one in self._deliverable() if one.due_at <= now), key=lambda one: one.age)
        return [self._outgoing(one) for one in due[:limit]]

    async def next_due(self) -> datetime | None:
        """When the next effect is due."""
        return min((one.due_at for one in self._deliverable()), default=None)

    async def carried(self, tries: Sequence[Carried]) -> None:
        """Write down how tries went; what ended while it was being tried has ended."""
        for one in tries:
            queued = self._waiting.pop(one.outbox_id, None)
            if queued is None or rows.outcome(one) is not None:
                continue
            due_at = one.due_at or queued.due_at
            self._waiting[one.outbox_id] = replace(queued, tries=queued.tries + 1, due_at=due_at)

    def _deliverable(self) -> Iterator[_Queued]:
        return (
            queued
            for queued in self._waiting.values()
            if queued.endpoint_id is None or self._endpoints[queued.endpoint_id].enabled
        )

    def _outgoing(self, queued: _Queued) -> Outgoing:
        endpoint = self._endpoints[queued.endpoint_id] if queued.endpoint_id is not None else None
        if endpoint is None:
            return rows.read_outgoing(asdict(queued))
        incident = self._case_told_of(queued)
        standing = {
            "is_over": incident is not None and incident.is_final,
            "is_concerned": queued.type != "incident.updated" or self._concerns(incident, endpoint.company_id),
        }
        return rows.read_outgoing(asdict(queued) | {"url": endpoint.url, "secrets": endpoint.secrets} | standing)

    def _case_told_of(self, queued: _Queued) -> Incident | None:
        told = json.loads(queued.body).get("data", {}).get("incident")
        return self._incidents.get(told["id"]) if told else None

    def _concerns(self, incident: Incident | None, company_id: CompanyId) -> bool:
        if incident is None or incident.is_final:
            return True
        asked = (a for a in self._assignments.values() if a.incident_id == incident.incident_id)
        holds = any(a.company_id == company_id and a.status in TOLD_MORE for a in asked)
        return holds or company_id in incident.company_ids or _contractor(incident) == company_id


TOLD_MORE = HOLDS_CREW | {AssignmentStatus.RELEASED}
"""A company whose attempt stands so is told how a case goes on."""


def _contractor(incident: Incident) -> CompanyId | None:
    return incident.lift.company_id if incident.lift else None


def _incident_indexes() -> tuple[_UniqueIndex[IncidentId, Incident], ...]:
    return (
        _UniqueIndex("one_incident_per_number", lambda one: one.number),
        _UniqueIndex("one_open_incident_per_lift", lambda one: None if one.is_final else one.lift_id),
    )


def _assignment_indexes() -> tuple[_UniqueIndex[AssignmentId, Assignment], ...]:
    return (
        _UniqueIndex("one_assignment_per_attempt", lambda one: (one.incident_id, one.attempt)),
        _UniqueIndex("one_assignment_per_crew", lambda one: one.crew_id if one.status in HOLDS_CREW else None),
    )


def _is_wanted(incident: Incident, wanted: Wanted) -> bool:
    """Whatever can be told from the case alone."""
    return (
        wanted.status in {"all", "closed" if incident.is_final else "open"}
        and wanted.kind in {None, incident.kind}
        and wanted.area in {None, incident.area}
        and wanted.parent_id in {None, incident.parent_id}
        and (wanted.opened_from is None or incident.opened_at >= wanted.opened_from)
        and (wanted.opened_to is None or incident.opened_at < wanted.opened_to)
    )


def _place(incident: Incident, is_open: bool) -> tuple[int, int]:
    """Where a case stands in a list."""
    return (list(Kind).index(incident.kind) if is_open else 0), -incident.number


def _take(indexes: Sequence[_UniqueIndex[Id, Value]], moves: Sequence[Mapping[Hashable, Id | None]]) -> None:
    for index, moved in zip(indexes, moves, strict=True):
        index.take(moved)


def _plates(lifts: Mapping[LiftId, Lift]) -> dict[str, list[LiftId]]:
    """The lifts that bear each rescue code."""
    bearers: defaultdict[str, list[LiftId]] = defaultdict(list)
    for lift_id in sorted(lifts):
        code = lifts[lift_id].rescue_code
        if code is not None:
            bearers[code].append(lift_id)
    return bearers


def _fit_for_text(row: Quarantined) -> Quarantined:
    return replace(row, topic=rows.printable(row.topic), reason=rows.printable(row.reason))
