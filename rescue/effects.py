"""What shall happen outside once a decision is committed: data, carried out later by the outbox.

Every effect has a `key`: the same decision made twice gives the same key, and the outbox carries each key out once.
Effects carry the values they speak of as they were when decided, so that carrying them out needs no second look.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.messages import Area, LiftId
from dispatch.crews import CompanyId
from rescue.incident import Assignment, Incident, IncidentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlarm:
    """Tell the lift that alarm `number` is in hand; `key` names the message answered, for each repeat is answered."""

    key: str
    lift_id: LiftId
    area: Area
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyPassengers:
    """A message for the people in the car, e.g. `help_on_the_way` with the seconds until arrival."""

    key: str
    lift_id: LiftId
    area: Area
    incident_id: IncidentId
    message: str
    eta_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAssignment:
    """Ask the crew's company; tried until answered or overdue."""

    key: str
    company_id: CompanyId
    incident: Incident
    assignment: Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAssignment:
    """Tell the company that its offer or assignment no longer stands, and why."""

    key: str
    company_id: CompanyId
    incident: Incident
    assignment: Assignment
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAssignment:
    """Tell the company that its acceptance was taken."""

    key: str
    company_id: CompanyId
    incident: Incident
    assignment: Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyCompany:
    """Tell a company concerned that its case moved: `incident.updated`, `.escalated`, `.released`, `.closed`."""

    key: str
    company_id: CompanyId
    type: str
    incident: Incident
    assignment: Assignment | None


ToLift = AcknowledgeAlarm | NotifyPassengers
ToCompany = OfferAssignment | WithdrawAssignment | ConfirmAssignment | NotifyCompany
Effect = ToLift | ToCompany
