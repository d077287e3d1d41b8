"""What is said over the socket of `GET /api/v1/live`, both ways: the models that the console's types are made of.

Text frames are these messages as JSON; binary frames are telemetry (docs/live.md). Names here are part of the published
interface: added to, never renamed or dropped. Decides no more than which fields the wall is given; must not know who is
connected, nor how a message travels.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from rescue.incident import AssignmentStatus, Deadline, Kind, Status
from rescue.people.principals import Role
from rescue.views import AssignmentView, ClockView, CrewView, IncidentView, Instant, TimelineEntryView

PROTOCOL = 1
"""Grows when a console that knows only the older one would be misled."""
HEARTBEAT_S = 1.0
LONGEST_WORD = 200


class Close(IntEnum):
    """Why the server closed the socket, besides WebSocket's own 1001: the service stops, connect again."""

    NOT_UNDERSTOOD = 4400
    """The message is none of ours, or came out of turn: a fault of the console, or a console too old."""
    SESSION_OVER = 4401
    """Logged out, disabled, given another role or password, or lapsed: log in again."""
    SILENT = 4408
    """No `resume` within 10 s."""
    TOO_SLOW = 4429
    """So much waits to be sent that nothing more is kept: connect again and resume."""


class Lane(StrEnum):
    """Which events one is told: `staff` all of them, `wall` without what concerns persons."""

    STAFF = "staff"
    WALL = "wall"


class ResetReason(StrEnum):
    """Why old state is of no use."""

    FIRST_VISIT = "first_visit"
    OTHER_EPOCH = "other_epoch"
    """The service was started anew, or has read its cases anew, since."""
    TOO_FAR_BEHIND = "too_far_behind"
    """What was missed is no longer kept."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Heard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# What a console says


class Resume(_Heard):
    """The first message: where one left off; both null on a first visit. Said once."""

    type: Literal["resume"] = "resume"
    epoch: Annotated[str, Field(max_length=LONGEST_WORD)] | None = None
    seq: Annotated[int, Field(ge=0)] | None = None


class WatchLifts(_Heard):
    """Begin or end the telemetry of all lifts. It begins with a full frame."""

    type: Literal["telemetry"] = "telemetry"
    on: bool


class ConsoleMessage(RootModel[Annotated[Resume | WatchLifts, Field(discriminator="type")]]):
    """Whatever a console says."""


# What the server says


class Hello(_Said):
    """The first message: where the events stand. A `build` or `protocol` other than at first: reload the page."""

    type: Literal["hello"] = "hello"
    epoch: str
    """Events are counted within it; it is another after each start, and whenever the cases were read anew."""
    seq: int
    """Of the newest event."""
    kept_from: int
    """Whoever has seen this `seq` or a later one of this epoch can resume; others are told everything anew."""
    protocol: int
    version: str
    """Of the service."""
    build: str
    """Of the console's files as this server has them."""
    now: Instant
    heartbeat_s: float
    lane: Lane
    name: str
    role: Role


class Replay(_Said):
    """What was missed follows: the events from `from_seq` to `to_seq`; none if `from_seq` is the greater."""

    type: Literal["replay"] = "replay"
    from_seq: int
    to_seq: int


class Reset(_Said):
    """Forget all cases, crews and operators: `parts` snapshots follow, together the state as of `seq`.

    It may come at any time.
    """

    type: Literal["reset"] = "reset"
    epoch: str
    seq: int
    reason: ResetReason
    parts: int


class OperatorView(_Said):
    """Somebody of the rescue centre who is connected now; `since` when, `consoles` on how many screens."""

    name: str
    role: Role
    since: Instant
    consoles: int
    on_shift_since: Instant | None = None
    """Null for who has not begun a shift."""


class Snapshot(_Said):
    """Part of the state as of `seq`, from part 1 on; crews and operators are all in the first."""

    type: Literal["snapshot"] = "snapshot"
    seq: int
    part: int
    parts: int
    incidents: list[IncidentView]
    """The open cases. As to an auditor: no phone number and no caller (GET the case), no `handover.car_position`."""
    assignments: list[AssignmentView]
    """Every attempt of these."""
    crews: list[CrewView]
    operators: list[OperatorView]


class Event(_Said):
    """One thing that happened, as a whole: what it does not name has not changed.

    Applied in this order: `incidents` replace those of the same id, `closed` ones leave with their attempts;
    `assignments` of cases that are known replace those of the same id; `crews` likewise; `gone_crews` leave;
    `operators`, unless null, are all there are now.
    """

    type: Literal["event"] = "event"
    seq: int
    at: Instant
    incidents: list[IncidentView] = []
    """In full."""
    closed: list[str] = []
    """The ids of those of `incidents` that are open no longer; also such as were closed before and learned more."""
    assignments: list[AssignmentView] = []
    entries: list[TimelineEntryView] = []
    """What was added to timelines, without phone numbers."""
    crews: list[CrewView] = []
    gone_crews: list[str] = []
    operators: list[OperatorView] | None = None


class WallAssignmentView(_Said):
    """Who goes, as far as the wall shows it."""

    company_id: str
    status: AssignmentStatus
    eta_s: int | None


class WallIncidentView(_Said):
    """A case without anything that concerns a person: no name, no note, no number, no word on anybody's health."""

    id: str
    number: int
    kind: Kind
    status: Status
    level: int
    version: int
    lift_id: str | None
    rescue_code: str | None
    address: str
    building: str
    area: str
    lon: float | None
    lat: float | None
    opened_at: Instant
    people: int | None
    clock: ClockView
    assignment: WallAssignmentView | None
    deadlines: dict[Deadline, Instant]
    parent_id: str | None
    shelved_until: Instant | None
    """Nobody need look at it before."""
    affected: int
    recovered: int
    dispatched_at: Instant | None
    arrived_at: Instant | None
    released_at: Instant | None


class WallCrewView(_Said):
    """A crew on the wall's map."""

    crew_id: str
    company_id: str
    on_duty: bool
    busy: str | None
    lon: float | None
    lat: float | None
    positioned_at: Instant | None


class WallSnapshot(_Said):
    """As `Snapshot`, for the wall."""

    type: Literal["wall_snapshot"] = "wall_snapshot"
    seq: int
    part: int
    parts: int
    incidents: list[WallIncidentView]
    crews: list[WallCrewView]
    operators: int
    """How many are connected."""


class WallEvent(_Said):
    """As `Event`, for the wall."""

    type: Literal["wall_event"] = "wall_event"
    seq: int
    at: Instant
    incidents: list[WallIncidentView] = []
    closed: list[str] = []
    crews: list[WallCrewView] = []
    gone_crews: list[str] = []
    operators: int | None = None


class Heartbeat(_Said):
    """Once a second, whatever else is said. Its absence is the sign that nothing here is to be trusted any longer."""

    type: Literal["heartbeat"] = "heartbeat"
    now: Instant
    seq: int
    """Of the newest event: whoever has an older one is behind."""
    trouble: str
    """Why the desk can decide nothing now, "" if it can."""
    lifts_version: str
    """Of `GET /api/v1/live/lifts`: another one means to read it again."""


class Failure(_Said):
    """The last message before the server closes; a browser is told the same by the close code and reason."""

    type: Literal["error"] = "error"
    code: Close
    detail: str


class ServerMessage(
    RootModel[
        Annotated[
            Hello | Replay | Reset | Snapshot | Event | WallSnapshot | WallEvent | Heartbeat | Failure,
            Field(discriminator="type"),
        ]
    ]
):
    """Whatever the server says in a text frame."""


# What is read once over HTTP


class BitField(_Said):
    """Where in a lift's state a fact stands: `width` bits from bit `shift`; the number found there picks the word."""

    name: str
    shift: int
    width: int
    words: list[str]


class LiftDirectoryView(_Said):
    """The lifts of the telemetry, as columns of equal length: a lift's place in them is its number in the frames.

    Places are kept for as long as the service runs; new lifts are put at the end. Of a lift that left the registry the
    card stays, with `gone` naming its place.
    """

    version: str
    bits: list[BitField]
    """How a lift's state is to be read."""
    lift_id: list[str]
    rescue_code: list[str | None]
    lon: list[float | None]
    lat: list[float | None]
    areas: list[str]
    """The areas that there are; `area` names places in it, and so do the other pairs."""
    area: list[int]
    buildings: list[str]
    building: list[int]
    addresses: list[str]
    address: list[int]
    companies: list[str]
    """Their ids; "" for lifts under no contract."""
    company: list[int]
    gone: list[int]


SPOKEN: tuple[tuple[type[BaseModel], Literal["validation", "serialization"]], ...] = (
    (ConsoleMessage, "validation"),
    (ServerMessage, "serialization"),
)
"""What the OpenAPI document publishes though no route answers with it."""
