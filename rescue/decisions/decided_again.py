"""Decides a kept decision again: does the desk, told the same at the same instant, decide what it decided then?

Decides what counts as the same: the outcomes, every case, attempt, alarm and lift of an outage as it was afterwards,
every entry of a timeline by its hash, and what was to happen outside by its key. The desk decides by the rules and the
ways of then, so that a setting or a road that has changed since makes no difference; a change of the program does.
Must not know where decisions are kept, or how the answer is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from math import inf
from typing import Any

from dispatch.crews import CompanyId, Position
from dispatch.problem import Candidate
from rescue.decisions.candidates import KeptRanking
from rescue.decisions.records import Came, DecisionRecord, How, came
from rescue.decisions.witness import Ways, digest_of
from rescue.desk import handle, handle_news, handle_timer
from rescue.desk.board import Decision, Outcome
from rescue.desk.draft import DeskRules
from rescue.incident import Assignment, AssignmentId, IncidentId
from rescue.timeline import Entry

SEALED = frozenset({"head", "entries"})
"""What a case says of its timeline; the entries themselves are compared."""

Known = Mapping[tuple[IncidentId, int], Entry]
"""Entries by case and number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAgain:
    """A decision of then, and in which ways it comes out differently now, each a line for a person."""

    record: DecisionRecord
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        """It comes out the same."""
        return not self.differences


class WaysOfThen:
    """The travel times as they were answered then."""

    def __init__(self, ways: Sequence[Ways]) -> None:
        self.unknown = 0
        """Of how many ways nothing is known, because they were not asked for then."""
        self._ways = {(one.destination, one.origins): one for one in ways}

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """What was answered; where nothing was, there is no way."""
        return [seconds for seconds, _ in self.ways(origins, destination, at)]

    def ways(
        self,
        origins: Sequence[Position],
        destination: Position,
        at: datetime,  # noqa: ARG002
    ) -> list[tuple[float, str | None]]:
        """The same with what was said of each way."""
        known = self._ways.get((destination, digest_of(origins)))
        if known is None:
            self.unknown += len(origins)
            return [(inf, None)] * len(origins)
        told = enumerate(known.seconds)
        return [(inf if seconds is None else seconds, known.remarks.get(place)) for place, seconds in told]


def decide_again(record: DecisionRecord, timeline: Iterable[Entry] = ()) -> DecidedAgain:
    """Decide it again; `timeline` are the entries of its case, to say in words what was written then."""
    then = {(entry.incident_id, entry.seq): entry for entry in timeline}
    travel = WaysOfThen(record.ways)
    try:
        decision, outcomes = _decide(record, DeskRules(**record.rules, travel=travel))
    except Exception as error:  # whatever the desk of today makes of it is the answer
        return DecidedAgain(record=record, differences=(f"it fails now: {type(error).__name__}: {error}",))
    differences = list(_differences(record.then, came(decision, outcomes), decision, then))
    if travel.unknown:
        differences.append("the desk asks for ways that it did not ask for then")
    return DecidedAgain(record=record, differences=tuple(differences))


def _decide(record: DecisionRecord, rules: DeskRules) -> tuple[Decision, Sequence[Outcome]]:
    board = replace(record.board, assignments=record.board.assignments | _held(record))
    board.aims |= {held.incident_id: held.aim for held in record.held}
    match record.how:
        case How.INPUT:
            decision = handle(board, record.envelopes[0], record.at, rules)
        case How.NEWS:
            return handle_news(board, record.envelopes, record.at, rules)
        case How.TIMER:
            decision = handle_timer(board, record.at, rules)
    return decision, [decision.outcome]


def _held(record: DecisionRecord) -> dict[AssignmentId, Assignment]:
    """What keeps crews busy elsewhere, as far as another case can see."""
    return {
        held.assignment_id: Assignment(
            assignment_id=held.assignment_id,
            incident_id=held.incident_id,
            attempt=0,
            level=0,
            crew_id=held.crew_id,
            company_id=CompanyId(""),
            status=held.status,
            offered_at=record.at,
            accept_by=record.at,
            eta_s=None,
            reason="",
            on_scene_at=held.on_scene_at,
            ended_at=held.ended_at,
        )
        for held in record.held
    }


def _differences(then: Came, now: Came, decision: Decision, written: Known) -> Iterator[str]:
    yield from _of_outcomes(then.outcomes, now.outcomes)
    yield from _of_entries(then.entries, decision, written)
    yield from _of_values("case", then.incidents, now.incidents, lambda one: one.incident_id)
    yield from _of_values("attempt", then.assignments, now.assignments, lambda one: one.assignment_id)
    yield from _of_candidates(then.rankings, now.rankings)
    if then.routes != now.routes:
        yield "the plan in force was another then"
    yield from _of_values("alarms of lift", then.ledgers, now.ledgers, lambda one: one.lift_id)
    yield from _of_values("outage's lift", then.members, now.members, lambda one: one.lift_id)
    yield from (f"{effect} was to happen then, and is not now" for effect in then.effects if effect not in now.effects)
    yield from (f"{effect} is to happen now, and was not then" for effect in now.effects if effect not in then.effects)


def _of_outcomes(then: Sequence[Outcome], now: Sequence[Outcome]) -> Iterator[str]:
    for before, after in zip(then, now, strict=False):
        if before != after:
            yield f"the answer was '{before.verdict} {before.reason}', and is '{after.verdict} {after.reason}' now"


def _of_entries(then: Sequence[tuple[IncidentId, int, str]], decision: Decision, written: Known) -> Iterator[str]:
    """By hash; in words where the words differ."""
    hashes = {(incident_id, seq): hash_ for incident_id, seq, hash_ in then}
    now = {(entry.incident_id, entry.seq): entry for entry in decision.entries}
    for key, hash_ in hashes.items():
        if key not in now:
            yield f"entry {key[1]} was written then{_quote(written.get(key))}, and is not now"
        elif now[key].hash != hash_:
            yield _other_entry(now[key], written.get(key))
    new = (entry for key, entry in now.items() if key not in hashes)
    yield from (f"entry {entry.seq} is written now{_quote(entry)}, and was not then" for entry in new)


def _quote(entry: Entry | None) -> str:
    return f" ({entry.said})" if entry else ""


def _other_entry(now: Entry, then: Entry | None) -> str:
    if then is None:
        return f"entry {now.seq} is another now{_quote(now)}"
    if then.said != now.said:
        return f"entry {now.seq} was '{then.said}', and is '{now.said}' now"
    names = [name for name in dict.fromkeys((*then.data, *now.data)) if then.data.get(name) != now.data.get(name)]
    told = [f"{name} was {then.data.get(name)}, and is {now.data.get(name)} now" for name in names]
    return f"entry {now.seq} ({now.said}): {'; '.join(told) or 'it follows another entry, or another wrote it'}"


def _of_values(what: str, then: Sequence[Any], now: Sequence[Any], key: Any) -> Iterator[str]:
    before, after = ({key(one): one for one in values} for values in (then, now))
    yield from (f"{what} {one} was changed then, and is not now" for one in before if one not in after)
    yield from (f"{what} {one} is changed now, and was not then" for one in after if one not in before)
    for one in before.keys() & after.keys():
        yield from (f"{what} {one}: {told}" for told in _of_fields(before[one], after[one]))


def _of_candidates(then: Sequence[KeptRanking], now: Sequence[KeptRanking]) -> Iterator[str]:
    after = {one.assignment_id: one for one in now}
    for before in then:
        again = after.get(before.assignment_id)
        if again is not None and again != before:
            yield f"attempt {before.assignment_id}: {_other_candidates(before, again)}"


def _other_candidates(then: KeptRanking, now: KeptRanking) -> str:
    for place, (before, after) in enumerate(zip(then.candidates, now.candidates, strict=False), start=1):
        if before != after:
            return f"candidate {place} was {_spell(before)}, and is {_spell(after)} now"
    if len(then.candidates) != len(now.candidates):
        return f"{len(then.candidates)} crews could go then, and {len(now.candidates)} now"
    return "other crews may not go, or on other grounds"


def _spell(candidate: Candidate) -> str:
    return f"{candidate.crew_id} at {candidate.cost_s:.0f} s ({'; '.join(candidate.reasons)})"


def _of_fields(then: Any, now: Any) -> Iterator[str]:
    for name in (one.name for one in fields(then) if one.name not in SEALED):
        before, after = getattr(then, name), getattr(now, name)
        if before != after:
            yield f"{name} was {before}, and is {after} now"
