"""Who may be told what is judged when an effect is read to be sent, and not when it was decided."""

from __future__ import annotations

from dataclasses import replace

from rescue.desk.board import Decision
from rescue.incident import Assignment, AssignmentStatus, Incident, Status
from rescue.ports import Delivery, Rendered
from rescue.store.memory import Endpoint
from tests.contract.cases import ANKANG, BEIHAI, CARD, NOON, assignment, decision, incident, to_company
from tests.contract.stores import Subject

PHONE = "037160005678"


def news_of(case: Incident, type_: str = "incident.updated") -> Rendered:
    """What its station is told of this case, with the safety officer's number in it."""
    told = {"incident": {"id": case.incident_id}, "lift": {"safety_officer_phone": PHONE}}
    plain = to_company(f"{case.incident_id}:{type_}", type_, company=BEIHAI)
    return replace(plain, body={"type": type_, "data": told})


async def opened(subject: Subject, case: Incident, asked: Assignment) -> None:
    """A case of ankang's lift, for which beihai is asked, and told so."""
    await subject.store.put_companies([ANKANG, BEIHAI])
    await subject.put_endpoint(Endpoint(endpoint_id="b", company_id=BEIHAI.company_id, url="https://b.example"))
    news = [news_of(case), news_of(case, "incident.escalated")]
    await commit(subject, decision(incidents=[case], assignments=[asked]), *news)


async def commit(subject: Subject, decided: Decision, *effects: Rendered) -> None:
    await subject.store.load_board()
    await subject.store.commit(decided, effects, NOON)


async def due(subject: Subject) -> dict[str, Delivery]:
    return {one.type: one for one in await subject.store.due(NOON, 10) if isinstance(one, Delivery)}


def a_case(status: Status = Status.OPEN) -> Incident:
    return replace(incident("i1", 1, "L1", status), lift=CARD)


def asked_of_beihai(status: AssignmentStatus = AssignmentStatus.OFFERED) -> Assignment:
    return assignment(a_case(), status=status, company=BEIHAI)


async def test_a_company_that_is_asked_is_told_how_the_case_goes_on(subject: Subject) -> None:
    await opened(subject, a_case(), asked_of_beihai())
    told = await due(subject)
    assert told["incident.updated"].is_concerned
    assert PHONE in str(told["incident.updated"].body)


async def test_a_company_that_was_sent_home_is_not_told_how_the_case_goes_on(subject: Subject) -> None:
    await opened(subject, a_case(), asked_of_beihai())
    await commit(subject, decision(assignments=[asked_of_beihai(AssignmentStatus.WITHDRAWN)]))
    told = await due(subject)
    assert not told["incident.updated"].is_concerned
    assert told["incident.escalated"].is_concerned, "why it was, it is told"


async def test_what_is_told_after_the_end_of_a_case_holds_no_number(subject: Subject) -> None:
    await opened(subject, a_case(), asked_of_beihai())
    await commit(subject, decision(incidents=[replace(a_case(Status.CLOSED), version=2)]))
    for one in (await due(subject)).values():
        assert one.is_concerned
        assert PHONE not in str(one.body)
        assert one.body["data"]["incident"] == {"id": "i1"}
