"""Which companies hear of a case, and how it reaches them: webhooks to carry out, each under a key of its own."""

from __future__ import annotations

from dispatch.crews import CompanyId
from rescue.desk.draft import Draft
from rescue.effects import NotifyCompany, WithdrawAssignment
from rescue.incident import Assignment, Incident


def tell(draft: Draft, incident: Incident, type_: str, *company_ids: CompanyId) -> None:
    """Each of these companies learns that its case moved."""
    assignment = draft.assignment(incident.assignment_id)
    for company_id in dict.fromkeys(company_ids):
        key = f"{incident.incident_id}:{incident.version}:{incident.entries}:{type_}:{company_id}"
        draft.effect(
            NotifyCompany(key=key, company_id=company_id, type=type_, incident=incident, assignment=assignment)
        )


def tell_withdrawn(draft: Draft, incident: Incident, assignment: Assignment, reason: str) -> None:
    """The crew's company learns that its offer or assignment no longer stands."""
    _tell_withdrawn(draft, incident, assignment, reason, assignment.company_id, f"{assignment.assignment_id}:withdrawn")


def tell_robbed(draft: Draft, incident: Incident, assignment: Assignment, reason: str) -> None:
    """The companies that answer for the lift learn it too, unless the crew was theirs."""
    for company_id in contractors(incident):
        if company_id != assignment.company_id:
            key = f"{assignment.assignment_id}:withdrawn:{company_id}"
            _tell_withdrawn(draft, incident, assignment, reason, company_id, key)


def _tell_withdrawn(
    draft: Draft, incident: Incident, assignment: Assignment, reason: str, company_id: CompanyId, key: str
) -> None:
    draft.effect(
        WithdrawAssignment(key=key, company_id=company_id, incident=incident, assignment=assignment, reason=reason)
    )


def concerned(draft: Draft, incident: Incident) -> list[CompanyId]:
    """The companies a case concerns now: the contractors of its lifts, and whoever holds the assignment."""
    assignment = draft.assignment(incident.assignment_id)
    return [*contractors(incident), *([assignment.company_id] if assignment else [])]


def contractors(incident: Incident) -> list[CompanyId]:
    """Who answers for the lifts of a case."""
    if incident.lift_id is None:
        return list(incident.company_ids)
    return [incident.lift.company_id] if incident.lift and incident.lift.company_id else []
