"""What people do who are asked: whether they go, and how long they think about it.

A person is as good as the company: the shares and times are our judgement, within what cities tell of response rates
(90 to 97 % within three minutes). The same person asked about the same call at the same turn does the same under every
policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

DECLINES: Mapping[str, float] = {"good": 0.03, "fair": 0.08, "poor": 0.16}
SILENT: Mapping[str, float] = {"good": 0.01, "fair": 0.03, "poor": 0.08}
THINKS_MEDIAN_S, THINKS_SIGMA = 35.0, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Yes or no after so many seconds; None if nobody ever answers."""

    accepts: bool | None
    after_s: float


def answer(seed: int, call: int, crew: int, quality: str) -> Answer:
    """What this crew says to this call."""
    rng = Random(f"answer {seed} {call} {crew}")
    after_s = THINKS_MEDIAN_S * rng.lognormvariate(0, THINKS_SIGMA)
    drawn = rng.random()
    if drawn < SILENT[quality]:
        return Answer(accepts=None, after_s=after_s)
    return Answer(accepts=drawn >= SILENT[quality] + DECLINES[quality], after_s=after_s)
