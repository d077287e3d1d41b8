"""Every decision of simulated cities, decided again: the same comes out, and a changed program is noticed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from rescue.decisions.decided_again import decide_again
from rescue.decisions.packing import Packer
from rescue.decisions.records import DecisionRecord, How, as_kept, read_decision
from rescue.decisions.witness import Witness, watch
from rescue.desk import asking, handle, handle_news, handle_timer, trapped
from rescue.desk.board import Board, Decision, Outcome
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Envelope
from rescue.ports import KeptDecision
from tests.simulation import world
from tests.simulation.world import World

SEEDS = int(os.environ.get("RESCUE_SIMULATION_SEEDS", "120")) // 20


class Notary:
    """Stands between the simulated shell and the desk, as `rescue.shell.deciding` does, and keeps every decision."""

    def __init__(self) -> None:
        self.kept: list[KeptDecision] = []
        self._packer = Packer()

    def handle(self, board: Board, envelope: Envelope, now: datetime, rules: DeskRules) -> Decision:
        witness = watch(board, as_kept(rules))
        decision = handle(witness.board, envelope, now, witness.rules)
        self._keep(witness, decision, now, How.INPUT, [envelope])
        return decision

    def handle_news(
        self, board: Board, envelopes: Sequence[Envelope], now: datetime, rules: DeskRules
    ) -> tuple[Decision, Sequence[Outcome]]:
        witness = watch(board, as_kept(rules))
        decision, outcomes = handle_news(witness.board, envelopes, now, witness.rules)
        self._keep(witness, decision, now, How.NEWS, envelopes, outcomes)
        return decision, outcomes

    def handle_timer(self, board: Board, now: datetime, rules: DeskRules) -> Decision:
        witness = watch(board, as_kept(rules))
        decision = handle_timer(witness.board, now, witness.rules)
        self._keep(witness, decision, now, How.TIMER)
        return decision

    def _keep(self, witness: Witness, decision: Decision, now: datetime, how: How, *more: Any) -> None:
        kept = self._packer.pack(witness, decision, now, how, *more)
        self.kept += [kept] if kept else []

    def records(self) -> Iterator[DecisionRecord]:
        parts: dict[str, bytes] = {}
        for kept in self.kept:
            parts |= kept.parts
            assert kept.body is not None, kept.left_out
            yield read_decision(kept.body, parts)


@pytest.fixture
def notary(monkeypatch: pytest.MonkeyPatch) -> Notary:
    """Notes what every world decides from now on."""
    notary = Notary()
    for name in ("handle", "handle_news", "handle_timer"):
        monkeypatch.setattr(world, name, getattr(notary, name))
    return notary


@pytest.mark.parametrize("block", range(2))
def test_every_decision_of_every_case_comes_out_the_same(notary: Notary, block: int) -> None:
    for seed in range(block * SEEDS // 2, (block + 1) * SEEDS // 2):
        World(seed).play()
    again = [decide_again(record) for record in notary.records()]
    assert {one.record.how for one in again} == set(How)
    assert [f"{one.record.at}: {one.differences}" for one in again if not one.same] == []


def _a_second_longer(answer_by: Callable[..., datetime]) -> Callable[..., datetime]:
    return lambda *arguments: answer_by(*arguments) + timedelta(seconds=1)


def _never_sure(is_sure: Callable[..., bool]) -> Callable[..., bool]:
    return lambda evidence: False


def _silent(tell: Callable[..., None]) -> Callable[..., None]:
    return lambda *arguments: None


CHANGES: dict[str, tuple[Any, str, Callable[..., Any], str]] = {
    "companies have a second longer": (asking, "answer_by", _a_second_longer, "accept_by was"),
    "nobody is asked at once": (trapped, "is_sure", _never_sure, "was written then"),
    "companies are not told": (trapped, "tell", _silent, "was to happen then, and is not now"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_program_that_decides_otherwise_is_noticed(
    notary: Notary, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    World(0).play()
    where, name, plant, told = CHANGES[change]
    monkeypatch.setattr(where, name, plant(getattr(where, name)))
    differences = [line for record in notary.records() for line in decide_again(record).differences]
    assert any(told in line for line in differences), differences[:5]
