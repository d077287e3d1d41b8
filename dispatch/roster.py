"""Crews as columns of numbers, in the order of their ids, so that all of them are looked at in one sweep.

Says what `crews` says and decides nothing. The order in which crews were loaded is lost here on purpose: whatever is
decided from a roster cannot depend on it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dispatch.crews import CompanyId, Crew, CrewId, Position, Qualification
from dispatch.travel import in_radians

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Roster:
    """Some crews, by row. Rows are in the order of crew ids, which is thus the order of rows."""

    crews: tuple[Crew, ...]

    @cached_property
    def ids(self) -> list[CrewId]:
        """The crew of each row."""
        return [crew.crew_id for crew in self.crews]

    @cached_property
    def row(self) -> dict[CrewId, int]:
        """The row of each crew."""
        return {crew_id: row for row, crew_id in enumerate(self.ids)}

    @cached_property
    def company_ids(self) -> list[CompanyId]:
        """The companies of these crews; `company` gives each row's place among them."""
        return sorted({crew.company_id for crew in self.crews})

    @cached_property
    def company(self) -> Whole:
        """The number of each row's company."""
        number = {company_id: place for place, company_id in enumerate(self.company_ids)}
        return np.array([number[crew.company_id] for crew in self.crews], dtype=np.int64)

    @cached_property
    def on_duty(self) -> Mask:
        """Which are on duty."""
        return np.array([crew.on_duty for crew in self.crews], dtype=np.bool_)

    @cached_property
    def members(self) -> Whole:
        """How many go together."""
        return np.array([crew.members for crew in self.crews], dtype=np.int64)

    @cached_property
    def positions(self) -> list[Position | None]:
        """Where each is."""
        return [crew.position for crew in self.crews]

    @cached_property
    def places(self) -> Floats:
        """Longitude and latitude of each in radians, two columns; not a number where unknown."""
        return in_radians(self.positions)

    @cached_property
    def positioned_s(self) -> Floats:
        """When each told where it is, POSIX seconds; not a number where its place is from a list."""
        return np.array([_posix_s(crew.positioned_at) for crew in self.crews], dtype=np.float64)

    def holds(self, required: frozenset[Qualification]) -> Mask:
        """Which hold all of these qualifications."""
        return np.array([required <= crew.qualifications for crew in self.crews], dtype=np.bool_)

    def of_company(self, company_id: CompanyId | None) -> Mask:
        """Which are of this company."""
        known = company_id in self.company_ids if company_id is not None else False
        number = self.company_ids.index(company_id) if known and company_id is not None else -1
        return np.asarray(self.company == number)


class Rosters:
    """The roster that was drawn up last, kept for as long as it is asked for the same crews again.

    Hundreds of open cases ask for the very same crews one after the other. Crews that have not moved are the same
    values, so that comparing two lists of them compares addresses.
    """

    def __init__(self) -> None:
        self._last: tuple[list[Crew], Roster] = ([], Roster(()))

    def of(self, crews: Sequence[Crew]) -> Roster:
        """The roster of these crews."""
        given = list(crews)
        known, roster = self._last
        if known != given:
            roster = Roster(tuple(sorted(given, key=lambda crew: crew.crew_id)))
            self._last = given, roster
        return roster


def _posix_s(at: datetime | None) -> float:
    return math.nan if at is None else at.timestamp()
