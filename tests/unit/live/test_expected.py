"""Who is to come by the plan: consoles are told as the plan changes, some cases at a time, and each in its turn."""

from __future__ import annotations

from datetime import datetime, timedelta

from devices.messages import LiftId
from dispatch.crews import CrewId
from rescue.incident import IncidentId
from rescue.live.changes import EXPECTED_AT_ONCE, Change, Teller
from tests.unit.desk.play import CREWS, Play, lift

MINUTE = timedelta(minutes=1)


def many(waiting: int) -> tuple[Play, list[IncidentId]]:
    """People in so many lifts, and no crew on duty."""
    names = [f"A{n}" for n in range(waiting)]
    play = Play(crews=[], lifts=[lift(name) for name in names])
    for name in names:
        play.call(name)
    play.board.crews |= {crew.crew_id: crew for crew in CREWS}
    return play, [play.board.by_lift[LiftId(name)] for name in names]


def plan(play: Play, ids: list[IncidentId], at: datetime, crew_id: CrewId = CREWS[0].crew_id) -> None:
    """As the desk would keep it, without what it asks of crews."""
    play.board.routes = {crew_id: tuple(ids)}
    play.board.expected_at = dict.fromkeys(ids, at)


def told(change: Change | None) -> dict[IncidentId, int]:
    """Of which cases, and in which place."""
    cases = change.cases if change else ()
    return {one.incident.incident_id: one.expected.place if one.expected else 0 for one in cases}


def test_a_plan_that_changes_nothing_else_is_told_all_the_same_and_once() -> None:
    play, [first, second] = many(2)
    teller = Teller(play.board)
    plan(play, [first, second], play.now)
    assert told(teller.look(play.now)) == {first: 1, second: 2}
    assert teller.look(play.now) is None
    assert [one.expected.place for one in teller.scene().cases if one.expected] == [1, 2]
    plan(play, [second, first], play.now)
    assert told(teller.look(play.now)) == {second: 1, first: 2}
    plan(play, [], play.now)
    assert told(teller.look(play.now)) == {second: 0, first: 0}


def test_an_arrival_that_moves_by_less_than_a_minute_is_no_news() -> None:
    play, ids = many(1)
    teller = Teller(play.board)
    plan(play, ids, play.now)
    assert told(teller.look(play.now))
    plan(play, ids, play.now + 0.9 * MINUTE)
    assert teller.look(play.now) is None
    plan(play, ids, play.now + MINUTE)
    assert told(teller.look(play.now)) == {ids[0]: 1}


def test_of_many_some_are_told_at_a_time_and_each_has_its_turn_however_often_the_plan_changes() -> None:
    play, ids = many(2 * EXPECTED_AT_ONCE + 1)
    teller = Teller(play.board)
    turns: list[set[IncidentId]] = []
    for number in range(3):
        plan(play, ids, play.now + number * 2 * MINUTE, crew_id=CREWS[number].crew_id)
        turns.append(set(told(teller.look(play.now))))
    assert [len(turn) for turn in turns] == [EXPECTED_AT_ONCE] * 3
    assert set().union(*turns) == set(ids)
