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
from dispatch.travel import TravelTimes
from rescue.desk.board import Board
from rescue.desk.draft import DeskRules
from rescue.desk.outages import GROUPED
from rescue.incident import Assignment, AssignmentId, AssignmentStatus, Incident, IncidentId, Member

Key = TypeVar("Key")
Value = TypeVar("Value")

PARTS = ("incidents", "assignments", "ledgers", "crews", "companies", "members")
"""The parts that a board is made of; a test holds this list against the board."""
HOLDERS = "holders"
"""The one index of a board that bears values; the others bear ids, whose values are then read."""


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


class Held(NamedTuple):
    """A crew that is busy, and with what: all that another case's decision rests on."""

    assignment_id: AssignmentId
    incident_id: IncidentId
    crew_id: CrewId
    status: AssignmentStatus


@dataclass(slots=True)
class NotedTravel:
    """The travel times, and what was asked of them."""

    travel: TravelTimes
    asked: list[Ways] = field(default_factory=list)

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """What the travel times say."""
        answered = self.travel.seconds(origins, destination, at)
        known = tuple(seconds if isfinite(seconds) else None for seconds in answered)
        self.asked.append(Ways(destination=destination, origins=digest_of(origins), seconds=known))
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
        """Where it was asked which crews are busy: those that are, by cases that were not looked at."""
        if not self._noted[HOLDERS].was_scanned:
            return ()
        looked_at = self._noted["incidents"].read
        every = self._noted[HOLDERS].all.values()
        return tuple(
            Held(one.assignment_id, one.incident_id, one.crew_id, one.status)
            for one in every
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
            next_number=self.board.next_number,
        )

    def _attempts(self) -> list[Assignment]:
        """Where it was asked which crews are busy: with the cases that were looked at."""
        noted = self._noted[HOLDERS]
        looked_at = self._noted["incidents"].read
        return [one for one in noted.all.values() if one.incident_id in looked_at] if noted.was_scanned else []

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
