"""A case as one signed document over HTTP, for those who answer for it; docs/export.md says how it is verified."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from rescue.api.access import Access
from rescue.api.fields import Body
from rescue.api.problems import Forbidden, NotFound
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.incident import IncidentId
from rescue.people.audit_log import Act
from rescue.people.principals import Role, actor_of
from rescue.proof.export import Json, export

WHO_ANSWERS = Access(roles=frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN}))


class ExportQuery(Body):
    """With `personal_data`, phone numbers are not hidden; auditors do not read them."""

    personal_data: bool = False


class ExportView(BaseModel):
    """The document. The signature is over the header, which bears a digest of every other section."""

    model_config = ConfigDict(frozen=True)

    header: Json
    incident: Json
    timeline: list[Json]
    assignments: list[Json]
    deliveries: list[Json]
    recordings: list[Json]
    decisions: list[Json]
    signature: str


class KeyView(BaseModel):
    """The public key that verifies exports, in PEM, and its name."""

    model_config = ConfigDict(frozen=True)

    key_id: str
    public_key: str


async def export_case(call: Call[ExportQuery, Nothing]) -> web.Response:
    """A case with all that is known of it, as one signed document; it is in the audit log before it is given."""
    hides = not call.query.personal_data
    if not hides and call.principal.role is Role.AUDITOR:
        raise Forbidden("auditors read no phone numbers")
    file = await call.context.case_files.case_file(IncidentId(call.path["incident_id"]))
    if file is None:
        raise NotFound(f"there is no case {call.path['incident_id']}")
    subject = f"incident:{file.incident.incident_id}"
    await call.context.audit.demand(Act.EXPORTED, call.principal, subject, personal_data=not hides)
    by = actor_of(call.principal)
    document: dict[str, Any] = export(
        file, call.context.signer, by=f"{by.kind} {by.name}", at=call.now, personal_data=not hides
    )
    return answer(ExportView(**document))


async def show_key(call: Call[Nothing, Nothing]) -> web.Response:
    """The public key that verifies exports."""
    key = call.context.signer.verifier
    return answer(KeyView(key_id=key.key_id, public_key=key.pem))


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/incidents/{{incident_id}}/export", export_case, access=WHO_ANSWERS, answers={200: ExportView}),
    row("GET", f"{API}/export-key", show_key, access=WHO_ANSWERS, answers={200: KeyView}),
)
