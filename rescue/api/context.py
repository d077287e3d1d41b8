"""What the HTTP side is given of the service: the desk to speak to, stores to read, and the settings it needs.

The composition root fills it in; nothing here starts, stops or decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

from prometheus_client import CollectorRegistry

from devices.messages import LiftId
from dispatch.problem import Ranking
from rescue.accounts import Accounts
from rescue.api.delivery_log import DeliveryLog
from rescue.api.endpoints import Endpoints
from rescue.api.limits import Limiter, PublicLimits
from rescue.api.records import Records
from rescue.api.repeats import Answers
from rescue.api.visits import Visits
from rescue.base_map.sources import MapSources
from rescue.desk.board import Board, Outcome
from rescue.desk.inputs import Input
from rescue.incident import Incident
from rescue.live.hub import Hub
from rescue.people.audit_log import AuditLog
from rescue.policies import Policies
from rescue.ports import Clock, Quarantine, Registry, Store
from rescue.proof.signing import Signer
from rescue.reports.cover import CoverReports
from rescue.reports.kpi import Reports
from rescue.store.audit_log import PostgresAuditLog
from rescue.store.decisions import PostgresDecisions
from rescue.store.exports import PostgresCaseFiles
from rescue.store.shifts import PostgresShifts
from rescue.timeline import Actor
from rescue.views import LiveView
from rescue.watch.health import Health


class Desk(Protocol):
    """The desk as people reach it."""

    @property
    def board(self) -> Board:
        """The open cases, the assignments of those, and the crews: to be read, never changed."""
        ...

    async def submit(self, input: Input, *, actor: Actor, input_id: str | None = None) -> Outcome:  # noqa: A002
        """Have the desk decide. Raises DeskBusy."""
        ...

    def candidates(self, incident: Incident) -> Ranking:
        """Every crew ranked for a case as things stand, and why the others may not go."""
        ...


class Fleet(Protocol):
    """What the lifts said last."""

    def view(self, lift_id: LiftId, now: float) -> LiveView | None:
        """A lift's live state, None if it has said nothing yet."""
        ...

    def counts(self, now: float) -> Mapping[str, int]:
        """How many lifts are in which state: `lifts` all of them, `online` those that are."""
        ...


class Database(Store, Registry, Quarantine, Protocol):
    """The store in all its parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a handler may touch."""

    desk: Desk
    store: Database
    records: Records
    reports: Reports
    cover: CoverReports
    accounts: Accounts
    answers: Answers
    webhooks: Endpoints
    deliveries: DeliveryLog
    audit: AuditLog
    audit_log: PostgresAuditLog
    case_files: PostgresCaseFiles
    decisions: PostgresDecisions
    shifts: PostgresShifts
    signer: Signer = field(repr=False)
    limiter: Limiter
    visits: Visits
    fleet: Fleet
    live: Hub
    map_sources: MapSources
    policies: Policies
    clock: Clock
    link_key: bytes = field(repr=False)
    public_url: str
    health: Callable[[], Health]
    metrics: CollectorRegistry
    """Every figure and histogram of the service."""
    wake_outbox: Callable[[], None]
    """Something was put on its way beside the desk."""
    allow_private_webhooks: bool = False
    rescue_phone: str = "96333"
    """What people call who need not, or cannot, use a page."""
    public_limits: PublicLimits = field(default_factory=PublicLimits)
    body_within_s: float = 10.0
    """A request's body comes within this, or is not waited for."""
    proxies: Sequence[IPv4Network | IPv6Network] = ()
    """Who may say for whom a request is made."""
