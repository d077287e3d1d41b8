"""A case that is over stays over: what comes of the same lift after it is a new case that names it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.faults import Fault
from rescue.desk.board import Verdict
from rescue.desk.demands import MANY_LIFTS
from rescue.desk.inputs import Action
from rescue.incident import IncidentId, Kind, Source, Status
from tests.unit.desk.play import Play, lift
from tests.unit.desk.test_rescue_loop import closed, rescued


def over(play: Play) -> IncidentId:
    """The case of an alarm, from the button to closed."""
    play.alarm()
    closed(rescued(play))
    return play.case.incident_id


@pytest.mark.parametrize("sign", ["call", "entrapment"])
def test_the_next_sign_of_people_in_the_lift_opens_a_case_that_names_the_one_before(sign: str) -> None:
    play = Play()
    before = over(play)
    play.forward(minutes=12)
    assert getattr(play, sign)().verdict is Verdict.OPENED
    assert (play.case.follows_id, play.case.status) == (before, Status.DISPATCHED)
    opened = [entry for entry in play.entries if entry.what == "opened"][-1]
    assert (opened.data["follows"], "12 min after case 1 (closed)" in opened.said) == (1, True)


def test_a_case_of_long_ago_is_no_longer_named() -> None:
    play = Play()
    over(play)
    play.forward(hours=25)
    play.alarm(number=2)
    assert play.case.follows_id is None


def test_another_lifts_case_is_not_named() -> None:
    play = Play()
    over(play)
    play.alarm("A2")
    assert play.case.follows_id is None


def test_a_false_alarm_is_named_too_for_the_second_may_be_none() -> None:
    play = Play()
    play.call()
    play.act(Action.FALSE_ALARM, reason="nobody answered")
    before = play.case.incident_id
    play.alarm()
    assert play.case.follows_id == before


def test_an_operator_reopens_a_case_as_a_new_one_with_what_was_known_of_the_people() -> None:
    play = Play()
    play.call(vulnerable=("elderly",))
    play.act(Action.FALSE_ALARM, reason="nobody answered")
    before = play.case
    reopened = play.act(Action.REOPEN, incident=before.incident_id, reason="there is somebody after all")
    case = play.case
    assert (reopened.verdict, reopened.incident_id) == (Verdict.OPENED, case.incident_id)
    assert (case.follows_id, case.source, case.status) == (before.incident_id, Source.STAFF, Status.DISPATCHED)
    assert (case.people, case.vulnerable, case.caller) == (before.people, ("elderly",), before.caller)
    assert play.cases[before.incident_id].status is Status.FALSE_ALARM
    assert play.history(before)[-1] == "reopened"


def test_a_reopened_fault_waits_for_people_to_see_to_it_and_to_close_it() -> None:
    play = Play()
    play.fault()
    play.act(Action.CLOSE, reason="nothing to see")
    before = play.case
    play.act(Action.REOPEN, incident=before.incident_id, reason="it is still broken")
    case = play.case
    assert (case.kind, case.fault, case.follows_id) == (Kind.FAULT, Fault.DOOR_CLOSING, before.incident_id)
    play.fault_over()
    play.forward(hours=3)
    assert play.case_of("A1")
    assert "attend_overdue" in play.history()
    assert play.act(Action.CLOSE, reason="mended").verdict is Verdict.DONE


def test_a_lift_has_one_open_case_also_after_reopening() -> None:
    play = Play()
    before = over(play)
    play.alarm(number=2)
    refused = play.act(Action.REOPEN, incident=before, reason="again")
    assert (refused.verdict, refused.reason) == (Verdict.REFUSED, "lift A1 has case 2 open")


def test_an_open_case_is_not_reopened_and_none_is_without_a_reason() -> None:
    play = Play()
    play.alarm()
    assert play.act(Action.REOPEN, reason="again").reason == "the case is open"
    closed(rescued(play))
    assert play.act(Action.REOPEN, incident=play.case.incident_id).reason == "say why"


def test_a_parent_case_is_not_reopened() -> None:
    play = Play(lifts=[replace(lift(f"A{n}"), building="3") for n in range(3)])
    for n in range(3):
        play.fault(f"A{n}", Fault.MAINS_LOST)
    (parent,) = play.parents
    play.act(Action.CLOSE, incident=parent.incident_id, reason="one by one")
    refused = play.act(Action.REOPEN, incident=parent.incident_id, reason="after all")
    assert (refused.verdict, refused.reason) == (Verdict.REFUSED, MANY_LIFTS)


def test_a_reopened_case_of_a_lift_without_power_belongs_to_the_case_of_its_building() -> None:
    play = Play(lifts=[replace(lift(f"A{n}"), building="3") for n in range(4)])
    play.fault("A0")
    play.act(Action.CLOSE, incident="A0", reason="nothing to see")
    before = play.case
    for n in (1, 2, 3, 0):
        play.fault(f"A{n}", Fault.MAINS_LOST)
    (parent,) = play.parents
    play.act(Action.REOPEN, incident=before.incident_id, reason="it is still broken")
    reopened = play.case_of("A0")
    assert reopened
    assert reopened.parent_id == parent.incident_id


def test_a_case_that_is_over_takes_no_other_action() -> None:
    play = Play()
    before = over(play)
    for action in set(Action) - {Action.REOPEN}:
        outcome = play.act(action, incident=before, reason="late")
        assert (outcome.verdict, outcome.reason) == (
            Verdict.REFUSED, "the case is closed: it can only be reopened",
        )  # fmt: skip
    assert play.act(Action.REOPEN, incident="I99", reason="late").verdict is Verdict.NOT_FOUND
