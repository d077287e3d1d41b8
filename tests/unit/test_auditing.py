"""What the auditor finds: what is wrong is said, what is right is not, and what is passing does not count."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from devices.messages import LiftId
from dispatch.crews import CrewId
from rescue.desk.board import Board
from rescue.incident import IncidentId
from rescue.ports import Clock, StoreUnavailable
from rescue.watch.auditing import NAMED, Facts, Finding, brief, judge
from rescue.watch.auditor import ROUNDS_MISSED, Auditor
from rescue.watch.health import Vitals
from tests.unit.desk.play import NOON

ONE, TWO = IncidentId("i1"), IncidentId("i2")
HOUR_S = 3600.0


def found(facts: Facts, before: dict[IncidentId, int] | None = None, after: dict[IncidentId, int] | None = None) -> str:
    """What is said, in one line."""
    return "; ".join(finding.said for finding in judge(facts, before, after, NOON))


def test_where_all_is_well_nothing_is_found() -> None:
    assert found(Facts(versions={ONE: 3}), {ONE: 3}, {ONE: 3}) == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"forgotten": [(7, None)]}, "case 7 is without a deadline ahead"),
        ({"forgotten": [(7, NOON - timedelta(seconds=40))]}, "case 7 is 40 s past a deadline"),
        ({"late": [(3, "assignment.offered", NOON - timedelta(minutes=3))]}, "was due 180 s ago and is not tried"),
        ({"astray": [(CrewId("K1"), 2, False)]}, "crew K1 is in 2 places"),
        ({"astray": [(CrewId("K1"), 1, True)]}, "crew K1 is held by a case that is over"),
        ({"unheard": [(LiftId("A1"), 9)]}, "alarm 9 of lift A1 has no case"),
        ({"set_aside": 2}, "the desk failed on 2 inputs"),
        ({"newest_effect_at": NOON + timedelta(minutes=10)}, "the newest decision is dated 600 s ahead"),
        ({"database_ahead_s": 30.0}, "the database's clock is 30 s ahead of ours"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, Any], said: str) -> None:
    assert said in found(replace(Facts(versions={}), **wrong))


@pytest.mark.parametrize(("database_ahead_s", "agrees"), [(HOUR_S, "the machine"), (0.0, "the service")])
def test_when_the_machines_clock_was_set_the_database_is_asked_whom_it_believes(
    database_ahead_s: float, agrees: str
) -> None:
    said = found(Facts(versions={}, machine_ahead_s=HOUR_S, database_ahead_s=database_ahead_s))
    assert "3600 s ahead of the service's" in said
    assert f"agrees with {agrees}" in said


def test_clocks_and_inputs_set_aside_are_warnings_for_nobody_waits_in_vain() -> None:
    facts = Facts(versions={}, set_aside=1, machine_ahead_s=HOUR_S)
    assert [finding.grave for finding in judge(facts, None, None, NOON)] == [False, False]


# --- the board and the database


def test_what_is_committed_while_the_auditor_reads_is_no_finding() -> None:
    assert found(Facts(versions={ONE: 4, TWO: 1}), {ONE: 3}, {ONE: 5, TWO: 1}) == ""


def test_a_case_that_ends_while_the_auditor_reads_is_no_finding() -> None:
    assert found(Facts(versions={ONE: 4}), {ONE: 4}, {}) == ""
    assert found(Facts(versions={}), {ONE: 4}, {}) == ""


@pytest.mark.parametrize("here", [3, 5])
def test_another_version_here_than_in_the_database_is_said(here: int) -> None:
    assert "case i1 has version 4" in found(Facts(versions={ONE: 4}), {ONE: here}, {ONE: here})


def test_a_case_on_one_side_only_is_said() -> None:
    assert "and none here" in found(Facts(versions={ONE: 4}), {}, {})
    assert "open here and not in the database" in found(Facts(versions={}), {ONE: 4}, {ONE: 4})


def test_where_not_all_cases_could_be_read_those_unread_are_no_finding() -> None:
    assert found(Facts(versions={}, complete=False), {ONE: 4}, {ONE: 4}) == ""


def test_of_many_findings_a_few_are_named() -> None:
    many = [Finding(key=str(n), said=f"finding {n}") for n in range(NAMED + 3)]
    assert brief(many)[-1] == "and 3 more"
    assert len(brief(many)) == NAMED + 1


# --- going round


@dataclass
class Scene:
    """An auditor whose database says what the test gives it, and whose time the test moves."""

    facts: Facts | Exception = field(default_factory=lambda: Facts(versions={}))
    seconds: float = 0.0
    ahead_s: float = 0.0
    board: Board = field(default_factory=Board)
    is_loaded: bool = True
    trouble: str = ""
    connected: bool = True

    def __post_init__(self) -> None:
        self.auditor = Auditor(self, self, self, every_s=5, monotonic=lambda: self.seconds)
        self.vitals = Vitals(self, self, self.auditor)

    async def read_facts(self, clock: Clock) -> Facts:
        if isinstance(self.facts, Exception):
            raise self.facts
        return self.facts

    def now(self) -> datetime:
        return NOON

    def follow(self) -> float:
        return self.ahead_s

    async def rounds(self, number: int) -> None:
        for _ in range(number):
            await self.auditor.go_round()
            self.seconds += 5


FORGOTTEN = Facts(versions={}, forgotten=[(7, None)])


async def test_a_finding_counts_once_it_is_found_twice_running() -> None:
    scene = Scene(facts=FORGOTTEN)
    await scene.rounds(1)
    assert scene.vitals.health().ready
    await scene.rounds(1)
    assert scene.vitals.health().reasons == ["case 7 is without a deadline ahead: look after it by hand"]
    scene.facts = Facts(versions={})
    await scene.rounds(1)
    assert scene.vitals.health().is_well


async def test_a_warning_leaves_the_service_ready_but_not_well() -> None:
    scene = Scene(facts=Facts(versions={}, set_aside=1))
    await scene.rounds(2)
    health = scene.vitals.health()
    assert (health.ready, health.is_well, len(health.warnings)) == (True, False, 1)


@pytest.mark.parametrize("failure", [StoreUnavailable("connection lost"), KeyError("a fault of ours")])
async def test_an_auditor_that_cannot_look_is_itself_a_reason_not_to_be_ready(failure: Exception) -> None:
    scene = Scene()
    await scene.rounds(1)
    scene.facts = failure
    await scene.rounds(ROUNDS_MISSED - 1)
    assert scene.vitals.health().is_well
    await scene.rounds(2)
    assert "the auditor has not finished a round" in scene.vitals.health().reasons[0]
    assert scene.auditor.failed == ROUNDS_MISSED + 1
    scene.facts = Facts(versions={})
    await scene.rounds(1)
    assert scene.vitals.health().is_well


async def test_an_auditor_that_hangs_before_its_first_round_is_noticed() -> None:
    scene = Scene()
    scene.seconds = 5 * ROUNDS_MISSED + 1
    assert not scene.vitals.health().ready


async def test_an_instance_that_stands_by_is_not_compared_with_the_database() -> None:
    scene = Scene(facts=Facts(versions={ONE: 4}), is_loaded=False)
    await scene.rounds(2)
    assert scene.vitals.health().is_well


async def test_what_desk_and_broker_say_of_themselves_is_passed_on() -> None:
    scene = Scene(trouble="no case can be taken in or changed: disk full", connected=False)
    assert list(scene.vitals.health().reasons) == [scene.trouble, "the broker is away"]
