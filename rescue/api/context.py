"""What the HTTP side is given of the service: the desk to speak to, stores to read, and the settings it needs.

The composition root fills it in; nothing here starts, stops or decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from devices.messages import LiftId
from dispatch.problem import Candidate, Refusal
from rescue.accounts import Accounts
from rescue.api.endpoints import Endpoints
from rescue.api.records import Records
from rescue.api.repeats import Answers
from rescue.desk.board import Board, Outcome
from rescue.desk.inputs import Input
from rescue.escalation import Policy
from rescue.incident import Incident
from rescue.ports import Clock, Quarantine, Registry, Store
from rescue.timeline import Actor
from rescue.views import LiveView


class Desk(Protocol):
    """The desk as people reach it."""

    @property
    def board(self) -> Board:
        """The open cases, the assignments of those, and the crews: to be read, never changed."""
        ...

    async def submit(self, input: Input, *, actor: Actor, input_id: str | None = None) -> Outcome:  # noqa: A002
        """Have the desk decide. Raises DeskBusy."""
        ...

    def candidates(self, incident: Incident) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
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
class Health:
    """Whether the service could take a case now; if not, `reasons` says what is missing."""

    ready: bool
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a handler may touch."""

    desk: Desk
    store: Database
    records: Records
    accounts: Accounts
    answers: Answers
    webhooks: Endpoints
    fleet: Fleet
    policy: Policy
    clock: Clock
    link_key: bytes = field(repr=False)
    public_url: str
    health: Callable[[], Health]
    counts: Callable[[], Mapping[str, float]]
    """For Prometheus, by name; what only ever grows ends in `_total`."""
    wake_outbox: Callable[[], None]
    """Something was put on its way beside the desk."""
    allow_private_webhooks: bool = False
