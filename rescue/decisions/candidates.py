"""How every crew stood when one of them was asked, as it is kept with the decision and shown again.

Decides how much is kept: every crew that could have gone, with its terms and reasons, and of those that could not each
ground once, with all whom it kept away. Must not know how crews are ranked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dispatch.columns import Columns, Together, columns_of, together
from dispatch.crews import CrewId
from dispatch.problem import Candidate, Ranking, Refusal
from rescue.incident import Assignment, AssignmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRanking:
    """The crews at the beginning of an attempt: `crew_id` is the one that was asked."""

    assignment_id: AssignmentId
    crew_id: CrewId
    columns: Columns
    refusals: tuple[Together, ...]

    @property
    def candidates(self) -> list[Candidate]:
        """Each crew that could go, the best first."""
        return self.columns.candidates()

    @property
    def refused(self) -> Iterator[Refusal]:
        """Each crew that could not go."""
        for one in self.refusals:
            for crew_id in one.crew_ids:
                yield Refusal(crew_id=crew_id, ground=one.ground, reason=one.reason)


def kept_ranking(asked: Assignment, ranking: Ranking) -> KeptRanking:
    """The ranking of this attempt, to be kept."""
    return KeptRanking(
        assignment_id=asked.assignment_id,
        crew_id=asked.crew_id,
        columns=columns_of(ranking.candidates),
        refusals=tuple(together(ranking.refused)),
    )


def ahead_s(crew_id: CrewId, candidates: Sequence[Candidate]) -> float | None:
    """By how much the others cost more than this crew: less than nothing where an operator chose otherwise."""
    costs = {one.crew_id: one.cost_s for one in candidates}
    chosen = costs.pop(crew_id, None)
    return min(costs.values()) - chosen if costs and chosen is not None else None
