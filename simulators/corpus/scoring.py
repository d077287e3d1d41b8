"""Was everybody found, and in time? Compares what somebody said of the lifts with the truth about them.

An entrapment is *found* when a claim is made while it lasts: from its beginning until the first message sent after
its end has arrived, for nobody can know of the end before. A claim made earlier that still stands is no finding: its
case may be closed by now, and these people in nobody's mind. Only where not one message came between two entrapments,
the second is to the listener the first.

It is *shown* by the first message that arrives and differs from what a sound or empty lift would have said. From then
on T runs: `late_s` is measured against shown + T, so that it tells of the judging alone. `late_with_network_s` counts
from the stop itself: what a lost or late message cost is the difference. Where a car ran on to a landing and stayed
shut there, both count from its arrival: while it ran, nothing was amiss. An entrapment is *mute* if no message ever
shows it (the sensor sees nobody, the door says nothing and no button is pressed; a telephone must tell), and *brief*
if before T + 2 s have passed since it was shown, the door is open or the car has set off on the run that brings the
people out (nobody is sent to a car that goes on). Neither is a miss, and both are counted. All others are
*due*; recall is the share of those that were found, and *lost* their number that were not.

Precision speaks of what was inferred: a claim is *right* if people are trapped when it is made. A claim that a press of
the button made is left to the button's own figures, right or wrong: who presses it in passing tells about people, and
a service that takes every press seriously must not look worse for it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from simulators.corpus.draw import Corpus
from simulators.corpus.network import Arrival
from simulators.corpus.truth import Entrapment

SLACK_S = 2.0
"""The goal: found no later than T and so much."""


class Sureness(StrEnum):
    """How sure somebody says to be."""

    POSSIBLE = "possible"
    LIKELY = "likely"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody says that people are trapped in this lift."""

    lift_id: str
    at: float
    sureness: Sureness
    by_press: bool = False
    """The button said so, and nothing was inferred."""
    words: str = ""

    @property
    def is_sure(self) -> bool:
        """Likely or confirmed: somebody is sent."""
        return self.sureness is not Sureness.POSSIBLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One entrapment: when it could be known, and when it was."""

    entrapment: Entrapment
    shown_at: float | None
    over_at: float
    """When the first message arrived that was sent after its end."""
    found_at: float | None
    trapped_after_s: float

    @property
    def is_mute(self) -> bool:
        """No message shows it."""
        return self.shown_at is None

    @property
    def is_brief(self) -> bool:
        """Shown, but over too soon to be due."""
        return self.shown_at is not None and self.entrapment.went_on_at < self.shown_at + self.trapped_after_s + SLACK_S

    @property
    def is_due(self) -> bool:
        """Somebody must find it."""
        return not self.is_mute and not self.is_brief

    @property
    def is_lost(self) -> bool:
        """Nobody did."""
        return self.is_due and self.found_at is None

    @property
    def late_s(self) -> float | None:
        """Found so long after shown + T; below 0 for sooner."""
        if self.found_at is None or self.shown_at is None:
            return None
        return self.found_at - self.shown_at - self.trapped_after_s

    @property
    def found_after_s(self) -> float | None:
        """Seconds until it was found, from the stop for good."""
        return None if self.found_at is None else self.found_at - self.entrapment.stood_since

    @property
    def late_with_network_s(self) -> float | None:
        """Found so long after the stop + T."""
        return None if self.found_after_s is None else self.found_after_s - self.trapped_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One corpus, judged."""

    mix: str
    lifts: int
    messages: int
    verdicts: Sequence[Verdict]
    right: Sequence[Claim]
    wrong: Sequence[Claim]


def score(corpus: Corpus, claims: Iterable[Claim], trapped_after_s: float) -> Score:
    """What the claims are worth."""
    heard, said = _group_arrivals(corpus.arrivals), _group_claims(claims)
    verdicts = {
        lift_id: _judge_life(truth.entrapments, heard.get(lift_id, ()), said.get(lift_id, ()), trapped_after_s)
        for lift_id, truth in corpus.truths.items()
    }
    judged = [(claim, _is_right(claim, verdicts[lift_id])) for lift_id, own in said.items() for claim in own]
    return Score(
        mix=corpus.mix,
        lifts=len(corpus.truths),
        messages=len(corpus.arrivals),
        verdicts=[verdict for own in verdicts.values() for verdict in own],
        right=[claim for claim, is_right in judged if is_right],
        wrong=[claim for claim, is_right in judged if not is_right],
    )


def _group_arrivals(arrivals: Iterable[Arrival]) -> Mapping[str, Sequence[Arrival]]:
    """Each lift's messages in the order in which they were sent."""
    groups: dict[str, list[Arrival]] = {}
    for arrival in arrivals:
        groups.setdefault(arrival.lift_id, []).append(arrival)
    return {lift_id: sorted(group, key=lambda arrival: arrival.sent_at) for lift_id, group in groups.items()}


def _group_claims(claims: Iterable[Claim]) -> Mapping[str, Sequence[Claim]]:
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.lift_id, []).append(claim)
    return groups


def _judge_life(
    entrapments: Sequence[Entrapment], heard: Sequence[Arrival], claims: Sequence[Claim], trapped_after_s: float
) -> Sequence[Verdict]:
    apart = [_judge(entrapment, heard, claims, trapped_after_s) for entrapment in entrapments]
    return [*apart[:1], *(_carry_over(earlier, later) for earlier, later in pairwise(apart))]


def _judge(
    entrapment: Entrapment, heard: Sequence[Arrival], claims: Sequence[Claim], trapped_after_s: float
) -> Verdict:
    first = bisect_left(heard, entrapment.stood_since, key=lambda arrival: arrival.sent_at)
    after = bisect_left(heard, entrapment.until, key=lambda arrival: arrival.sent_at)
    shown_at = min((arrival.at for arrival in heard[first:after] if arrival.shows), default=None)
    over_at = min((arrival.at for arrival in heard[after:]), default=entrapment.until)
    found = (claim.at for claim in claims if entrapment.since <= claim.at <= over_at and _counts(claim))
    return Verdict(
        entrapment=entrapment,
        shown_at=shown_at,
        over_at=over_at,
        found_at=min(found, default=None),
        trapped_after_s=trapped_after_s,
    )


def _carry_over(earlier: Verdict, later: Verdict) -> Verdict:
    """To the listener one entrapment, if nothing was heard between them."""
    is_one = earlier.over_at >= later.entrapment.since
    if not is_one or earlier.found_at is None or later.found_at is not None:
        return later
    return replace(later, found_at=max(earlier.found_at, later.entrapment.since))


def _counts(claim: Claim) -> bool:
    """A press that is only thought possible finds nobody."""
    return claim.is_sure or not claim.by_press


def _is_right(claim: Claim, verdicts: Iterable[Verdict]) -> bool:
    return any(verdict.entrapment.since <= claim.at <= verdict.over_at for verdict in verdicts)
