"""An effect put into words: the topic and payload for a lift, the webhook's body for a company, and until when.

Decides what each receiver is told and how long telling it is worth while; the same effect at the same `now` gives the
same words. Must not know how they travel, how often they are tried, or which endpoints a company has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rescue.effects import (
    AcknowledgeAlarm,
    ConfirmAssignment,
    Effect,
    NotifyCompany,
    NotifyPassengers,
    OfferAssignment,
    WithdrawAssignment,
)
from rescue.incident import Assignment, Incident
from rescue.policies import Policies
from rescue.ports import Rendered
from rescue.sending.links import LinkAction, sign
from rescue.timeline import instant
from rescue.views import Reader, assignment_view, incident_view

OFFERED = "assignment.offered"
WITHDRAWN = "assignment.withdrawn"
CONFIRMED = "assignment.confirmed"
ENDPOINT_TEST = "endpoint.test"
WEBHOOK_TYPES = (
    OFFERED,
    WITHDRAWN,
    CONFIRMED,
    "incident.updated",
    "incident.escalated",
    "incident.released",
    "incident.closed",
    ENDPOINT_TEST,
)

ALARM_ACK = "alarm/ack"
NOTICE = "notice"

TO_LIFT_WITHIN = timedelta(hours=1)
"""A lift that has been away for longer re-sends its alarm, and passengers are no longer helped by an old notice."""
TO_COMPANY_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """Everything the words depend on beside the effect."""

    policies: Policies
    public_url: str
    link_key: bytes
    now: datetime


def render(effect: Effect, *, policies: Policies, public_url: str, link_key: bytes, now: datetime) -> Rendered:
    """The effect as the outbox keeps it. `public_url` is where companies reach us, with or without a final slash."""
    words = _Words(policies=policies, public_url=public_url.rstrip("/"), link_key=link_key, now=now)
    match effect:
        case AcknowledgeAlarm():
            return _to_lift(effect, ALARM_ACK, {"number": effect.number}, now)
        case NotifyPassengers():
            return _to_lift(effect, NOTICE, _notice(effect), now)
        case OfferAssignment():
            return _offer(effect, words)
        case WithdrawAssignment():
            return _about_assignment(effect, WITHDRAWN, {"reason": effect.reason}, words)
        case ConfirmAssignment():
            return _about_assignment(effect, CONFIRMED, {}, words)
        case NotifyCompany():
            return _about_incident(effect, words)


def webhook_body(type_: str, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The body of every webhook."""
    return {"type": type_, "timestamp": instant(now), "data": data}


def _to_lift(
    effect: AcknowledgeAlarm | NotifyPassengers, channel: str, body: dict[str, Any], now: datetime
) -> Rendered:
    return Rendered(
        key=effect.key,
        type=channel,
        topic=f"lifts/v1/{effect.area}/{effect.lift_id}/{channel}",
        body=body,
        created_at=now,
        expires_at=now + TO_LIFT_WITHIN,
    )


def _notice(effect: NotifyPassengers) -> dict[str, Any]:
    eta_s = None if effect.eta_s is None else round(effect.eta_s)
    return {"incident": effect.incident_id, "message": effect.message, "eta_s": eta_s}


def _offer(effect: OfferAssignment, words: _Words) -> Rendered:
    assignment = effect.assignment
    data = _case(effect.incident, assignment, words) | {
        "respond": {
            "accept_url": _respond_url(assignment, "accept", words),
            "decline_url": _respond_url(assignment, "decline", words),
        }
    }
    return Rendered(
        key=effect.key,
        type=OFFERED,
        company_id=effect.company_id,
        assignment_id=assignment.assignment_id,
        attempt=assignment.attempt,
        body=webhook_body(OFFERED, data, words.now),
        created_at=words.now,
        expires_at=assignment.accept_by,
    )


def _respond_url(assignment: Assignment, action: LinkAction, words: _Words) -> str:
    token = sign(words.link_key, assignment.assignment_id, assignment.attempt, action, assignment.accept_by)
    return f"{words.public_url}/respond/{token}"


def _about_assignment(
    effect: WithdrawAssignment | ConfirmAssignment, type_: str, more: dict[str, Any], words: _Words
) -> Rendered:
    return Rendered(
        key=effect.key,
        type=type_,
        company_id=effect.company_id,
        assignment_id=effect.assignment.assignment_id,
        attempt=effect.assignment.attempt,
        body=webhook_body(type_, _case(effect.incident, effect.assignment, words) | more, words.now),
        created_at=words.now,
        expires_at=words.now + TO_COMPANY_WITHIN,
    )


def _about_incident(effect: NotifyCompany, words: _Words) -> Rendered:
    return Rendered(
        key=effect.key,
        type=effect.type,
        company_id=effect.company_id,
        body=webhook_body(effect.type, _case(effect.incident, effect.assignment, words), words.now),
        created_at=words.now,
        expires_at=words.now + TO_COMPANY_WITHIN,
    )


def _case(incident: Incident, assignment: Assignment | None, words: _Words) -> dict[str, Any]:
    """The case, its lift beside it as a crew's phone wants it, and the assignment if there is one to speak of."""
    shown = incident_view(incident, assignment, words.policies.of(incident), reader=Reader.COMPANY)
    view = shown.model_dump(mode="json")
    about = {"incident": view, "lift": view["lift"]}
    return {"assignment": assignment_view(assignment).model_dump(mode="json"), **about} if assignment else about
