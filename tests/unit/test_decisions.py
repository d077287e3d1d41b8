"""What is kept of a decision reads as it was written, shares what many have alike, and says where it cannot."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from devices.messages import LiftId
from dispatch.columns import columns_of
from dispatch.crews import CrewId, Position
from dispatch.travel import StraightLine
from dispatch.triage import Stake
from rescue.decisions import packing
from rescue.decisions import records as decisions
from rescue.decisions.candidates import ahead_s
from rescue.decisions.decided_again import decide_again
from rescue.decisions.packing import Packer, leave_out
from rescue.decisions.records import (
    DecisionRecord,
    DecisionUnusable,
    How,
    Writer,
    as_kept,
    read_decision,
    read_ranking,
    record_of,
)
from rescue.decisions.witness import watch
from rescue.desk import handle
from rescue.desk.inputs import Action, Answer, Intake
from rescue.desk.stakes import NOWHERE
from rescue.escalation import Policy
from rescue.incident import AssignmentId, Caller, Source
from rescue.ports import KeptDecision
from tests.unit.desk.play import AREA, HOME, Play

CALL = Intake(lift_id=LiftId("A1"), area=AREA, source=Source.PHONE, caller=Caller(name="Ms Wang", phone="13800000000"))


def decided(play: Play, travel: object | None = None) -> DecisionRecord:
    """A passenger phones, and what that decision rested on."""
    rules = as_kept(play.rules)
    witness = watch(play.board, replace(rules, travel=travel) if travel else rules)  # type: ignore[arg-type]
    envelope = play.envelope(CALL)
    decision = handle(witness.board, envelope, play.now, witness.rules)
    return record_of(witness, decision, play.now, how=How.INPUT, envelopes=[envelope])


def written(record: DecisionRecord) -> KeptDecision:
    return Writer().write(record)


def test_what_is_read_is_what_was_written() -> None:
    record = decided(Play())
    kept = written(record)
    assert kept.body
    assert read_decision(kept.body, kept.parts) == record
    assert kept.incident_ids == tuple(case.incident_id for case in record.then.incidents)


def test_the_crews_and_the_rules_are_given_along_once_a_day() -> None:
    writer, play = Writer(), Play()
    first, second = writer.write(decided(play)), writer.write(decided(play))
    assert (len(first.parts), len(second.parts)) == (2, 0)
    play.now += timedelta(days=1)
    assert writer.write(decided(play)).parts.keys() == first.parts.keys()


def test_a_crew_that_has_moved_makes_another_part() -> None:
    writer, play = Writer(), Play()
    first = writer.write(decided(play))
    play.board.place(play.crews[0].crew_id, HOME, play.now)
    second = writer.write(decided(play))
    assert len(second.parts) == 1
    assert not second.parts.keys() & first.parts.keys()


def test_after_a_commit_that_failed_every_part_is_given_along_again() -> None:
    packer, play = Packer(), Play()
    first = _pack(packer, play)
    assert first.parts
    with pytest.raises(ConnectionError):
        _fail_to_commit(packer)
    assert _pack(packer, play).parts == first.parts


def _fail_to_commit(packer: Packer) -> None:
    with packer.committing():
        raise ConnectionError


def _pack(packer: Packer, play: Play) -> KeptDecision:
    witness = watch(play.board, as_kept(play.rules))
    envelope = play.envelope(CALL)
    decision = handle(witness.board, envelope, play.now, witness.rules)
    kept = packer.pack(witness, decision, play.now, How.INPUT, [envelope])
    assert kept
    return kept


class NoWay(StraightLine):
    """The roads are flooded."""

    def seconds(self, origins: Sequence[Position], destination: Position, at: object) -> list[float]:
        return [float("inf")] * len(origins)


def test_that_there_was_no_way_is_kept_too() -> None:
    kept = written(decided(Play(), NoWay()))
    assert kept.body
    record = read_decision(kept.body, kept.parts)
    assert {seconds for ways in record.ways for seconds in ways.seconds} == {None}
    assert decide_again(record).same


def test_a_decision_on_too_much_is_kept_as_a_line_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "LARGEST", 1000)
    kept = written(decided(Play()))
    assert kept.body is None
    assert kept.left_out.startswith("1 inputs and 1 cases at once are ")


def test_what_cannot_be_packed_stops_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("not today")

    monkeypatch.setattr(packing, "record_of", fail)
    kept = _pack(Packer(), Play())
    assert (kept.body, kept.left_out) == (None, "it could not be packed: ValueError")


def test_a_decision_that_touched_no_case_is_not_kept() -> None:
    play = Play()
    witness = watch(play.board, as_kept(play.rules))
    envelope = play.envelope(replace(CALL, lift_id=LiftId("A1")))
    decision = replace(handle(witness.board, envelope, play.now, witness.rules), incidents={})
    assert Packer().pack(witness, decision, play.now, How.INPUT, [envelope]) is None
    assert leave_out(decision, play.now, "whatever") is None


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _: b"", "this is no kept decision: error"),
        (lambda _: zlib.compress(b"7"), "this is no kept decision: TypeError"),
        (
            lambda body: body.replace(b'"format":1', b'"format":2'),
            "a kept decision is of format 2; this version reads 1",
        ),
        (lambda body: body.replace(b'"Intake"', b'"Outtake"'), "this is no kept decision: KeyError"),
        (lambda body: body.replace(b'"how":"input"', b'"how":"rumour"'), "this is no kept decision: ValueError"),
        (lambda body: body.replace(b'"source":"phone"', b'"source":"pigeon"'), "this is no kept decision: Validation"),
    ],
)
def test_what_was_never_written_is_refused(spoil: Callable[[bytes], bytes], told: str) -> None:
    kept = written(decided(Play()))
    assert kept.body
    spoilt = spoil(zlib.decompress(kept.body))
    body = spoilt if not spoilt.startswith(b"{") else zlib.compress(spoilt)
    with pytest.raises(DecisionUnusable, match=told):
        read_decision(body, kept.parts)


def test_a_part_that_is_gone_is_said() -> None:
    kept = written(decided(Play()))
    assert kept.body
    with pytest.raises(DecisionUnusable, match="KeyError"):
        read_decision(kept.body, {})


# --- how the crews stood


def test_how_every_crew_stood_is_kept_with_the_attempt_and_can_be_read_alone() -> None:
    record = decided(Play())
    [kept] = record.then.rankings
    assert (kept.assignment_id, kept.crew_id) == ("I1-1", "K1")
    assert [one.crew_id for one in kept.candidates] == ["K1", "K2", "K3"]
    assert [(one.crew_id, one.reason) for one in kept.refused] == [("S1", "not of the contracted company")]
    body = written(record).body
    assert body
    assert read_ranking(body, AssignmentId("I1-1")) == kept
    assert read_ranking(body, AssignmentId("I1-2")) is None
    with pytest.raises(DecisionUnusable):
        read_ranking(b"no such thing", AssignmentId("I1-1"))


def test_by_how_much_the_chosen_crew_is_ahead_of_the_next_is_told_also_where_it_is_behind() -> None:
    [kept] = decided(Play()).then.rankings
    first, second = (one.cost_s for one in kept.candidates[:2])
    assert ahead_s(CrewId("K1"), kept.candidates) == second - first
    assert ahead_s(CrewId("K2"), kept.candidates) == first - second
    assert ahead_s(CrewId("S1"), kept.candidates) is None
    assert ahead_s(CrewId("K1"), kept.candidates[:1]) is None


def test_other_candidates_than_then_are_told() -> None:
    record = decided(Play())
    [kept] = record.then.rankings
    first, _, third = kept.columns.cost_s
    dearer = replace(kept.columns, cost_s=(first, 9_999.0, third))
    changes = {
        "attempt I1-1: candidate 2 was K2 at 9999 s": replace(kept, columns=dearer),
        "attempt I1-1: 2 crews could go then, and 3 now": replace(kept, columns=columns_of(kept.candidates[:2])),
        "attempt I1-1: other crews may not go, or on other grounds": replace(kept, refusals=()),
    }
    for told, ranking in changes.items():
        changed = replace(record, then=replace(record.then, rankings=(ranking,)))
        [line] = decide_again(changed).differences
        assert line.startswith(told)


class Guided(StraightLine):
    """Ways as the crow flies, of which something is to be said."""

    def ways(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[tuple[float, str | None]]:
        return [(seconds, "523 m off any road: is it GCJ-02?") for seconds in self.seconds(origins, destination, at)]


def test_what_was_said_of_the_ways_is_said_again() -> None:
    record = decided(Play(), Guided())
    assert "is it GCJ-02?" in record.then.assignments[0].reason
    body = written(record)
    assert body.body
    assert decide_again(read_decision(body.body, body.parts)).same


def test_a_rest_from_a_case_that_is_over_counts_again() -> None:
    play = Play(policy=Policy(accident_after_s=20_000))
    play.alarm("A2")
    for answer in (Answer.ACCEPT, Answer.ON_SCENE):
        play.answer(answer)
    play.forward(minutes=125)
    play.answer(Answer.RELEASED)
    play.act(Action.CONFIRM_RELEASE, reason="all are out")
    play.act(Action.CLOSE, cause_code="503", reason="done")
    record = decided(play)
    assert [(held.crew_id, held.aim) for held in record.held] == [("K1", NOWHERE)]
    body = written(record)
    assert body.body
    again = read_decision(body.body, body.parts)
    assert decide_again(again).same
    rested = replace(again, held=())
    assert not decide_again(rested).same


def test_a_decision_that_was_kept_before_candidates_were_can_be_read() -> None:
    kept = written(decided(Play()))
    assert kept.body
    older = json.loads(zlib.decompress(kept.body))
    del older["routes"], older["then"]["rankings"], older["then"]["routes"]
    for ways in older["ways"]:
        del ways["remarks"]
    older["held"] = [["I7-1", "I7", "K3", "offered"]]
    record = read_decision(zlib.compress(json.dumps(older).encode()), kept.parts)
    assert (record.then.rankings, record.board.routes) == ((), {})
    assert record.held[0].aim.stake is Stake.CONFIRMED
