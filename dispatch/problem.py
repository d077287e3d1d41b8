"""The question put to the dispatcher and the answer it gives, as values.

A `Problem` is everything a decision rests on, so that a stored problem can be decided again and come out the same;
a `Plan` carries with every decision the reasons for it. Neither knows of incidents beyond their id, nor of offers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from dispatch.crews import Company, CompanyId, Crew, CrewId, Position, Qualification
from dispatch.rules import Rules
from dispatch.triage import Stake

Method = Literal["greedy", "assignment", "sequences"]

# Far above any weight of use, and low enough that the solver's 64-bit sums hold a whole city's costs.
MAX_PRIORITY = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Callout:
    """An incident that needs a crew now.

    `level` is who may be asked: 1 the contracted company, 2 everyone within the radius, 3 everyone. `priority` is the
    weight of each second of waiting, 1 to 1000. `excluded` names crews not to be asked (again), with the reason. What
    is at `stake` is taken for the worst while nothing is said of it; lifts of one `building` share its name. `radius_m`
    is how far level 2 reaches here, None for as far as the rules say. Who lacks a required qualification may go all the
    same: it counts as so much later.
    """

    incident_id: str
    lift_position: Position | None
    contractor_id: CompanyId | None
    level: int
    priority: float
    waiting_since: datetime
    excluded: Mapping[CrewId, str]
    required_qualifications: frozenset[Qualification] = frozenset()
    stake: Stake = Stake.CONFIRMED
    building: str | None = None
    radius_m: float | None = None

    def __post_init__(self) -> None:
        if self.level < 1:
            raise ValueError(f"callout {self.incident_id}: level {self.level}, must be 1 or more")
        if not 1 <= self.priority <= MAX_PRIORITY:
            raise ValueError(f"callout {self.incident_id}: priority {self.priority}, must be 1 to {MAX_PRIORITY}")
        if self.waiting_since.tzinfo is None:
            raise ValueError(f"callout {self.incident_id}: waiting_since has no time zone")


@dataclass(frozen=True, kw_only=True, slots=True)
class SoonFree:
    """A busy crew is expected to be free at this instant, and then to be here; None where it is now."""

    free_at: datetime
    position: Position | None = None

    def __post_init__(self) -> None:
        if self.free_at.tzinfo is None:
            raise ValueError("free_at has no time zone")


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Who waits, who could go, and the rules, at one instant.

    `busy` gives the reason a crew is not free. Of busy crews, `soon_free` says which are about to finish, and
    `bound_for` what is at stake where those on their way are going, who may thus be turned round. `resting` crews go
    before the instant given only where nobody else can. `published` is what crews were told last, by incident. `pins`
    are an operator's own choices: this crew, and no other, for this incident, and for nothing else. To the buildings in
    `attended` somebody is going already.
    """

    callouts: Sequence[Callout]
    crews: Sequence[Crew]
    companies: Mapping[CompanyId, Company]
    busy: Mapping[CrewId, str]
    now: datetime
    rules: Rules = field(default_factory=Rules)
    soon_free: Mapping[CrewId, SoonFree] = field(default_factory=dict)
    bound_for: Mapping[CrewId, Stake] = field(default_factory=dict)
    resting: Mapping[CrewId, datetime] = field(default_factory=dict)
    published: Mapping[str, CrewId] = field(default_factory=dict)
    pins: Mapping[str, CrewId] = field(default_factory=dict)
    attended: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("the problem's now has no time zone")
        if any(until.tzinfo is None for until in self.resting.values()):
            raise ValueError("the end of a rest has no time zone")
        _demand_distinct("pinned crew", list(self.pins.values()))
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
    PINNED = "kept for an operator's choice"
    BUSY = "on another case"
    TOO_FEW = "too few people"
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


class Ranking(NamedTuple):
    """How every crew stands towards a callout: those that may go, the best first, and those that may not."""

    candidates: Sequence[Candidate]
    refused: Sequence[Refusal]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The crew to be asked. `ranked` holds the best few, the chosen one always among them, `ranking` all crews."""

    incident_id: str
    crew_id: CrewId
    eta_s: float
    cost_s: float
    terms: tuple[Term, ...]
    reason: str
    ranked: Sequence[Candidate]
    refused: Sequence[Refusal]
    ranking: Ranking


class Lack(StrEnum):
    """Why a callout gets no crew, for the desk to branch on."""

    CONTRACTOR_UNKNOWN = "contractor unknown"
    COMPANY_HAS_NO_CREWS = "company has no crews"
    NO_CREWS = "no crews known"
    NOBODY_ON_DUTY = "nobody on duty"
    ALL_EXCLUDED = "all declined or ruled out"
    ALL_PINNED = "all kept for an operator's choice"
    ALL_BUSY = "all on other cases"
    TOO_FEW = "too few people"
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
    refused: Sequence[Refusal] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A callout on a crew's route, and in how many seconds the crew is expected there."""

    incident_id: str
    eta_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The answer: every callout has a choice or a shortfall, and no crew is chosen twice.

    Where callouts outnumber crews, `routes` says where each crew goes one after the other. The first stop is the
    crew's choice; a later one has a shortfall for now, which says who is expected to come and when.
    """

    choices: Mapping[str, Choice]
    shortfalls: Mapping[str, Shortfall]
    method: Method
    routes: Mapping[CrewId, tuple[Stop, ...]] = field(default_factory=dict)
