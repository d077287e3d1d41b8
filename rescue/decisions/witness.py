"""What the desk looks at while it decides: a board and rules that note what is read off them.

Decides what a decision rested on, by watching and not by guessing: a value read by its key is noted; where all of a
part were looked through, those that can have counted. What was noted makes a small board on which the desk decides
the same. Must not know how any of it is kept. The desk does not notice that it is watched.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isfinite
from typing import Any, Generic, NamedTuple, TypeVar

from devices.messages import Area
from dispatch.crews import CrewId, Position
from dispatch.survey import ways_of
from dispatch.travel import TravelTimes
from rescue.desk.board import Board
from rescue.desk.draft import DeskRules
from rescue.desk.outages import GROUPED
from rescue.desk.resting import earns_rest
from rescue.desk.stakes import NOWHERE, Aim
from rescue.incident import Assignment, AssignmentId, AssignmentStatus, Incident, IncidentId, Member

Key = TypeVar("Key")
Value = TypeVar("Value")

PARTS = ("incidents", "assignments", "ledgers", "crews", "companies", "members", "routes")
"""The parts that a board is made of; a test holds this list against the board."""
HOLDERS = "holders"
"""The index of a board by whose scan it is known that the crews were looked through. Of the others, `worked` and `aims`
are told with it, crew by crew; the rest bear ids, whose values are then read."""


class Noted(Mapping[Key, Value], Generic[Key, Value]):
    """A part of the board. `read` are the values that were asked for by their keys."""

    def __init__(self, values: Mapping[Key, Value]) -> None:
        self.all = values
        self.read: dict[Key, Value] = {}
        self.was_scanned = False
        """All values were looked through."""

    def __getitem__(self, key: Key) -> Value:
        value = self.read[key] = self.all[key]
        return value

    @property
    def used(self) -> dict[Key, Value]:
        """What was read, or everything if it was looked through."""
        return dict(self.all) if self.was_scanned else self.read

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Key]:
        self.was_scanned = True
        return iter(self.all)

    def values(self) -> ValuesView[Value]:
        """Every value, without noting each."""
        self.was_scanned = True
        return self.all.values()

    def items(self) -> ItemsView[Key, Value]:
        """The same with their keys."""
        self.was_scanned = True
        return self.all.items()

    def __or__(self, newer: Mapping[Key, Value]) -> dict[Key, Value]:
        self.was_scanned = True
        return {**self.all, **newer}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How long the ways were that the desk asked for. `origins` tells them from others that it might ask for."""

    destination: Position
    origins: str
    seconds: tuple[float | None, ...]
    """None where there is no way."""
    remarks: Mapping[int, str] = field(default_factory=dict)
    """What was said of the ways of some origins, by their place."""


class Held(NamedTuple):
    """A crew that is busy or has worked long, and with what: all that another case's decision rests on."""

    assignment_id: AssignmentId
    incident_id: IncidentId
    crew_id: CrewId
    status: AssignmentStatus
    aim: Aim = NOWHERE
    on_scene_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(slots=True)
class NotedTravel:
    """The travel times, and what was asked of them."""

    travel: TravelTimes
    asked: list[Ways] = field(default_factory=list)

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """What the travel times say."""
        return [seconds for seconds, _ in self.ways(origins, destination, at)]

    def ways(
        self, origins: Sequence[Position], destination: Position, at: datetime
    ) -> Sequence[tuple[float, str | None]]:
        """The same with what is to be said of each way."""
        answered = ways_of(self.travel, origins, destination, at)
        known = tuple(seconds if isfinite(seconds) else None for seconds, _ in answered)
        remarks = {place: remark for place, (_, remark) in enumerate(answered) if remark}
        self.asked.append(Ways(destination=destination, origins=digest_of(origins), seconds=known, remarks=remarks))
        return answered


@dataclass(slots=True, kw_only=True)
class Witness:
    """A board and rules for one decision; `testimony` tells afterwards what of them it rested on."""

    board: Board
    rules: DeskRules
    _noted: Mapping[str, Noted[Any, Any]]
    _travel: NotedTravel

    @property
    def ways(self) -> tuple[Ways, ...]:
        """The ways that were asked for, in that order."""
        return tuple(self._travel.asked)

    @property
    def held(self) -> tuple[Held, ...]:
        """Where it was asked which crews are busy: those that are, or may rest, for cases not looked at."""
        looked_at = self._noted["incidents"].read
        return tuple(
            Held(
                one.assignment_id,
                one.incident_id,
                one.crew_id,
                one.status,
                self.board.aims.get(one.incident_id, NOWHERE),
                one.on_scene_at,
                one.ended_at,
            )
            for one in self._engaged()
            if one.incident_id not in looked_at
        )

    def testimony(self, areas: Iterable[Area]) -> Board:
        """All of the board that the decision rested on; `areas` are those of the news it was about, if it was news."""
        noted = self._noted
        incidents = dict(noted["incidents"].read)
        if noted["incidents"].was_scanned:
            incidents |= _that_may_count(noted["incidents"].all, incidents, frozenset(areas))
        held = noted[HOLDERS].read.values()
        return Board(
            incidents=incidents,
            assignments=noted["assignments"].used | {one.assignment_id: one for one in (*held, *self._attempts())},
            ledgers=noted["ledgers"].used,
            members=noted["members"].read | self._suffering(incidents),
            crews=noted["crews"].used,
            companies=noted["companies"].used,
            routes=noted["routes"].used,
            next_number=self.board.next_number,
        )

    def _attempts(self) -> list[Assignment]:
        """Where it was asked which crews are busy: with the cases that were looked at."""
        looked_at = self._noted["incidents"].read
        return [one for one in self._engaged() if one.incident_id in looked_at]

    def _engaged(self) -> list[Assignment]:
        """Where it was asked which crews are busy: what those are at, and the last work of those who may rest."""
        noted, policy = self._noted[HOLDERS], self.rules.policies.centre
        if not noted.was_scanned:
            return []
        return [*noted.all.values(), *(one for one in self.board.worked.values() if earns_rest(one, policy))]

    def _suffering(self, incidents: Mapping[Any, Incident]) -> dict[Any, Member]:
        """Where all lifts of outages were looked through: those that suffer still, of these cases."""
        noted = self._noted["members"]
        every = noted.all.items() if noted.was_scanned else ()
        return {key: one for key, one in every if one.left_at is None and one.parent_id in incidents}


def watch(board: Board, rules: DeskRules) -> Witness:
    """A witness of what the desk reads of this board and these rules."""
    noted: dict[str, Noted[Any, Any]] = {part: Noted(getattr(board, part)) for part in (*PARTS, HOLDERS)}
    watched = copy(board)
    for part, values in noted.items():
        setattr(watched, part, values)
    travel = NotedTravel(rules.travel)
    return Witness(board=watched, rules=replace(rules, travel=travel), _noted=noted, _travel=travel)


def digest_of(origins: Sequence[Position]) -> str:
    """One word for so many places: the same for the same, in the same order."""
    degrees = array("d", (degree for one in origins for degree in (one.lon, one.lat)))
    return hashlib.blake2b(degrees.tobytes(), digest_size=8).hexdigest()


def _that_may_count(
    every: Mapping[Any, Incident], read: Mapping[Any, Incident], areas: frozenset[Area]
) -> dict[Any, Incident]:
    """Of all open cases: the children of the parents that were read, and whoever news of an outage may group."""
    parents = {one.incident_id for one in read.values() if one.lift_id is None}
    if not parents and not areas:
        return {}
    return {
        key: one
        for key, one in every.items()
        if one.parent_id in parents or (one.area in areas and not GROUPED.keys().isdisjoint(one.conditions))
    }
