"""The shapes of the JSON that lifts and crews' phones publish, each with what it expects said in words.

Decides whether a payload has its channel's shape, and if not, why not in a sentence for a person. The words stand
once, beside the field: they are the field's description in the published JSON Schema and the reason in quarantine.
Must not know what any of it means.

Types are strict: `"true"` is no boolean. Unknown keys are let be. A `ts` may be missing, for a lift without a clock
still gets stuck; if it is there, it must be an instant, however wrong.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Annotated, Any, Generic, Literal, NotRequired, TypeVar

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic asks for this one below Python 3.12

from devices.errors import BadPayload
from devices.messages import CarDirection, CarStatus, DoorStatus, PowerStatus, ServiceMode

MOST_CODES = 64
REASONS_SHOWN = 3
INPUT_SHOWN = 40

_BIGGEST = 2**63 - 1
_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
_strict = with_config(ConfigDict(strict=True, extra="ignore"))


def _words(words: str, **limits: Any) -> Any:
    return Field(description=words, **limits)


_Count = Annotated[int, Field(ge=0, le=_BIGGEST)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Text = Annotated[str, Field(min_length=1, max_length=64, pattern=_PRINTABLE)]
_Label = Annotated[str, Field(min_length=1, max_length=16, pattern=_PRINTABLE)]
_Floor = Annotated[int, Field(ge=-999, le=9999)]
_Half = Annotated[float, Field(ge=-999, le=9999)]
_CodeNumber = Annotated[int, Field(ge=0, le=99_999_999)]
_CodeText = Annotated[str, Field(min_length=1, max_length=32, pattern=_PRINTABLE)]
_RawCode = _CodeNumber | _CodeText
_Token = bool | _CodeNumber | _CodeText

_Instant = Annotated[AwareDatetime | None, _words("an instant as RFC 3339 with its zone, as 2026-05-01T08:00:00Z")]
_Boot = Annotated[_Count, _words("a whole number from 0 that counts the controller's restarts")]
_Seq = Annotated[_Count, _words("a whole number from 0 that counts the messages of one boot")]
_Number = Annotated[_Count, _words("a whole number from 0 that counts up for this lift")]
_Position = Annotated[_Floor | _Half | _Label, _words("a floor as a number, or its label of 1 to 16 characters")]
_Code = Annotated[_RawCode, _words("a fault code: a whole number or 1 to 32 characters")]
_Codes = Annotated[list[_RawCode], _words(f"a list of at most {MOST_CODES} fault codes", max_length=MOST_CODES)]
_Load = Annotated[_Finite | None, _words("the load in percent of the rated load, a number")]
_Speed = Annotated[_Finite | None, _words("the car's speed in metres a second, a number")]
_ProfileName = Annotated[_Text | None, _words("the name of the profile the lift speaks")]


@_strict
class StatusWire(TypedDict):
    """`status` of the canonical profile."""

    ts: NotRequired[_Instant]
    boot: _Boot
    seq: _Seq
    service_mode: Annotated[ServiceMode, _words(f"one of {', '.join(ServiceMode)}")]
    car_status: Annotated[CarStatus, _words(f"one of {', '.join(CarStatus)}")]
    car_direction: Annotated[CarDirection, _words(f"one of {', '.join(CarDirection)}")]
    car_position: _Position
    door_zone: Annotated[bool, _words("true (the car is in a door zone) or false")]
    door_status: Annotated[DoorStatus, _words(f"one of {', '.join(DoorStatus)}")]
    passenger_status: Annotated[bool | None, _words("true (someone is inside), false, or null where it is not known")]
    power_status: Annotated[PowerStatus, _words(f"one of {', '.join(PowerStatus)}")]
    faults: NotRequired[_Codes]
    load_percent: NotRequired[_Load]
    car_speed_mps: NotRequired[_Speed]
    profile: NotRequired[_ProfileName]


@_strict
class DialectStatusWire(TypedDict):
    """`status` of any other profile: the same names, values by the profile's own tables."""

    ts: NotRequired[_Instant]
    boot: _Boot
    seq: _Seq
    service_mode: Annotated[_Token, _words("a value of the profile's service modes")]
    car_status: Annotated[_Token, _words("a value of the profile's car statuses")]
    car_direction: Annotated[_Token, _words("a value of the profile's car directions")]
    car_position: _Position
    door_zone: Annotated[_Token, _words("a value of the profile's door zone")]
    door_status: Annotated[_Token, _words("a value of the profile's door statuses")]
    passenger_status: Annotated[_Token | None, _words("a value of the profile's passenger statuses, or null")]
    power_status: NotRequired[Annotated[_Token | None, _words("a value of the profile's power statuses")]]
    message_codes: NotRequired[_Codes]
    faults: NotRequired[_Codes]
    load_percent: NotRequired[_Load]
    car_speed_mps: NotRequired[_Speed]


@_strict
class AlarmWire(TypedDict):
    """`alarm`: the button, or its end."""

    ts: NotRequired[_Instant]
    boot: _Boot
    number: _Number
    state: Annotated[Literal["raised", "ended"], _words("raised or ended")]
    button_held_s: NotRequired[
        Annotated[
            Annotated[float, Field(ge=0, allow_inf_nan=False)] | None,
            _words("how long the button was held, in seconds from 0"),
        ]
    ]


@_strict
class FaultWire(TypedDict):
    """`fault`: one fault raised or cleared."""

    ts: NotRequired[_Instant]
    boot: _Boot
    seq: _Seq
    code: _Code
    state: Annotated[Literal["raised", "cleared"], _words("raised or cleared")]
    profile: NotRequired[_ProfileName]


@_strict
class TestWire(TypedDict):
    """`test`: the periodic test call."""

    ts: NotRequired[_Instant]
    boot: _Boot
    number: _Number
    battery: Annotated[Literal["ok", "low"], _words("ok or low")]


@_strict
class LinkWire(TypedDict):
    """`link`: the birth, and the will."""

    online: Annotated[bool, _words("true (birth) or false (will)")]
    boot: _Boot
    firmware: NotRequired[Annotated[_Text | None, _words("the firmware's name, 1 to 64 characters")]]
    profile: NotRequired[_ProfileName]


@_strict
class PositionWire(TypedDict):
    """`position` of a crew's phone."""

    ts: NotRequired[_Instant]
    lon: Annotated[float, _words("degrees from -180 to 180", ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, _words("degrees from -90 to 90", ge=-90, le=90, allow_inf_nan=False)]
    datum: Annotated[Literal["wgs84", "gcj02"], _words("wgs84 or gcj02")]


@_strict
class SpeakerWire(TypedDict):
    """Any payload, read only for the profile it names."""

    profile: NotRequired[_ProfileName]


WireT = TypeVar("WireT")


class Shape(Generic[WireT]):
    """Reads one kind of payload."""

    def __init__(self, wire: type[WireT]) -> None:
        self._adapter: TypeAdapter[WireT] = TypeAdapter(wire)
        self._validate = self._adapter.validator.validate_json

    def read(self, payload: bytes) -> WireT:
        """The payload's fields. Raises BadPayload with every reason in one sentence, the first three in full."""
        try:
            fields: WireT = self._validate(payload)
        except ValidationError as error:
            raise BadPayload(self._explain(error)) from None
        return fields

    @cached_property
    def schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **self._adapter.json_schema()}

    def _explain(self, error: ValidationError) -> str:
        faults: dict[str, str] = {}
        for details in error.errors(include_url=False, include_context=False):
            field = str(details["loc"][0]) if details["loc"] else ""
            faults.setdefault(field, self._explain_field(field, details["type"], details["msg"], details["input"]))
        shown = "; ".join(list(faults.values())[:REASONS_SHOWN])
        more = len(faults) - REASONS_SHOWN
        return f"{shown}; and {more} more" if more > 0 else shown

    def _explain_field(self, field: str, kind: str, message: str, given: object) -> str:
        if kind == "json_invalid":
            return f"not JSON: {message.removeprefix('Invalid JSON: ')}"
        if not field:
            return f"expected a JSON object, got {show(given)}"
        expected = self.schema["properties"][field]["description"]
        if kind == "missing":
            return f"{field} is missing: expected {expected}"
        return f"{field}: expected {expected}, got {show(given)}"


def show(value: object) -> str:
    """What was sent, as JSON and cut short."""
    text = json.dumps(value, ensure_ascii=False)
    shown = text if len(text) <= INPUT_SHOWN else f"{text[:INPUT_SHOWN]}…"
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in shown)
