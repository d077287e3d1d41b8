"""The two links of an offer, for whoever clicks them: GET shows a page with one button, POST gives the answer.

The link is the proof; nobody logs in. Looking changes nothing, since mail scanners look at links too. A page says
everything in both languages, because we do not know who reads it; a program that posts is answered in JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from http import HTTPStatus
from math import ceil
from typing import NamedTuple

from aiohttp import web

from rescue.api.access import OPEN
from rescue.api.context import Context
from rescue.api.html import facts, html_page
from rescue.api.outcomes import demand_taken
from rescue.api.problems import NotFound, Problem
from rescue.api.table import HTML, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.desk.inputs import Answer, CompanyAnswered
from rescue.incident import ACCEPTED, Assignment, AssignmentStatus, Incident
from rescue.sending.links import LinkAction, LinkClaim, LinkExpired, LinkRefused, read
from rescue.timeline import Actor
from rescue.views import AssignmentView, assignment_view


class Words(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        """As a title."""
        return f"{self.zh} · {self.en}"


BUTTONS: Mapping[LinkAction, Words] = {"accept": Words("接单", "Accept"), "decline": Words("拒单", "Decline")}
DONE: Mapping[LinkAction, Words] = {
    "accept": Words("已接单,请立即出发", "Accepted: please set out now"),
    "decline": Words("已拒单,将另派救援人员", "Declined: another crew is asked"),
}
FAILED: Mapping[int, Words] = {
    HTTPStatus.NOT_FOUND: Words("链接无效", "This link is not valid"),
    HTTPStatus.GONE: Words("此派单已失效", "This offer no longer stands"),
    HTTPStatus.CONFLICT: Words("此派单已失效", "This offer no longer stands"),
}
BUSY = Words("系统繁忙,请稍后重试", "Please try again in a moment")
FINISHED: Mapping[LinkAction, frozenset[AssignmentStatus]] = {
    "accept": ACCEPTED | {AssignmentStatus.RELEASED},
    "decline": frozenset({AssignmentStatus.DECLINED}),
}


class Offer(NamedTuple):
    """What a link is about."""

    claim: LinkClaim
    assignment: Assignment
    incident: Incident


async def show_offer(call: Call[Nothing, Nothing]) -> web.Response:
    """The page behind the link of an offer, with one button."""
    try:
        offer = await _find(call)
    except Problem as problem:
        return _failure(problem)
    if offer.assignment.status in FINISHED[offer.claim.action]:
        return html_page(str(DONE[offer.claim.action]), _heading(DONE[offer.claim.action]))
    if offer.assignment.status is not AssignmentStatus.OFFERED:
        return _failure(Problem(f"the offer is {offer.assignment.status}", status=HTTPStatus.GONE))
    seconds_left = (offer.assignment.accept_by - call.now).total_seconds()
    return html_page(str(BUTTONS[offer.claim.action]), _asked(offer, seconds_left))


async def answer_offer(call: Call[Nothing, Nothing]) -> web.Response:
    """The answer that the link stands for; a browser is shown a page, a program gets the assignment."""
    is_person = "text/html" in call.request.headers.get("Accept", "")
    try:
        offer = await _find(call)
        await _submit(offer, call.context)
    except Problem as problem:
        if is_person:
            return _failure(problem)
        raise
    if is_person:
        return html_page(str(DONE[offer.claim.action]), _heading(DONE[offer.claim.action]))
    return answer(assignment_view((await _find(call)).assignment))


async def _find(call: Call[Nothing, Nothing]) -> Offer:
    """The offer a link is about. Raises NotFound, or a Problem with the status 410."""
    try:
        claim = read(call.context.link_key, call.path["token"], call.now)
    except LinkExpired as refused:
        raise Problem(str(refused), status=HTTPStatus.GONE) from None
    except LinkRefused as refused:
        raise NotFound(str(refused)) from None
    assignment = await call.context.store.find_assignment(claim.assignment_id)
    incident = await call.context.store.find_incident(assignment.incident_id) if assignment else None
    if assignment is None or incident is None:
        raise NotFound("there is no such offer")
    return Offer(claim, assignment, incident)


async def _submit(offer: Offer, context: Context) -> None:
    answered = CompanyAnswered(
        assignment_id=offer.claim.assignment_id,
        attempt=offer.claim.attempt,
        answer=Answer(offer.claim.action),
    )
    company = Actor(kind="company", name=offer.assignment.company_id, channel="link")
    await demand_taken(await context.desk.submit(answered, actor=company), context)


def _failure(problem: Problem) -> web.Response:
    body = f'{_heading(FAILED.get(problem.status, BUSY))}<p lang="en">{escape(problem.detail)}</p>'
    return html_page(str(FAILED.get(problem.status, BUSY)), body, status=problem.status)


def _heading(words: Words) -> str:
    return f'<h1><span lang="zh">{escape(words.zh)}</span> <span lang="en">{escape(words.en)}</span></h1>'


def _asked(offer: Offer, seconds_left: float) -> str:
    button = BUTTONS[offer.claim.action]
    minutes = max(1, ceil(seconds_left / 60))
    return f"""{_heading(Words("电梯困人救援派单", "People are trapped in a lift"))}
{_facts(offer)}
<p><span lang="zh">请在 {minutes} 分钟内答复。</span> <span lang="en">Please answer within {minutes} min.</span></p>
<form method="post"><button class="{offer.claim.action}">{button.zh} {button.en}</button></form>"""


def _facts(offer: Offer) -> str:
    incident, lift = offer.incident, offer.incident.lift
    return facts(
        [
            ("救援识别码 Rescue code", (lift.rescue_code if lift else None) or incident.lift_id or ""),
            ("地址 Address", lift.address if lift else ""),
            ("楼栋 Building", f"{lift.building} {lift.entrance}".strip() if lift else ""),
            ("被困人数 People", "" if incident.people is None else str(incident.people)),
            ("受伤 Injured", str(incident.injured) if incident.injured else ""),
            ("救援人员 Crew", offer.assignment.crew_id),
        ]
    )


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", "/respond/{token}", show_offer, access=OPEN, answers={200: HTML}),
    row("POST", "/respond/{token}", answer_offer, access=OPEN, answers={200: AssignmentView}),
)
