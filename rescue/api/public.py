"""The page behind the QR code of a lift's plate: whoever is in the car calls for help, and sees how far help has come.

No account, no script, no cookie. A form opens or joins the case of its lift and leads back to the page that tells of
it, so that a reload sends nothing again; the same form sent twice is taken once. An alarm is never refused for good:
what comes too often, from another site's page or from a form too old is answered by what to do now.

Thoughts on misuse: whoever has the plate's code can call help, as with a phone; what keeps a program from calling crews
out all over a city are the limits per address and per lift, and a form of ours that must be asked for first. There is
no session that another site's page could use; its forms are shown again for a person to press.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, get_args
from urllib.parse import quote

import structlog
from aiohttp import web
from pydantic import BeforeValidator

from rescue.api.access import OPEN, demand_own_site
from rescue.api.cases import Need
from rescue.api.context import Context
from rescue.api.fields import Form
from rescue.api.limits import Budget
from rescue.api.problems import Forbidden, TooManyRequests, Unavailable
from rescue.api.public_page import Help, Page
from rescue.api.public_words import Stage, choose
from rescue.api.repeats import Asked
from rescue.api.table import HTML, AnyRoute, Call, Nothing, row
from rescue.desk.board import Verdict
from rescue.desk.inputs import Intake
from rescue.incident import ACCEPTED, Assignment, AssignmentStatus, Caller, Incident, Lift, Source, Status
from rescue.ports import StoreUnavailable
from rescue.shell.service import DeskBusy
from rescue.timeline import Actor

log = structlog.get_logger(__name__)

PASSENGER = Actor(kind="passenger", name="", channel="qr")
FORM_LASTS = timedelta(hours=12)
NEEDS = frozenset(get_args(Need))
LONGEST_CODE = 20
PHONE_CHARACTERS = frozenset("0123456789+- ()")


def _first(said: object) -> str:
    """The first value of a field, or of a parameter of a link: people in need are not told that they mistyped."""
    values = said if isinstance(said, list) else [said]
    text = values[0] if values and isinstance(values[0], str) else ""
    return text.replace("\x00", "").strip()[:200]


def _count(said: object) -> int | None:
    text = _first(said)
    return min(int(text), 99) if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) else None


def _needs(said: object) -> list[object]:
    values = said if isinstance(said, list) else [said]
    return list(dict.fromkeys(value for value in values if isinstance(value, str) and value in NEEDS))


def _phone(said: object) -> str:
    return "".join(sign for sign in _first(said) if sign in PHONE_CHARACTERS)[:20].strip()


Word = Annotated[str, BeforeValidator(_first)]


class PageQuery(Form):
    """The language that a link asks for; with `more`, the form although help is called."""

    lang: Word = ""
    more: Word = ""


class CodeQuery(Form):
    """What was typed off the plate."""

    lang: Word = ""
    code: Word = ""


class HelpForm(Form):
    """A call for help. What cannot be understood is taken as not said."""

    key: Word = ""
    people: Annotated[int | None, BeforeValidator(_count)] = None
    injured: Word = ""
    needs: Annotated[tuple[Need, ...], BeforeValidator(_needs)] = ()
    phone: Annotated[str, BeforeValidator(_phone)] = ""


async def find_code(call: Call[CodeQuery, Nothing]) -> web.Response:
    """A place to type the code of the plate, for whoever cannot scan it."""
    code = call.query.code[:LONGEST_CODE]
    if not code:
        return _page(call).lost("")
    return _see_other(f"/r/{quote(code, safe='')}?lang={_page(call).words.language}")


async def show_page(call: Call[PageQuery, Nothing]) -> web.Response:
    """The public page of a lift: the call for help, or what has become of it."""
    page = _page(call)
    lift = None if _asks_too_often(call) else await _find_lift(call)
    if lift is None:
        return page.lost(_code(call))
    help_ = _help_for(lift, call.context, call.now)
    if help_ is None or call.query.more:
        return page.form(lift, new_key(_code(call), call.context.link_key, call.now), joins=_is_called(help_))
    return page.called(lift, help_)


async def call_for_help(call: Call[PageQuery, HelpForm]) -> web.Response:
    """Somebody in the car calls for help: opens the case of the lift or joins it, and leads back to the page."""
    page, lift = _page(call), await _find_lift(call)
    if lift is None:
        return page.lost(_code(call))
    key = call.body.key
    if not _is_own_site(call) or not is_key(key, _code(call), call.context.link_key, call.now):
        return _ask_again(call, page, lift, page.words.once_more, HTTPStatus.CONFLICT)
    wait_s = call.context.public_limits.wait_s(call.principal.address, lift.lift_id, call.now)
    if wait_s:
        return _hold_back(call, page, lift, wait_s)
    try:
        await _take_once(call, lift)
    except (DeskBusy, StoreUnavailable, Unavailable):
        return _ask_again(call, page, lift, page.words.busy, HTTPStatus.SERVICE_UNAVAILABLE)
    return _see_other(f"/r/{quote(_code(call), safe='')}?lang={page.words.language}")


def _ask_again(
    call: Call[PageQuery, HelpForm], page: Page, lift: Lift, problem: str, status: HTTPStatus
) -> web.Response:
    key = new_key(_code(call), call.context.link_key, call.now)
    joins = _is_called(_help_for(lift, call.context, call.now))
    return page.form(lift, key, joins=joins, problem=problem, status=status)


def _hold_back(call: Call[PageQuery, HelpForm], page: Page, lift: Lift, wait_s: int) -> web.Response:
    """Where help is called already, one more call adds nothing that anybody waits for: it is shown as taken."""
    call.context.limiter.refused += 1
    help_ = _help_for(lift, call.context, call.now)
    log.warning("public report held back", lift=lift.lift_id, is_called=_is_called(help_), wait_s=wait_s)
    return page.called(lift, help_) if help_ is not None and _is_called(help_) else page.refused(lift, wait_s)


async def _take_once(call: Call[PageQuery, HelpForm], lift: Lift) -> None:
    """Tell the desk, unless this very form was taken before. Raises DeskBusy, StoreUnavailable or Unavailable."""
    answers = call.context.answers
    asked = Asked(actor=PASSENGER.kind, key=call.body.key, request_hash=lift.lift_id, at=call.now)
    async with answers.turn(asked):
        if await answers.find(asked) is not None:
            return
        outcome = await call.context.desk.submit(_intake(call.body, lift), actor=PASSENGER)
        if outcome.verdict not in {Verdict.OPENED, Verdict.JOINED, Verdict.DONE, Verdict.NOTHING}:
            raise Unavailable(outcome.reason)
        try:
            await answers.keep(asked, HTTPStatus.SEE_OTHER, "null")
        except StoreUnavailable:
            # What was taken in is taken in; a repeat would join it.
            log.warning("public report not remembered", lift=lift.lift_id)


def _intake(said: HelpForm, lift: Lift) -> Intake:
    return Intake(
        lift_id=lift.lift_id,
        area=lift.area,
        source=Source.QR,
        caller=Caller(phone=said.phone),
        people=said.people,
        injured=1 if said.injured else 0,
        vulnerable=said.needs,
    )


def _help_for(lift: Lift, context: Context, now: datetime) -> Help | None:
    """What has become of the open case of people in this lift; None if there is none."""
    board, zone = context.desk.board, context.reports.zone
    incident_id = board.by_lift.get(lift.lift_id)
    incident = board.incidents.get(incident_id) if incident_id else None
    if incident is None or not incident.is_entrapment or incident.is_final:
        return None
    assignment = board.assignments.get(incident.assignment_id) if incident.assignment_id else None
    accepted = assignment if assignment and assignment.status in ACCEPTED | {AssignmentStatus.RELEASED} else None
    company = board.companies.get(accepted.company_id) if accepted else None
    expected_at = _expected_at(accepted)
    return Help(
        stage=_stage(incident, accepted),
        called_at=incident.opened_at.astimezone(zone),
        company=company.name if company else "",
        expected_at=expected_at.astimezone(zone) if expected_at else None,
        brigade=incident.handover is not None and incident.handover.confirmed_at is not None,
        now=now.astimezone(zone),
    )


def _stage(incident: Incident, accepted: Assignment | None) -> Stage:
    match incident.status:
        case Status.RELEASED:
            return Stage.OUT
        case Status.ON_SCENE:
            return Stage.ON_SCENE
        case Status.EN_ROUTE:
            return Stage.EN_ROUTE
        case _:
            return Stage.FOUND if accepted else Stage.CALLED


def _expected_at(accepted: Assignment | None) -> datetime | None:
    if accepted is None or accepted.eta_s is None:
        return None
    return (accepted.accepted_at or accepted.offered_at) + timedelta(seconds=accepted.eta_s)


def _is_called(help_: Help | None) -> bool:
    """Help is on its way to people who are still inside, as far as is known."""
    return help_ is not None and help_.stage is not Stage.OUT


def _page(call: Call[PageQuery, Nothing] | Call[PageQuery, HelpForm] | Call[CodeQuery, Nothing]) -> Page:
    words = choose(call.query.lang, call.request.headers.get("Accept-Language", ""))
    return Page(words=words, phone=call.context.rescue_phone)


def _code(call: Call[PageQuery, Nothing] | Call[PageQuery, HelpForm]) -> str:
    return call.path["rescue_code"][:LONGEST_CODE]


async def _find_lift(call: Call[PageQuery, Nothing] | Call[PageQuery, HelpForm]) -> Lift | None:
    return await call.context.store.find_lift_by_rescue_code(_code(call))


def _asks_too_often(call: Call[PageQuery, Nothing]) -> bool:
    """Beyond it the database is not asked; the page with the number to call is what there is."""
    try:
        call.context.limiter.charge_address(call.principal.address, Budget.READS, call.now)
    except TooManyRequests:
        return True
    return False


def _is_own_site(call: Call[PageQuery, HelpForm]) -> bool:
    try:
        demand_own_site(call.request, call.context)
    except Forbidden:
        return False
    return True


def new_key(code: str, secret: bytes, now: datetime) -> str:
    """What makes a form ours, and this one: it can be taken once, for this code, within FORM_LASTS."""
    said = f"{int(now.timestamp()):x}.{secrets.token_hex(8)}"
    return f"{said}.{_sign(said, code, secret)}"


def is_key(key: str, code: str, secret: bytes, now: datetime) -> bool:
    """A form of ours for this code that is not too old."""
    said, _, signature = key.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _sign(said, code, secret).encode()):
        return False
    return now.timestamp() - int(said.partition(".")[0], 16) <= FORM_LASTS.total_seconds()


def _sign(said: str, code: str, secret: bytes) -> str:
    return hmac.new(secret, f"public form\n{code}\n{said}".encode(), sha256).hexdigest()[:32]


def _see_other(path: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": path}, content_type=HTML)


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", "/r", find_code, access=OPEN, answers={200: HTML, 303: HTML}),
    row("GET", "/r/{rescue_code}", show_page, access=OPEN, answers={200: HTML}),
    row("POST", "/r/{rescue_code}", call_for_help, access=OPEN, answers={200: HTML, 303: HTML}),
)
