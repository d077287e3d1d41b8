"""How every crew stood towards a callout, as columns: a list of each figure instead of an object a crew.

A desk keeps this with each offer, for hundreds of crews and while others wait, and it is read now and then. So what is
kept are columns, and the crews that may not go are named together where the same sentence holds for them; a candidate
or a refusal is made of them when somebody looks. Must not know how crews are ranked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dispatch.cost import TERM_NAMES, shown
from dispatch.crews import CrewId
from dispatch.lazily import Listing
from dispatch.problem import Candidate, Ground, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Crews that may go, the best first. Of the terms those that count for any of them."""

    crew_ids: tuple[CrewId, ...]
    eta_s: tuple[float, ...]
    cost_s: tuple[float, ...]
    terms: Mapping[str, tuple[float, ...]]
    reasons: tuple[tuple[str, ...], ...]

    def candidates(self) -> list[Candidate]:
        """The same, one by one."""
        names, parts = list(self.terms), zip(*self.terms.values(), strict=True)
        every = zip(self.crew_ids, self.eta_s, self.cost_s, parts, self.reasons, strict=True)
        return [
            Candidate(crew_id=crew_id, eta_s=eta_s, cost_s=cost_s, terms=shown(names, seconds), reasons=reasons)
            for crew_id, eta_s, cost_s, seconds, reasons in every
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Why these crews may not go."""

    ground: Ground
    reason: str
    crew_ids: tuple[CrewId, ...]


class Candidates(Listing[Candidate]):
    """Those that may go, written down as columns at the first look, and as candidates where somebody wants these."""

    __slots__ = ("_columns", "_write_columns")

    def __init__(self, write: Callable[[], Columns]) -> None:
        super().__init__(lambda: self.columns.candidates())
        self._write_columns = write
        self._columns: Columns | None = None

    @property
    def columns(self) -> Columns:
        """All of them."""
        if self._columns is None:
            self._columns = self._write_columns()
        return self._columns


class Refusals(Listing[Refusal]):
    """Those that may not go, one by one, or together with whom the same is said of."""

    __slots__ = ("_gather",)

    def __init__(self, write: Callable[[], Sequence[Refusal]], gather: Callable[[], Sequence[Together]]) -> None:
        super().__init__(write)
        self._gather = gather

    @property
    def together(self) -> Sequence[Together]:
        """Each sentence once."""
        return self._gather()


def columns_of(candidates: Sequence[Candidate]) -> Columns:
    """These candidates as columns."""
    if isinstance(candidates, Candidates):
        return candidates.columns
    parts = [{term.name: term.seconds for term in one.terms} for one in candidates]
    names = [name for name in TERM_NAMES if any(name in terms for terms in parts)]
    return Columns(
        crew_ids=tuple(one.crew_id for one in candidates),
        eta_s=tuple(one.eta_s for one in candidates),
        cost_s=tuple(one.cost_s for one in candidates),
        terms={name: tuple(terms.get(name, 0.0) for terms in parts) for name in names},
        reasons=tuple(one.reasons for one in candidates),
    )


def together(refused: Sequence[Refusal]) -> Sequence[Together]:
    """Each sentence once, with all of whom it is said."""
    if isinstance(refused, Refusals):
        return refused.together
    return tuple(gathered((one.crew_id, one.ground, one.reason) for one in refused))


def gathered(refused: Iterable[tuple[CrewId, Ground, str]]) -> Iterator[Together]:
    """The same of crews one by one, each with its ground and sentence."""
    crew_ids: dict[tuple[Ground, str], list[CrewId]] = {}
    for crew_id, ground, reason in refused:
        crew_ids.setdefault((ground, reason), []).append(crew_id)
    for (ground, reason), ids in crew_ids.items():
        yield Together(ground=ground, reason=reason, crew_ids=tuple(ids))
