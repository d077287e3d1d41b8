"""What it means that a company is good, fair or poor: how it answers offers, and how its crews go about an assignment.

Only habits and their chances are decided here; who lives by them is `offices` and `crews`, and how such a company's web
server bears up is `companies`. The shares are our judgement: over all companies they come to some 3 % of offers without
an answer, 8 % declined and 2 % of crews that do not get there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

FORGETTABLE = ("en_route", "on_scene")
REPORTS_LATE_S = (3 * 60.0, 20 * 60.0)
"""Seconds of life, until a crew that forgot to say that the people are out thinks of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a company answers. Shares are of all offers; the answer's delay is log-normal, in seconds of life."""

    silent_share: float = 0.01
    decline_share: float = 0.06
    answer_median_s: float = 30.0
    answer_sigma: float = 0.5
    blocked_share: float = 0.01
    """Of acceptances, as all that follow: the crew will not get there."""
    later_share: float = 0.4
    """The cause is filed only after the work is done."""
    forgets_share: float = 0.02
    """Of each report: it is left out, and that of the release made late."""
    dawdles_share: float = 0.0
    """The crew comes in its own time: it sets out when it has done with something else."""
    dawdles_s: tuple[float, float] = (5 * 60.0, 25 * 60.0)
    """Seconds of life until then."""
    files_after_s: tuple[float, float] = (3 * 60.0, 15 * 60.0)
    """Seconds of life from the release until then."""


BY_QUALITY: Mapping[str, Habits] = {
    "good": Habits(),
    "fair": Habits(
        silent_share=0.04, decline_share=0.1, answer_median_s=45.0, blocked_share=0.03, forgets_share=0.08,
        dawdles_share=0.05,
    ),
    "poor": Habits(
        silent_share=0.12, decline_share=0.2, answer_median_s=80.0, answer_sigma=0.8, blocked_share=0.06,
        later_share=0.7, forgets_share=0.25, dawdles_share=0.25,
    ),
}  # fmt: skip
"""By the register's column `quality`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """How one crew goes about one assignment."""

    is_blocked: bool = False
    """The way there will turn out to be closed."""
    knows_cause: bool = True
    """The crew sees on site why it happened, and says so with the release; otherwise its company finds out later."""
    forgets: frozenset[str] = frozenset()
    """Reports that it leaves out."""
    reports_late_s: float = 0.0
    """Seconds of life that the release waits to be reported."""
    dawdles_s: float = 0.0
    """Seconds of life before it gets ready."""


DUTIFUL = Conduct()


def draw_delay_s(rng: Random, habits: Habits) -> float:
    """Seconds of life from an offer to its answer."""
    return rng.lognormvariate(math.log(habits.answer_median_s), habits.answer_sigma)


def draw_conduct(rng: Random, habits: Habits) -> Conduct:
    """How the crew of a company with these habits will go about it this time."""
    return Conduct(
        is_blocked=rng.random() < habits.blocked_share,
        knows_cause=rng.random() >= habits.later_share,
        forgets=frozenset(report for report in FORGETTABLE if rng.random() < habits.forgets_share),
        reports_late_s=rng.uniform(*REPORTS_LATE_S) if rng.random() < habits.forgets_share else 0.0,
        dawdles_s=rng.uniform(*habits.dawdles_s) if rng.random() < habits.dawdles_share else 0.0,
    )
