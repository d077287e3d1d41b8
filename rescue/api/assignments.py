"""A company's side of a case: what it was asked, and its answers; a crew answers for itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from rescue.api.access import EVERYONE, STAFF_COMPANIES_AND_CREWS
from rescue.api.fields import Body, CauseCode, Count, Counter, Duration, Name, PagedByName, Text, When
from rescue.api.outcomes import demand_taken
from rescue.api.pages import page
from rescue.api.problems import Forbidden
from rescue.api.reach import actor_of, find_assignment
from rescue.api.table import API, AnyRoute, Call, Nothing, Route, row
from rescue.api.wire import answer
from rescue.desk.inputs import Answer, CompanyAnswered
from rescue.incident import Assignment, AssignmentId, AssignmentStatus
from rescue.views import AssignmentView, PageView, assignment_view

ReleaseMethod = Literal[
    "levelled_door", "hand_winding", "electric_release", "counterweight", "forced_door", "self_recovered", "other"
]


class AssignmentsQuery(PagedByName):
    """Which assignments."""

    status: AssignmentStatus | None = None


class AnswerBody(Body):
    """An answer to the attempt it quotes. With `accept`, `crew_id` may name another crew of the company.

    `eta_s` with `accept` is the crew's own estimate: if it is beyond the limit, the next level is engaged as well. `ts`
    is when it was said by the sender's own clock, for a phone that was offline since.
    """

    attempt: Counter
    reported_at: When | None = Field(default=None, alias="ts")
    crew_id: Name | None = None
    eta_s: Duration | None = None
    reason: Text = ""
    people_released: Count | None = None
    injured: Count | None = None
    cause_code: CauseCode | None = None
    release_method: ReleaseMethod | None = None


class CauseBody(Body):
    """Why it happened, as the company found it; a later filing takes the place of an earlier one."""

    attempt: Counter
    cause_code: CauseCode
    reason: Text = ""


ANSWERS: Mapping[Answer, str] = {
    Answer.ACCEPT: "The crew goes",
    Answer.DECLINE: "The crew does not go; the next is asked at once",
    Answer.EN_ROUTE: "The crew has set out",
    Answer.ON_SCENE: "The crew has arrived",
    Answer.CANNOT_REACH: "The crew cannot get there; the next is asked at once",
    Answer.RELEASED: "The passengers are out",
    Answer.CAUSE: "Why it happened, filed after the work is done, also when the case is over",
}


async def list_assignments(call: Call[AssignmentsQuery, Nothing]) -> web.Response:
    """What companies were asked, newest first; a company sees its own."""
    query = call.query
    found = await call.context.records.list_assignments(
        call.principal.company_id,
        [query.status] if query.status else None,
        AssignmentId(query.cursor) if query.cursor else None,
        query.limit + 1,
    )
    return answer(page(found, query.limit, assignment_view, lambda assignment: assignment.assignment_id))


def _answering(what: Answer) -> Callable[[Call[Nothing, Any]], Awaitable[web.Response]]:
    async def give(call: Call[Nothing, AnswerBody | CauseBody]) -> web.Response:
        assignment = await find_assignment(call.context, call.principal, call.path["assignment_id"])
        _demand_own_crew(call)
        outcome = await call.context.desk.submit(_answered(assignment, what, call.body), actor=actor_of(call.principal))
        await demand_taken(outcome, call.context)
        return answer(assignment_view(await find_assignment(call.context, call.principal, assignment.assignment_id)))

    return give


def _demand_own_crew(call: Call[Nothing, Any]) -> None:
    """Which of its crews goes is for the company to say."""
    named = getattr(call.body, "crew_id", None)
    if call.principal.crew_id is not None and named not in {None, call.principal.crew_id}:
        raise Forbidden(f"crew {call.principal.crew_id} answers for itself only")


def _answered(assignment: Assignment, what: Answer, said: AnswerBody | CauseBody) -> CompanyAnswered:
    # The bodies' fields bear the names of the input's: what a body has no field for keeps the input's default.
    fields: dict[str, Any] = {name: getattr(said, name) for name in type(said).model_fields}
    if fields.get("reported_at"):
        fields["reported_at"] = fields["reported_at"].timestamp()
    return CompanyAnswered(assignment_id=assignment.assignment_id, answer=what, **fields)


def _row(what: Answer, summary: str) -> AnyRoute:
    return Route(
        method="POST",
        path=f"{API}/assignments/{{assignment_id}}/{what}",
        access=STAFF_COMPANIES_AND_CREWS,
        answers={200: AssignmentView},
        handle=_answering(what),
        query=Nothing,
        body=CauseBody if what is Answer.CAUSE else AnswerBody,
        summary=summary,
    )


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/assignments", list_assignments, access=EVERYONE, answers={200: PageView[AssignmentView]}),
    *(_row(what, summary) for what, summary in ANSWERS.items()),
)
