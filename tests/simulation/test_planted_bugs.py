"""Checkers need checking: bugs planted in the core, each of which the simulation must find within a few seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import rescue.desk
from devices.messages import AlarmRaised
from rescue.desk import alarms, answers, asking, outages, signs, trapped
from rescue.desk.alarms import News
from rescue.desk.board import Board
from rescue.incident import Deadline
from tests.simulation.world import World

SEEDS = 60


def found_by(seeds: int) -> str | None:
    """What the first failing seed says, or None if the bug lives."""
    for seed in range(seeds):
        try:
            World(seed).play()
        except Exception as error:
            return f"seed {seed}: {error!r}"
    return None


def _swallow_second_alarms(judge: Callable[..., News]) -> Callable[..., News]:
    return lambda ledger, alarm, now, policy: News.REPEAT if ledger else judge(ledger, alarm, now, policy)


def _believe_late_news(judge: Callable[..., News]) -> Callable[..., News]:
    return lambda ledger, alarm, now, policy: News.NEW


def _take_any_answer(_refusal: Callable[..., str]) -> Callable[..., str]:
    return lambda draft, assignment, answered: ""


def _forget_to_ask_again(later: Callable[..., Any]) -> Callable[..., Any]:
    return lambda draft, incident, reason: draft.save(incident.without(Deadline.ASK_BY))


def _double_book(_busy: Callable[..., Any]) -> Callable[..., Any]:
    return lambda board: {}


def _leave_released_cases_alone(release: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: arguments[0].save(replace(release(*arguments), deadlines={}))


def _acknowledge_without_a_case(take: Callable[..., Any]) -> Callable[..., Any]:
    def take_nothing(draft: Any, envelope: Any, report: Any) -> Any:
        if isinstance(envelope.input, AlarmRaised):
            return draft.outcome("nothing")
        return take(draft, envelope, report)

    return take_nothing


def _never_rise(rise: Callable[..., Any]) -> Callable[..., Any]:
    return lambda draft, incident, report, by: incident


def _never_settle(_settle_parents: Callable[..., Any]) -> Callable[..., Any]:
    return lambda draft: None


def _forget_who_left(leave: Callable[..., Any]) -> Callable[..., Any]:
    return lambda draft, lift_id, condition: None


PLANTED: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "an old case swallows new alarms": (alarms, "judge", _swallow_second_alarms),
    "late news opens ghost cases": (alarms, "judge", _believe_late_news),
    "answers count though their attempt is over": (answers, "_refusal", _take_any_answer),
    "nobody is asked again when nobody was free": (asking, "_ask_again_later", _forget_to_ask_again),
    "a busy crew is asked for another case": (Board, "busy", _double_book),
    "a released case has nothing ahead": (answers, "release", _leave_released_cases_alone),
    "a fault's case swallows people": (trapped, "rise", _never_rise),
    "an outage goes on when all is well": (rescue.desk, "settle_parents", _never_settle),
    "a lift without power stays so": (outages, "leave", _forget_who_left),
    "an alarm is acknowledged and no case opened": (signs, "take", _acknowledge_without_a_case),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_the_simulation_finds_a_planted_bug(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, plant = PLANTED[bug]
    monkeypatch.setattr(where, name, plant(getattr(where, name)))
    assert found_by(SEEDS), f"{SEEDS} seeds did not notice that {bug}"
