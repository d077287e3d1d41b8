"""Who handles a case: claimed, let go, left to the next at the end of a shift, taken over."""

from __future__ import annotations

from datetime import timedelta

from rescue.desk import handle
from rescue.desk.board import Outcome, Verdict, apply
from rescue.desk.inputs import Action, Envelope, OperatorActed
from rescue.timeline import Actor
from tests.unit.desk.play import NOON, Play


def says(play: Play, name: str, action: Action, reason: str = "", *, is_supervisor: bool = False) -> Outcome:
    """One of several operators acts on the newest case."""
    acted = OperatorActed(incident_id=play.case.incident_id, action=action, reason=reason, is_supervisor=is_supervisor)
    by = Actor(kind="operator", name=name, channel="http")
    decision = handle(
        play.board, Envelope(input_id=f"{name}{len(play.entries)}", input=acted, actor=by), play.now, play.rules
    )
    apply(play.board, decision)
    play.cases |= decision.incidents
    play.entries += decision.entries
    return decision.outcome


def handled_by_zhang() -> Play:
    play = Play()
    play.alarm()
    says(play, "zhang", Action.CLAIM)
    return play


def test_a_case_that_is_left_waits_for_whoever_takes_it_over_with_its_note() -> None:
    play = handled_by_zhang()
    play.forward(seconds=30)
    says(play, "zhang", Action.LEAVE, "the owner has the key")
    left = play.case.left
    assert left is not None
    assert (play.case.claimed_by, left.by, left.note) == (None, "zhang", "the owner has the key")
    assert left.at == NOON + timedelta(seconds=30)
    says(play, "li", Action.CLAIM)
    assert (play.case.claimed_by, play.case.left) == ("li", None)
    assert play.said("claimed") == "li takes the case over from zhang: the owner has the key"
    assert play.said("left") == "zhang leaves the case to the next: the owner has the key"


def test_only_whoever_handles_a_case_leaves_it_or_a_supervisor_for_them() -> None:
    play = handled_by_zhang()
    assert says(play, "li", Action.LEAVE).reason == "zhang handles the case"
    assert play.case.claimed_by == "zhang"
    says(play, "wei", Action.LEAVE, is_supervisor=True)
    assert play.case.left is not None
    assert play.case.left.by == "zhang"


def test_a_case_that_nobody_handles_is_not_left() -> None:
    play = Play()
    play.alarm()
    outcome = says(play, "zhang", Action.LEAVE)
    assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, "nobody handles the case")


def test_a_case_that_was_never_left_is_claimed_as_ever() -> None:
    play = handled_by_zhang()
    assert play.said("claimed") == "zhang handles the case"
