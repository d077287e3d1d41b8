"""What a decision rested on is what was read of the board, no more, and enough to decide the same again."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from devices.faults import Fault
from devices.messages import Area
from dispatch.crews import CrewId
from rescue.decisions.witness import HOLDERS, PARTS, watch
from rescue.desk import handle_news
from rescue.desk.board import Board
from rescue.desk.inputs import Answer
from rescue.incident import AssignmentStatus
from tests.unit.desk.play import AREA, Play, lift

ELSEWHERE = Area("410106")


def test_every_part_of_a_board_is_watched_or_is_an_index_of_ids() -> None:
    given = {field.name for field in fields(Board) if field.init}
    indexes = {field.name for field in fields(Board) if not field.init and not field.name.startswith("_")}
    assert given == {*PARTS, "next_number"}
    assert indexes == {"by_lift", "by_place", "waiting", "aims", "worked", "expected_at", HOLDERS}


def test_a_look_at_one_case_tells_of_that_case_only() -> None:
    play = Play()
    play.alarm("A1")
    play.alarm("A2")
    witness = watch(play.board, play.rules)
    case = play.case_of("A1")
    assert case
    assert witness.board.incident_of(case.lift_id) == case  # type: ignore[arg-type]
    told = witness.testimony(())
    assert (list(told.incidents), told.crews, told.assignments) == ([case.incident_id], {}, {})


def test_who_asks_which_crews_are_busy_is_told_of_all_that_are_and_little_more() -> None:
    play = Play()
    play.alarm("A1")
    witness = watch(play.board, play.rules)
    assert set(witness.board.busy()) == {"K1"}
    assert [(held.crew_id, held.status) for held in witness.held] == [("K1", AssignmentStatus.OFFERED)]
    assert witness.testimony(()).assignments == {}


def test_ways_are_noted_with_what_was_answered() -> None:
    play = Play()
    witness = watch(play.board, play.rules)
    places = [crew.position for crew in play.crews if crew.position]
    answered = witness.rules.travel.seconds(places, places[0], play.now)
    [ways] = witness.ways
    assert list(ways.seconds) == answered
    assert ways.destination == places[0]


def test_what_is_not_there_is_no_testimony() -> None:
    witness = watch(Play().board, Play().rules)
    assert witness.board.crews.get(CrewId("nobody")) is None
    with pytest.raises(KeyError):
        witness.board.crews[CrewId("nobody")]
    assert witness.testimony(()).crews == {}


def test_news_of_an_outage_is_told_with_whoever_it_may_be_grouped_with() -> None:
    cards = [replace(lift(f"B{n}"), building="3") for n in range(3)]
    far = replace(lift("C1"), area=ELSEWHERE)
    play = Play(lifts=[*cards, far, lift("A1")])
    play.fault("B0", Fault.MAINS_LOST)
    play.fault("B1", Fault.MAINS_LOST)
    play.fault("C1", Fault.MAINS_LOST)
    play.alarm("A1")
    witness = watch(play.board, play.rules)
    envelope = play.envelope(play.fault_of("B2", Fault.MAINS_LOST))
    decision, _ = handle_news(witness.board, [envelope], play.now, witness.rules)
    told = witness.testimony({AREA})
    assert {one.lift_id for one in told.incidents.values()} == {"B0", "B1"}
    assert handle_news(told, [envelope], play.now, play.rules)[0] == decision


def test_an_answer_is_told_with_its_attempt() -> None:
    play = Play()
    play.alarm("A1")
    play.answer(Answer.ACCEPT)
    assert play.case.assignment_id
    witness = watch(play.board, play.rules)
    assert witness.board.assignments[play.case.assignment_id].status is AssignmentStatus.ACCEPTED
    assert list(witness.testimony(()).assignments) == [play.case.assignment_id]
