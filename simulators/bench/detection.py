"""`simulate bench detection`: does the tracker find everybody who is trapped, in time, and nobody who is not?

Plays each corpus of `simulators.corpus` through the product's way in (parse, observe, expire at every deadline as time
passes) and scores what it says against the truth; what each figure means is argued in `simulators.corpus.scoring`. One
row for each fault mix, and one for all. T is the rules' default. The corpora hold far more trouble than a city does,
so precision here compares one tracker with the next; it is not the share that a call centre would see.

What the way in refuses (a dialect's status that overtook the birth which names the dialect) tells the tracker nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median, quantiles

from devices.fleet import Fleet, Flooded
from devices.messages import AlarmRaised, Area, EntrapmentEnded, EntrapmentFound, Event, LiftId
from devices.payloads import BadPayload, parse, parse_topic
from devices.tracker import Rules
from simulators.corpus.draw import Corpus, draw_corpus, name_lift
from simulators.corpus.mixes import MIXES, Mix
from simulators.corpus.network import Arrival
from simulators.corpus.scoring import SLACK_S, Claim, Score, Sureness, Verdict, score
from simulators.errors import SimulatorError
from simulators.results import Row

LIFTS = 100
"""In each mix."""
MISSES_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Events, and the message that made them; None if time did."""

    at: float
    arrival: Arrival | None
    events: Sequence[Event]


def measure_detection(seed: int, lifts: int = LIFTS) -> Sequence[Row]:
    """A row for each fault mix, and the total."""
    scores = _score_all(seed, lifts)
    return [*map(_describe, scores), _describe(_add_up(scores))]


def list_misses(seed: int, lifts: int = LIFTS) -> Sequence[str]:
    """The worst of what went wrong, a line each: lost, then wrong, then late."""
    misses = [miss for one in _score_all(seed, lifts) for miss in _list_misses(one)]
    return [words for _, words in sorted(misses)][:MISSES_SHOWN]


def explain(seed: int, lift_id: str) -> Sequence[str]:
    """Everything one lift said, what the tracker made of it and what was true, a line each, in order of time.

    Raises SimulatorError for a lift that is in no corpus.
    """
    named = ((mix, number) for mix in MIXES for number in range(LIFTS) if name_lift(mix, number) == lift_id)
    mix, number = next(named, (None, 0))
    if mix is None:
        first, last = name_lift(MIXES[0], 0), name_lift(MIXES[-1], LIFTS - 1)
        raise SimulatorError(f"no lift {lift_id} in the corpora: they go from {first} to {last}")
    corpus = draw_corpus(mix, seed=seed, lifts=[number])
    return [words for _, words in sorted(_tell(corpus, lift_id), key=lambda line: line[0])]


def play(corpus: Corpus) -> Iterator[Heard]:
    """What the tracker says, as the corpus arrives and time passes."""
    fleet = Fleet(Rules())
    for lift_id in corpus.truths:
        fleet.add(LiftId(lift_id), Area(corpus.area))
    for arrival in corpus.arrivals:
        yield from _pass_time(fleet, arrival.at)
        events = _take_in(fleet, arrival)
        if events:
            yield Heard(at=arrival.at, arrival=arrival, events=events)


def claims_of(heard: Iterable[Heard]) -> Iterator[Claim]:
    """What was said of people: each finding once as possible and once as more, and each press of the button once."""
    said: set[tuple[str, bool]] = set()
    presses: set[tuple[str, int]] = set()
    for moment in heard:
        for event in moment.events:
            match event:
                case EntrapmentFound():
                    claim = _claim(event, moment)
                    if (claim.lift_id, claim.is_sure) not in said:
                        said.add((claim.lift_id, claim.is_sure))
                        yield claim
                case EntrapmentEnded():
                    said -= {(event.lift_id, True), (event.lift_id, False)}
                case AlarmRaised() if (event.lift_id, event.number) not in presses:
                    presses.add((event.lift_id, event.number))
                    yield _claim(event, moment)


def _pass_time(fleet: Fleet, until: float) -> Iterator[Heard]:
    while (by := fleet.next_deadline()) is not None and by <= until:
        events = fleet.expire(by)
        if events:
            yield Heard(at=by, arrival=None, events=events)


def _take_in(fleet: Fleet, arrival: Arrival) -> Sequence[Event]:
    area, lift_id, channel = parse_topic(arrival.topic)
    try:
        message = parse(channel, arrival.payload, fleet.profile_of(lift_id))
        return fleet.observe(area, lift_id, message, arrival.at)
    except (BadPayload, Flooded):
        return ()


def _claim(event: EntrapmentFound | AlarmRaised, moment: Heard) -> Claim:
    by_press = isinstance(event, AlarmRaised) or (moment.arrival is not None and moment.arrival.is_press)
    return Claim(
        lift_id=event.lift_id,
        at=event.at,
        sureness=Sureness(event.evidence.confidence),
        by_press=by_press,
        words="; ".join(reason.partition(":")[0] for reason in event.evidence.reasons),
    )


@lru_cache(maxsize=1)
def _score_all(seed: int, lifts: int) -> Sequence[Score]:
    return [_score(mix, seed, lifts) for mix in MIXES]


def _score(mix: Mix, seed: int, lifts: int) -> Score:
    corpus = draw_corpus(mix, seed=seed, lifts=range(lifts))
    return score(corpus, claims_of(play(corpus)), Rules().trapped_after_s)


def _add_up(scores: Sequence[Score]) -> Score:
    return Score(
        mix="total",
        lifts=sum(one.lifts for one in scores),
        messages=sum(one.messages for one in scores),
        verdicts=[verdict for one in scores for verdict in one.verdicts],
        right=[claim for one in scores for claim in one.right],
        wrong=[claim for one in scores for claim in one.wrong],
    )


# Rows


def _describe(one: Score) -> Row:
    due = [verdict for verdict in one.verdicts if verdict.is_due]
    found = [verdict for verdict in due if verdict.found_at is not None]
    inferred = [claim for claim in one.wrong if not claim.by_press]
    return {
        "mix": one.mix,
        "lifts": one.lifts,
        "messages": one.messages,
        "entrapments": len(one.verdicts),
        "brief": sum(verdict.is_brief for verdict in one.verdicts),
        "mute": sum(verdict.is_mute for verdict in one.verdicts),
        "found": len(found),
        "lost": len(due) - len(found),
        "recall": _share(len(found), len(due)),
        "precision": _precision(one, Sureness.LIKELY, Sureness.CONFIRMED),
        "precision_possible": _precision(one, Sureness.POSSIBLE),
        "false_alarms": sum(claim.is_sure for claim in inferred),
        **_describe_times(found),
        **_describe_presses(one),
    }


def _describe_times(found: Sequence[Verdict]) -> Row:
    late = [verdict.late_s or 0.0 for verdict in found]
    after = [verdict.found_after_s or 0.0 for verdict in found]
    with_network = [verdict.late_with_network_s or 0.0 for verdict in found]
    return {
        "found_p50_s": _round(median(after)) if after else None,
        "found_p95_s": _round(quantiles(after, n=20)[-1]) if len(after) > 1 else None,
        "late": sum(seconds > SLACK_S for seconds in late),
        "late_p50_s": _round(median(late)) if late else None,
        "late_max_s": _round(max(late)) if late else None,
        "late_with_network_max_s": _round(max(with_network)) if with_network else None,
    }


def _describe_presses(one: Score) -> Row:
    """Of the presses that were taken to be meant, how many were."""
    right = sum(claim.by_press and claim.is_sure for claim in one.right)
    wrong = sum(claim.by_press and claim.is_sure for claim in one.wrong)
    return {
        "idle_presses": sum(claim.by_press for claim in one.wrong),
        "precision_presses": _share(right, right + wrong),
    }


def _precision(one: Score, *sureness: Sureness) -> float | None:
    right = sum(claim.sureness in sureness and not claim.by_press for claim in one.right)
    wrong = sum(claim.sureness in sureness and not claim.by_press for claim in one.wrong)
    return _share(right, right + wrong)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _round(seconds: float) -> float:
    return round(seconds, 1)


# For a person


def _list_misses(one: Score) -> Iterator[tuple[tuple[int, float], str]]:
    for verdict in one.verdicts:
        truth, late_s = verdict.entrapment, verdict.late_s
        place = f"{truth.lift_id} {truth.scene} ({truth.kind}) at {truth.since:.0f}"
        if verdict.is_lost:
            yield (0, 0.0), f"lost   {place}, {truth.until - truth.since:.0f} s, pressed: {truth.pressed}"
        elif verdict.is_due and late_s is not None and late_s > SLACK_S:
            yield (2, -late_s), f"late   {place}, by {late_s:.1f} s"
    for claim in one.wrong:
        if claim.is_sure and not claim.by_press:
            yield (1, 0.0), f"wrong  {claim.lift_id} at {claim.at:.0f}, {claim.sureness}: {claim.words}"


def _tell(corpus: Corpus, lift_id: str) -> Iterator[tuple[float, str]]:
    for arrival in corpus.arrivals:
        yield arrival.at, f"{arrival.at:.1f}   {_quote(arrival)}"
    for truth in corpus.truths[lift_id].entrapments:
        yield truth.since, f"{truth.since:.1f} TRUTH {truth.people} trapped {truth.kind} ({truth.scene})"
        yield truth.until, f"{truth.until:.1f} TRUTH free"
    for fault in corpus.truths[lift_id].faults:
        yield fault.since, f"{fault.since:.1f} TRUTH {fault.trouble} until {fault.until:.1f}"
    for moment in play(corpus):
        yield from ((event.at, f"{event.at:.1f} >>> {event}") for event in moment.events)


def _quote(arrival: Arrival) -> str:
    channel, behind_s = arrival.topic.rpartition("/")[2], arrival.at - arrival.sent_at
    notes = f"{arrival.scene}{', shows' * arrival.shows}, {behind_s:.1f} s on its way"
    return f"{channel} {arrival.payload.decode()} [{notes}]"
