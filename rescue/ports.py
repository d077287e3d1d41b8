"""What the shell needs of the outside world, as protocols: each has a real part and, for tests, a fake.

Whatever claims to be a Store passes tests/contract/test_store.py. `now` is always an argument: no store reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from devices.messages import Area, LiftId
from dispatch.crews import Company, CompanyId, Crew, CrewId, Station
from rescue.desk.board import Board, Decision
from rescue.incident import Assignment, AssignmentId, Incident, IncidentId, Kind, Lift, Member
from rescue.timeline import Entry


class StoreUnavailable(Exception):
    """The database did not answer; whether the last commit took place is not known. Reload the board and ask again."""


class Clock(Protocol):
    """Where the shell reads the time it hands to the core."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Downlink:
    """An effect on its way to a lift: one MQTT message."""

    outbox_id: int
    key: str
    topic: str
    payload: dict[str, Any]
    tries: int
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An effect on its way to one endpoint of a company: one webhook, with its history of tries."""

    outbox_id: int
    key: str
    """The same for every endpoint the effect goes to, and over all retries: the `webhook-id`."""
    type: str
    body: dict[str, Any]
    endpoint_id: str
    url: str
    secrets: tuple[str, ...]
    assignment_id: AssignmentId | None
    attempt: int | None
    tries: int
    created_at: datetime
    expires_at: datetime
    is_concerned: bool = True
    """Whether the company is still to be told, at the moment it was read."""


Outgoing = Downlink | Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How one try of an outgoing effect went: done, to be tried again at `due_at`, or given up (both None/False)."""

    outbox_id: int
    at: datetime
    done: bool
    due_at: datetime | None
    status: int | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An effect as the outbox keeps it: to a lift (`topic`) or to all endpoints of a company (`company_id`)."""

    key: str
    type: str
    body: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    topic: str | None = None
    company_id: CompanyId | None = None
    assignment_id: AssignmentId | None = None
    attempt: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDecision:
    """What a decision rested on, packed to be decided again; without a body, `left_out` says why there is none.

    `parts` are what it shares with other decisions, by digest, as far as they may not be kept yet.
    """

    at: datetime
    incident_ids: tuple[IncidentId, ...]
    body: bytes | None = None
    left_out: str = ""
    parts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A decision on its way to the store, with its effects and what it rested on."""

    decision: Decision
    effects: Sequence[Rendered] = ()
    kept: KeptDecision | None = None


class TrackedLift(NamedTuple):
    """A registered lift as the tracker knows it. `attributes` has those columns that say how to watch it."""

    lift_id: LiftId
    area: Area
    place_type: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases a list shall hold; None for whichever."""

    status: str = "all"
    """`open`, `closed` or `all`."""
    kind: Kind | None = None
    area: Area | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    """Not part of the span."""
    company_id: CompanyId | None = None
    """Only those in which that company was ever asked."""
    parent_id: IncidentId | None = None
    """Only those that are part of this one."""


class Store(Protocol):
    """The durable side of the desk. Every method may raise StoreUnavailable."""

    async def load_board(self, standing_by: Callable[[], None] = lambda: None) -> Board:
        """Become the desk, and read the board.

        The board holds every open incident, its assignments, the alarm ledgers, crews, companies and the next number.
        While another instance is the desk this waits for it to go; `standing_by` is called when that begins.
        """
        ...

    async def read_board(self) -> Board:
        """The board as the last commit left it, read again without letting go of the desk."""
        ...

    async def commit(
        self, decision: Decision, effects: Sequence[Rendered], now: datetime, kept: KeptDecision | None = None
    ) -> None:
        """Save the whole decision in one transaction, with what it rested on, or nothing of it.

        Effects whose key is already known are not queued again. Offers of assignments that no longer stand are taken
        out of the queue in the same transaction.
        """
        ...

    async def commit_all(self, commits: Sequence[Commit], now: datetime) -> None:
        """Save these decisions, one after the other as they were made, in one transaction, or nothing of any."""
        ...

    async def hold_desk(self) -> None:
        """Return if this instance is still the desk and the database answers; to be asked in idle moments."""
        ...

    async def find_lift(self, lift_id: LiftId) -> Lift | None:
        """The registry's card of a lift."""
        ...

    async def find_lifts(self, lift_ids: Sequence[LiftId]) -> Mapping[LiftId, Lift]:
        """The registry's cards of these lifts, as far as they are registered."""
        ...

    async def find_lift_by_rescue_code(self, rescue_code: str) -> Lift | None:
        """The lift whose plate bears this code."""
        ...

    async def tracked_lifts(self) -> Sequence[TrackedLift]:
        """What the tracker needs to know of every registered lift."""
        ...

    async def find_incident(self, incident_id: IncidentId) -> Incident | None:
        """An incident, open or finished."""
        ...

    async def last_entrapments_of(self, lift_ids: Sequence[LiftId]) -> Mapping[LiftId, Incident]:
        """The newest case of people in each of these lifts, open or finished, as far as there was one."""
        ...

    async def find_assignment(self, assignment_id: AssignmentId) -> Assignment | None:
        """One attempt, of an open case or a finished one."""
        ...

    async def list_incidents(self, wanted: Wanted, *, after: int | None, limit: int) -> Sequence[Incident]:
        """Incidents, newest first, that come after the one with the number `after`.

        A list of open cases has the gravest kind first, and those of one kind newest first: what is asked for by
        whoever works on them.
        """
        ...

    async def members_of(self, incident_id: IncidentId, *, after: LiftId | None, limit: int) -> Sequence[Member]:
        """The lifts of a parent case, recovered ones too, by their ids, above the id `after`."""
        ...

    async def assignments_of(self, incident_id: IncidentId) -> Sequence[Assignment]:
        """Every attempt of a case, in order."""
        ...

    async def timeline_of(self, incident_id: IncidentId) -> Sequence[Entry]:
        """A case's history, in order."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Outgoing]:
        """Effects whose time has come, oldest first, enabled endpoints only."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next effect is due."""
        ...

    async def carried(self, tries: Sequence[Carried]) -> None:
        """Write down how tries went."""
        ...


class Registry(Protocol):
    """What `rescue import` and the API write: lifts, companies, stations, crews."""

    async def put_lifts(self, lifts: Sequence[Lift]) -> None:
        """Insert or replace."""
        ...

    async def put_companies(self, companies: Sequence[Company]) -> None:
        """Insert or replace."""
        ...

    async def put_stations(self, stations: Sequence[Station]) -> None:
        """Insert or replace."""
        ...

    async def put_crews(self, crews: Sequence[Crew]) -> None:
        """Insert or replace."""
        ...

    async def set_on_duty(self, crew_id: CrewId, on_duty: bool) -> bool:
        """Put a crew on or off duty; False if it is unknown."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A message we could not use: kept, counted, listed, and acknowledged like any other."""

    at: datetime
    topic: str
    reason: str
    payload: bytes
    """At most the first 8 KiB."""
    size: int


class Quarantine(Protocol):
    """Where unusable messages wait for a person to look."""

    async def quarantine(self, rows: Sequence[Quarantined], keep: int) -> None:
        """Append; beyond the newest `keep` rows the oldest are dropped."""
        ...

    async def list_quarantine(self, *, after: int | None, limit: int) -> Sequence[tuple[int, Quarantined]]:
        """Newest first, with their numbers, below the number `after`."""
        ...
