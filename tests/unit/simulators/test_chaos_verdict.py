"""The judge of a run of chaos: each thing that may go wrong is planted, and found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulators.chaos.ledger import Alarm, Ledger
from simulators.chaos.verdict import Account, Verdict, judge

CASE: dict[str, Any] = {
    "number": 7,
    "kind": "entrapment",
    "status": "closed",
    "lift": {"lift_id": "L1"},
    "alarms": [{"number": 1}],
    "evidence": {"reasons": ["button: held"]},
    "deadlines": {},
    "assignment": None,
}
ASSIGNMENT: dict[str, Any] = {"id": "7-1", "crew_id": "R1", "status": "released", "accepted_at": "2026-03-02T04:00:00Z"}
GOOD = Account(incidents=[CASE], assignments=[ASSIGNMENT], offline=0)


def event(type_: str) -> dict[str, Any]:
    return {"type": type_, "data": {"assignment": ASSIGNMENT, "incident": {"id": "7"}}}


def seen() -> Ledger:
    """What was seen of one alarm whose rescue went as it should."""
    ledger = Ledger(raised={Alarm("L1", 1): 0.0}, acknowledged={Alarm("L1", 1): 0.1}, accepted={"7-1"})
    for number, type_ in enumerate(("assignment.offered", "assignment.confirmed", "incident.closed")):
        assert ledger.note_webhook(f"w{number}", "C1", event(type_))
    return ledger


def wrong(verdict: Verdict) -> dict[str, int]:
    """The figures that should be nought and are not."""
    told = {"alarms", "cases", "repeated", "notices_repeated"}
    return {name: value for name, value in verdict.figures.items() if value and name not in told}


def test_where_all_is_well_nothing_is_found() -> None:
    verdict = judge(seen(), GOOD)
    assert (verdict.figures["alarms"], verdict.figures["cases"], verdict.findings) == (1, 1, [])


def test_an_acknowledged_alarm_that_no_case_has_is_lost() -> None:
    verdict = judge(seen(), replace(GOOD, incidents=[CASE | {"alarms": [{"number": 2}]}]))
    assert wrong(verdict) == {"lost": 1}
    assert "alarm 1 of L1" in verdict.findings[0]


def test_an_alarm_that_nobody_acknowledged_is_not_lost_but_waits() -> None:
    ledger = seen()
    ledger.raised[Alarm("L2", 1)] = 0.0
    assert wrong(judge(ledger, GOOD)) == {"unacknowledged": 1}


@pytest.mark.parametrize("second", [CASE | {"number": 8}, CASE | {"number": 8, "alarms": []}])
def test_a_second_case_of_one_alarm_and_a_case_of_none_are_duplicates(second: dict[str, Any]) -> None:
    assert wrong(judge(seen(), replace(GOOD, incidents=[CASE, second]))) == {"duplicated": 1}


def test_a_case_of_a_lost_link_and_a_lift_called_off_line_are_false() -> None:
    lost = CASE | {"kind": "link_lost", "alarms": []}
    assert wrong(judge(seen(), replace(GOOD, incidents=[CASE, lost], offline=2))) == {"false_offline": 3}


def test_an_acceptance_the_service_answered_and_then_forgot_is_found() -> None:
    forgotten = ASSIGNMENT | {"accepted_at": None}
    assert wrong(judge(seen(), replace(GOOD, assignments=[forgotten]))) == {"undelivered": 1}


def test_an_acceptance_whose_company_was_told_nothing_is_found() -> None:
    other = ASSIGNMENT | {"id": "9-1"}
    assert wrong(judge(seen(), replace(GOOD, assignments=[ASSIGNMENT, other]))) == {"undelivered": 2}


def test_the_same_news_under_another_id_is_announced_twice_and_under_the_same_id_repeated() -> None:
    ledger = seen()
    assert not ledger.note_webhook("w0", "C1", event("assignment.offered"))
    assert judge(ledger, GOOD).figures["repeated"] == 1
    assert wrong(judge(ledger, GOOD)) == {}
    assert ledger.note_webhook("other", "C1", event("assignment.offered"))
    assert wrong(judge(ledger, GOOD)) == {"announced_twice": 1}


def test_news_that_a_case_may_give_several_times_is_announced_as_often_as_it_comes() -> None:
    ledger = seen()
    for number in range(3):
        ledger.note_webhook(f"u{number}", "C1", event("incident.updated"))
    assert wrong(judge(ledger, GOOD)) == {}


def test_a_case_that_is_open_when_all_is_quiet_is_found() -> None:
    assert wrong(judge(seen(), replace(GOOD, incidents=[CASE | {"status": "dispatched"}]))) == {"unclosed": 1}


def test_a_crew_in_two_places_is_found() -> None:
    here, there = ASSIGNMENT | {"status": "en_route"}, ASSIGNMENT | {"status": "accepted"}
    assert wrong(judge(seen(), replace(GOOD, assignments=[here, there]))) == {"double_booked": 1}


def test_a_right_request_that_was_refused_is_found() -> None:
    ledger = seen()
    ledger.refused.append("accept: 404")
    assert wrong(judge(ledger, GOOD)) == {"refused": 1}
