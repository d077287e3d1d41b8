"""A walk through every seal and every case of the database: is any history not what it was?

Decides in which order it is looked, and what is counted. Must not know who asks, nor how it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rescue.proof.seals import Seal, find_history_damage, find_seal_damage
from rescue.proof.signing import Verifier
from rescue.store.seals import PostgresSeals

TOLD_EVERY = 5_000
"""Cases: some seconds."""


@dataclass(slots=True, kw_only=True)
class Walked:
    """What was met."""

    cases: int = 0
    entries: int = 0
    seals: int = 0
    damages: int = 0

    @property
    def said(self) -> str:
        """The sentence for a person."""
        met = f"{self.cases} cases with {self.entries} entries, {self.seals} seals"
        return f"NOT whole, {self.damages} damages: {met}" if self.damages else f"whole: {met}"


class Walk:
    """`tell` is given each damage, `progress` how many cases of how many have been looked at."""

    def __init__(
        self, seals: PostgresSeals, key: Verifier, tell: Callable[[str], None], progress: Callable[[int, int], None]
    ) -> None:
        self.met = Walked()
        self._seals = seals
        self._key = key
        self._tell = tell
        self._progress = progress

    async def go(self, logged: Mapping[int, str]) -> Walked:
        """All the way. `logged` are seals as a log has them, by number. Raises StoreUnavailable."""
        await self._through_seals(dict(logged))
        for incident_id in await self._seals.cases_gone():
            self._damage(f"case {incident_id} was sealed and is gone")
        total = await self._seals.count_cases()
        async for history in self._seals.each_history():
            self.met.cases += 1
            self.met.entries += len(history.timeline)
            if damage := find_history_damage(history):
                self._damage(f"case {history.number} ({history.incident_id}): {damage}")
            if self.met.cases % TOLD_EVERY == 0:
                self._progress(self.met.cases, total)
        return self.met

    async def _through_seals(self, logged: dict[int, str]) -> None:
        previous: Seal | None = None
        async for seal, heads in self._seals.each_seal():
            self.met.seals += 1
            if damage := find_seal_damage(seal, heads, previous, self._key):
                self._damage(damage)
            if logged.pop(seal.number, seal.digest) != seal.digest:
                self._damage(f"seal {seal.number} is not the one that was logged")
            previous = seal
        for number in sorted(logged):
            self._damage(f"seal {number}, which was logged, is missing")

    def _damage(self, told: str) -> None:
        self.met.damages += 1
        self._tell(told)
