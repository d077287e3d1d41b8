"""The audit log over HTTP, for auditors: who saw whose number, who came in, who changed who may.

Nobody can change it here, and administrators cannot read it. Reading it is itself written down, before it is shown.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from rescue.api.access import AUDITORS_ONLY
from rescue.api.fields import Name, Paged, When
from rescue.api.pages import page
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.people.audit_log import Act, Record
from rescue.store.audit_log import RecordsWanted
from rescue.timeline import instant
from rescue.views import ActorView, PageView


class AuditQuery(Paged):
    """Which records; `to` is not part of the span. `subject` is what it was done to, as `incident:…` or `user:…`."""

    since: When | None = Field(default=None, alias="from")
    until: When | None = Field(default=None, alias="to")
    actor: Name | None = None
    action: Act | None = None
    subject: Name | None = None


class AuditRecordView(BaseModel):
    """One record. `at` is spelled exactly as its `hash` covers it; `previous` is the hash of the record before."""

    model_config = ConfigDict(frozen=True)

    id: int
    at: str
    action: Act
    actor: ActorView
    address: str
    subject: str
    data: dict[str, Any]
    previous: str
    hash: str


async def list_audit(call: Call[AuditQuery, Nothing]) -> web.Response:
    """Who saw personal data, took data out, came in or failed to, and changed accounts; newest first."""
    query = call.query
    await call.context.audit.demand(Act.AUDIT_READ, call.principal, f"audit:{call.request.query_string}")
    wanted = RecordsWanted(
        since=query.since, until=query.until, actor=query.actor, act=query.action, subject=query.subject
    )
    found = await call.context.audit_log.list_records(wanted, after=query.cursor, limit=query.limit + 1)
    return answer(page(found, query.limit, _view, lambda record: record.record_id))


def _view(record: Record) -> AuditRecordView:
    note = record.note
    return AuditRecordView(
        id=record.record_id,
        at=instant(note.at),
        action=note.act,
        actor=ActorView(kind=note.actor.kind, name=note.actor.name, channel=note.actor.channel),
        address=note.address,
        subject=note.subject,
        data=dict(note.data),
        previous=record.previous,
        hash=record.hash,
    )


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/audit", list_audit, access=AUDITORS_ONLY, answers={200: PageView[AuditRecordView]}),
)
