"""The black box over HTTP: what a lift said in the last minutes before its case opened or became graver."""

from __future__ import annotations

from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from rescue.api.access import STAFF_AND_AUDITORS
from rescue.api.pages import whole
from rescue.api.reach import find_incident
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.black_box.recording import Recording, write_record
from rescue.desk.inputs import instant_of
from rescue.views import Instant, PageView


class RecordView(BaseModel):
    """One record. A `message` has a topic and a payload, a `checkpoint` and what was `found` a body."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["message", "checkpoint", "waking", "found"]
    at: Instant
    topic: str | None
    payload: str | None
    payload_base64: str | None
    """In place of `payload`, of bytes that are no text."""
    body: Any


class RecordingView(BaseModel):
    """One recording, oldest first. `starts_at` is from when on it can be decided again, null for never."""

    model_config = ConfigDict(frozen=True)

    lift_id: str
    taken_at: Instant
    starts_at: Instant | None
    is_cut: bool
    rules: dict[str, float]
    records: list[RecordView]


async def show_black_box(call: Call[Nothing, Nothing]) -> web.Response:
    """What the lift said before the case opened, and before it became graver; nothing if nothing was stored."""
    incident = await find_incident(call.context, call.principal, call.path["incident_id"])
    found = await call.context.records.recordings_of(incident.incident_id)
    return answer(whole([_view(recording) for recording in found]))


def _view(recording: Recording) -> RecordingView:
    start = recording.starts_at
    return RecordingView(
        lift_id=recording.lift_id,
        taken_at=instant_of(recording.taken_at),
        starts_at=None if start is None else instant_of(start),
        is_cut=recording.is_cut,
        rules=dict(recording.rules),
        records=[_record_view(write_record(record)) for record in recording.records],
    )


def _record_view(written: Any) -> RecordView:
    return RecordView(
        kind=written["kind"],
        at=instant_of(written["at"]),
        topic=written.get("topic"),
        payload=written.get("payload"),
        payload_base64=written.get("payload_base64"),
        body=written.get("body"),
    )


ROUTES: tuple[AnyRoute, ...] = (
    row(
        "GET",
        f"{API}/incidents/{{incident_id}}/black_box",
        show_black_box,
        access=STAFF_AND_AUDITORS,
        answers={200: PageView[RecordingView]},
    ),
)
