"""What lifts and companies are told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch.crews import CompanyId
from rescue.effects import (
    AcknowledgeAlarm,
    ConfirmAssignment,
    Effect,
    NotifyCompany,
    NotifyPassengers,
    OfferAssignment,
    WithdrawAssignment,
)
from rescue.incident import FINAL, Status
from rescue.policies import Policies
from rescue.ports import Rendered
from rescue.sending.links import read
from rescue.sending.render import WEBHOOK_TYPES, render, webhook_body
from tests.unit.a_case import ASSIGNMENT, CALLERS_PHONE, INCIDENT, LIFT, NOON, OFFICERS_PHONE

KEY = b"0123456789abcdef"
K = CompanyId("K")
NOW = NOON + timedelta(seconds=1)

OFFER = OfferAssignment(key="i1-2:offered", company_id=K, incident=INCIDENT, assignment=ASSIGNMENT)
WITHDRAWAL = WithdrawAssignment(
    key="i1-2:withdrawn", company_id=K, incident=INCIDENT, assignment=ASSIGNMENT, reason="overdue"
)
CONFIRMATION = ConfirmAssignment(key="i1-2:confirmed", company_id=K, incident=INCIDENT, assignment=ASSIGNMENT)
NEWS = NotifyCompany(key="i1:4:K", company_id=K, type="incident.updated", incident=INCIDENT, assignment=None)
TO_COMPANY = (OFFER, WITHDRAWAL, CONFIRMATION, NEWS)


def rendered(effect: Effect, public_url: str = "https://rescue.example") -> Rendered:
    return render(effect, policies=Policies(), public_url=public_url, link_key=KEY, now=NOW)


def data_of(effect: Effect) -> dict[str, Any]:
    data: dict[str, Any] = rendered(effect).body["data"]
    return data


def test_an_alarm_is_acknowledged_to_its_lift_by_number_for_an_hour() -> None:
    ack = rendered(AcknowledgeAlarm(key="m9:ack", lift_id=LIFT.lift_id, area=LIFT.area, number=7))
    assert (ack.topic, ack.body, ack.company_id) == ("lifts/v1/410105/L1/alarm/ack", {"number": 7}, None)
    assert ack.expires_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(("eta_s", "told"), [(731.6, 732), (None, None)])
def test_passengers_are_told_that_help_is_on_the_way(eta_s: float | None, told: int | None) -> None:
    notice = rendered(
        NotifyPassengers(
            key="i1-2:help",
            lift_id=LIFT.lift_id,
            area=LIFT.area,
            incident_id=INCIDENT.incident_id,
            message="help_on_the_way",
            eta_s=eta_s,
        )
    )
    assert notice.topic == "lifts/v1/410105/L1/notice"
    assert notice.body == {"incident": "i1", "message": "help_on_the_way", "eta_s": told}


def test_an_offer_says_all_a_crew_needs_and_is_over_when_it_must_be_answered() -> None:
    offer = rendered(OFFER)
    assert (offer.type, offer.company_id, offer.expires_at) == ("assignment.offered", "K", ASSIGNMENT.accept_by)
    assert (offer.assignment_id, offer.attempt) == ("i1-2", 2)
    assert offer.body["type"] == "assignment.offered"
    assert offer.body["timestamp"] == "2026-03-02T04:00:01.000000Z"
    data = offer.body["data"]
    assert data.keys() == {"assignment", "incident", "lift", "respond"}
    assert data["assignment"].items() >= {
        ("id", "i1-2"), ("attempt", 2), ("accept_by", "2026-03-02T04:03:00Z"), ("level", 1), ("crew_id", "K2"),
        ("eta_s", 732),
    }  # fmt: skip
    assert (data["incident"]["id"], data["incident"]["people"]) == ("i1", 2)
    assert (data["lift"]["address"], data["lift"]["safety_officer_phone"]) == ("Jinshui Road 1", OFFICERS_PHONE)


@pytest.mark.parametrize("public_url", ["https://rescue.example", "https://rescue.example/", "http://127.0.0.1:8080"])
def test_the_links_of_an_offer_answer_this_attempt_until_it_is_overdue(public_url: str) -> None:
    respond = rendered(OFFER, public_url).body["data"]["respond"]
    for action in ("accept", "decline"):
        place, token = respond[f"{action}_url"].rsplit("/", 1)
        claim = read(KEY, token, NOW)
        assert place == public_url.rstrip("/") + "/respond"
        assert (claim.assignment_id, claim.attempt, claim.action) == ("i1-2", 2, action)
        assert claim.expires_at == ASSIGNMENT.accept_by


def test_a_withdrawal_says_why_and_is_worth_telling_for_three_days() -> None:
    withdrawal = rendered(WITHDRAWAL)
    assert withdrawal.type == withdrawal.body["type"] == "assignment.withdrawn"
    assert withdrawal.body["data"]["reason"] == "overdue"
    assert withdrawal.expires_at == NOW + timedelta(days=3)


def test_a_confirmation_names_the_assignment_and_the_lift() -> None:
    data = data_of(CONFIRMATION)
    assert rendered(CONFIRMATION).type == "assignment.confirmed"
    assert (data["assignment"]["id"], data["lift"]["lift_id"]) == ("i1-2", "L1")


def test_news_of_a_case_goes_under_its_own_type() -> None:
    news = rendered(NEWS)
    assert news.type == news.body["type"] == "incident.updated"
    assert news.body["data"]["incident"]["status"] == "dispatched"


@pytest.mark.parametrize("effect", TO_COMPANY)
@pytest.mark.parametrize("status", Status)
def test_no_webhook_holds_the_callers_number_nor_after_the_end_any_number(effect: Any, status: Status) -> None:
    text = json.dumps(rendered(replace(effect, incident=replace(INCIDENT, status=status))).body)
    assert CALLERS_PHONE not in text
    assert (OFFICERS_PHONE in text) == (status not in FINAL)


@pytest.mark.parametrize("effect", TO_COMPANY)
def test_the_same_effect_at_the_same_time_gives_the_same_words(effect: Effect) -> None:
    assert rendered(effect) == rendered(effect)
    assert rendered(effect).type in WEBHOOK_TYPES


def test_every_webhook_has_type_timestamp_and_data() -> None:
    assert webhook_body("endpoint.test", {}, NOW) == {
        "type": "endpoint.test",
        "timestamp": "2026-03-02T04:00:01.000000Z",
        "data": {},
    }
