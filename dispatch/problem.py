"""The question put to the dispatcher and the answer it gives, as values.

A `Problem` is everything a decision rests on, so that a stored problem can be decided again and come out the same;
a `Plan` carries with every decision the reasons for it. Neither knows of incidents beyond their id, nor of offers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from dispatch.crews import Company, CompanyId, Crew, CrewId, Position, Qualification
from dispatch.rules import Rules

Method = Literal["greedy", "assignment"]

# Far above any weight of use, and low enough that the solver's 64-bit sums hold a whole city's costs.
MAX_PRIORITY = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Callout:
    """An incident that needs a crew now.

    `level` is who may be asked: 1 the contracted company, 2 everyone within the radius, 3 everyone. `priority` is the
    weight of each second of waiting, 1 to 1000. `excluded` names crews not to be asked (again), with the reason.
    """

    incident_id: str
    lift_position: Position | None
    contractor_id: CompanyId | None
    level: int
    priority: float
    waiting_since: datetime
    excluded: Mapping[CrewId, str]
    required_qualifications: frozenset[Qualification] = frozenset()

    def __post_init__(self) -> None:
        if self.level < 1:
            raise ValueError(f"callout {self.incident_id}: level {self.level}, must be 1 or more")
        if not 1 <= self.priority <= MAX_PRIORITY:
            raise ValueError(f"callout {self.incident_id}: priority {self.priority}, must be 1 to {MAX_PRIORITY}")
        if self.waiting_since.tzinfo is None:
            raise ValueError(f"callout {self.incident_id}: waiting_since has no time zone")


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Who waits, who could go, and the rules, at one instant. `busy` gives the reason a crew is not free."""

    callouts: Sequence[Callout]
    crews: Sequence[Crew]
    companies: Mapping[CompanyId, Company]
    busy: Mapping[CrewId, str]
    now: datetime
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("the problem's now has no time zone")
        _demand_distinct("callout", [callout.incident_id for callout in self.callouts])
        _demand_distinct("crew", [crew.crew_id for crew in self.crews])


def _demand_distinct(what: str, ids: Sequence[str]) -> None:
    if len(set(ids)) < len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise ValueError(f"{what} {twice} is in the problem twice")


class Ground(StrEnum):
    """On what ground a crew may not go. The sentence for the dispatcher is the refusal's reason."""

    CONTRACTOR_UNKNOWN = "contractor unknown"
    NOT_CONTRACTED = "not the contracted company"
    OFF_DUTY = "off duty"
    EXCLUDED = "excluded"
    BUSY = "on another case"
    UNQUALIFIED = "not qualified"
    POSITION_UNKNOWN = "position unknown"
    TOO_FAR = "too far"
    NO_WAY = "no way there"


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One part of a cost, in seconds."""

    name: str
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A crew that may go. `cost_s` is the sum of its terms; the lower goes first."""

    crew_id: CrewId
    eta_s: float
    cost_s: float
    terms: tuple[Term, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A crew that may not go."""

    crew_id: CrewId
    ground: Ground
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The crew to be asked. `ranked` holds the best few, the chosen one always among them."""

    incident_id: str
    crew_id: CrewId
    eta_s: float
    cost_s: float
    terms: tuple[Term, ...]
    reason: str
    ranked: tuple[Candidate, ...]
    refused: tuple[Refusal, ...]


class Lack(StrEnum):
    """Why a callout gets no crew, for the desk to branch on."""

    CONTRACTOR_UNKNOWN = "contractor unknown"
    COMPANY_HAS_NO_CREWS = "company has no crews"
    NO_CREWS = "no crews known"
    NOBODY_ON_DUTY = "nobody on duty"
    ALL_EXCLUDED = "all declined or ruled out"
    ALL_BUSY = "all on other cases"
    NOBODY_QUALIFIED = "nobody qualified"
    POSITIONS_UNKNOWN = "positions unknown"
    ALL_TOO_FAR = "all too far"
    NO_WAY = "no way there"
    NOBODY_LEFT = "nobody left on duty who is free to go"
    NEEDED_ELSEWHERE = "all needed elsewhere"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortfall:
    """A callout without a crew, and why."""

    incident_id: str
    lack: Lack
    reason: str
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The answer: every callout has a choice or a shortfall, and no crew is chosen twice."""

    choices: Mapping[str, Choice]
    shortfalls: Mapping[str, Shortfall]
    method: Method
