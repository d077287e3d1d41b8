"""Bytes of a topic and payload -> one message in our words, or the reason why not.

Decides what a lift says, whatever profile it speaks. For any bytes at all it returns a message or raises BadTopic or
BadPayload; the reason is a sentence for the person who reads the quarantine. Must not judge: a clock years off, a
boot out of order or a fault nobody knows are data, and what follows from them is the tracker's affair.

A lift names its profile at its birth (`link`) or in the message itself, which wins. Where nobody named one it speaks
`canonical`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeVar

from devices.datum import convert_gcj02_to_wgs84
from devices.errors import BadPayload, BadTopic
from devices.faults import Fault
from devices.messages import (
    Alarm,
    Area,
    EndOfAlarm,
    FaultReport,
    LiftId,
    Link,
    Message,
    PowerStatus,
    RawFault,
    Status,
    TestCall,
)
from devices.profiles import CANONICAL, Profile, load_profiles
from devices.wire import (
    AlarmWire,
    DialectStatusWire,
    FaultWire,
    LinkWire,
    PositionWire,
    Shape,
    SpeakerWire,
    StatusWire,
    TestWire,
    show,
)

__all__ = [
    "CHANNELS",
    "MOST_BYTES",
    "SCHEMA_NAMES",
    "BadPayload",
    "BadTopic",
    "Position",
    "parse",
    "parse_crew_topic",
    "parse_position",
    "parse_topic",
    "schema",
]

MOST_BYTES = 8 * 1024
CHANNELS = ("status", "alarm", "fault", "test", "link")
SCHEMA_NAMES = (*CHANNELS, "position")

Datum = Literal["wgs84", "gcj02"]


class Position(NamedTuple):
    """Where a crew's phone is. `lon` and `lat` are WGS84 degrees; `datum` is what it sent them in."""

    reported_at: float | None
    lon: float
    lat: float
    datum: Datum


_STATUS = Shape(StatusWire)
_DIALECT_STATUS = Shape(DialectStatusWire)
_ALARM = Shape(AlarmWire)
_FAULT = Shape(FaultWire)
_TEST = Shape(TestWire)
_LINK = Shape(LinkWire)
_POSITION = Shape(PositionWire)
_SPEAKER = Shape(SpeakerWire)

_LIFT_TOPIC = re.compile(r"lifts/v1/([0-9]{6})/([A-Za-z0-9_-]{1,32})/(status|alarm|fault|test|link)")
_CREW_TOPIC = re.compile(r"crews/v1/([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_-]{1,64})/position")
_TOPIC_RULES = (
    (re.compile(r"[0-9]{6}"), "the area is 6 digits"),
    (re.compile(r"[A-Za-z0-9_-]{1,32}"), "a lift_id is 1 to 32 letters, digits, _ or -"),
    (re.compile("|".join(CHANNELS)), f"a channel is one of {', '.join(CHANNELS)}"),
)


def parse_topic(topic: str) -> tuple[Area, LiftId, str]:
    """Area, lift and channel of what a lift published. Raises BadTopic."""
    found = _LIFT_TOPIC.fullmatch(topic)
    if found is None:
        raise BadTopic(_explain_topic(topic))
    area, lift_id, channel = found.groups()
    return Area(area), LiftId(lift_id), channel


def parse_crew_topic(topic: str) -> tuple[str, str]:
    """Company and crew of a phone's position. Raises BadTopic."""
    found = _CREW_TOPIC.fullmatch(topic)
    if found is None:
        raise BadTopic("a crew publishes on crews/v1/{company_id}/{crew_id}/position")
    return found[1], found[2]


def parse(channel: str, payload: bytes, profile: str | None) -> Message:
    """What the lift says. `profile` is the one its birth named, None if none. Raises BadPayload."""
    _refuse_too_big(payload)
    reader = _READERS.get(channel)
    if reader is None:
        raise BadPayload(f"no lift publishes on channel {show(channel)}")
    return reader(payload, profile)


def parse_position(payload: bytes) -> Position:
    """Where a crew's phone is, in WGS84 whatever it sent. Raises BadPayload."""
    _refuse_too_big(payload)
    wire = _POSITION.read(payload)
    lon, lat, datum = wire["lon"], wire["lat"], wire["datum"]
    if datum == "gcj02":
        lon, lat = convert_gcj02_to_wgs84(lon, lat)
    return Position(_seconds(wire.get("ts")), lon, lat, datum)


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a payload, `name` being one of SCHEMA_NAMES. Raises KeyError for any other."""
    return _SHAPES[name].schema


def _read_status(payload: bytes, profile: str | None) -> Status:
    spoken = _find_profile_name(payload, profile)
    if spoken == CANONICAL:
        return _make_status(_STATUS.read(payload))
    return _translate_status(_DIALECT_STATUS.read(payload), _find_profile(spoken))


def _make_status(wire: StatusWire) -> Status:
    faults, alarm_button = _read_codes(CANONICAL, wire.get("faults"))
    return Status(
        reported_at=_seconds(wire.get("ts")),
        boot=wire["boot"],
        seq=wire["seq"],
        service_mode=wire["service_mode"],
        car_status=wire["car_status"],
        car_direction=wire["car_direction"],
        car_position=_write_position(wire["car_position"]),
        door_zone=wire["door_zone"],
        door_status=wire["door_status"],
        passenger_present=wire["passenger_status"],
        power_status=wire["power_status"],
        faults=faults,
        load_percent=wire.get("load_percent"),
        car_speed_mps=wire.get("car_speed_mps"),
        alarm_button=alarm_button,
    )


def _translate_status(wire: DialectStatusWire, profile: Profile) -> Status:
    faults, alarm_button = _read_codes(profile.name, [*wire.get("message_codes", ()), *wire.get("faults", ())])
    passenger, power = wire["passenger_status"], wire.get("power_status")
    return Status(
        reported_at=_seconds(wire.get("ts")),
        boot=wire["boot"],
        seq=wire["seq"],
        service_mode=_translate(profile.service_mode, "service_mode", wire["service_mode"]),
        car_status=_translate(profile.car_status, "car_status", wire["car_status"]),
        car_direction=_translate(profile.car_direction, "car_direction", wire["car_direction"]),
        car_position=_write_position(wire["car_position"]),
        door_zone=_translate(profile.door_zone, "door_zone", wire["door_zone"]),
        door_status=_translate(profile.door_status, "door_status", wire["door_status"]),
        passenger_present=(
            None if passenger is None else _translate(profile.passenger_status, "passenger_status", passenger)
        ),
        power_status=(
            _guess_power(faults) if power is None else _translate(profile.power_status, "power_status", power)
        ),
        faults=faults,
        load_percent=wire.get("load_percent"),
        car_speed_mps=wire.get("car_speed_mps"),
        alarm_button=alarm_button,
    )


def _read_alarm(payload: bytes, _profile: str | None) -> Alarm | EndOfAlarm:
    wire = _ALARM.read(payload)
    reported_at, boot, number = _seconds(wire.get("ts")), wire["boot"], wire["number"]
    if wire["state"] == "ended":
        return EndOfAlarm(reported_at=reported_at, boot=boot, number=number)
    return Alarm(reported_at=reported_at, boot=boot, number=number, button_held_s=wire.get("button_held_s"))


def _read_fault(payload: bytes, profile: str | None) -> FaultReport:
    wire = _FAULT.read(payload)
    return FaultReport(
        reported_at=_seconds(wire.get("ts")),
        boot=wire["boot"],
        seq=wire["seq"],
        fault=_read_fault_code(wire.get("profile") or profile or CANONICAL, wire["code"]),
        raised=wire["state"] == "raised",
    )


def _read_test(payload: bytes, _profile: str | None) -> TestCall:
    wire = _TEST.read(payload)
    return TestCall(
        reported_at=_seconds(wire.get("ts")),
        boot=wire["boot"],
        number=wire["number"],
        battery_ok=wire["battery"] == "ok",
    )


def _read_link(payload: bytes, _profile: str | None) -> Link:
    wire = _LINK.read(payload)
    return Link(boot=wire["boot"], online=wire["online"], profile=wire.get("profile"), firmware=wire.get("firmware"))


_READERS: Mapping[str, Callable[[bytes, str | None], Message]] = {
    "status": _read_status,
    "alarm": _read_alarm,
    "fault": _read_fault,
    "test": _read_test,
    "link": _read_link,
}
_SHAPES: Mapping[str, Shape[Any]] = {
    "status": _STATUS,
    "alarm": _ALARM,
    "fault": _FAULT,
    "test": _TEST,
    "link": _LINK,
    "position": _POSITION,
}


def _find_profile_name(payload: bytes, profile: str | None) -> str:
    """The message's own word first. Most messages have none, and a search for the key is cheaper than reading."""
    if b'"profile"' in payload:
        profile = _SPEAKER.read(payload).get("profile") or profile
    return profile or CANONICAL


def _find_profile(name: str) -> Profile:
    profiles = load_profiles()
    if name not in profiles:
        raise BadPayload(f"profile: expected one of {', '.join(sorted(profiles))}, got {show(name)}")
    return profiles[name]


_ValueT = TypeVar("_ValueT")


def _translate(table: Mapping[str, _ValueT], field: str, token: bool | int | str) -> _ValueT:
    """The value of a profile's token. True is written `true`, as in the profile's file."""
    key = str(token).lower() if isinstance(token, bool) else str(token)
    if key not in table:
        raise BadPayload(f"{field}: expected one of {', '.join(table)} in this profile, got {show(token)}")
    return table[key]


def _read_codes(profile_name: str, codes: Sequence[int | str] | None) -> tuple[tuple[RawFault, ...], bool]:
    """The faults among the codes, and whether the alarm button is."""
    if not codes:
        return (), False
    named = [raw for code in codes if (raw := _name_code(profile_name, code)) is not None]
    faults = tuple(raw for raw in named if raw.fault is not Fault.ALARM_BUTTON)
    return faults, len(faults) < len(named)


def _read_fault_code(profile_name: str, code: int | str) -> RawFault:
    raw = _name_code(profile_name, code)
    if raw is None:
        raise BadPayload(f"code: {show(code)} is no fault in profile {profile_name}: the status tells it")
    return raw


@lru_cache(maxsize=4096)
def _name_code(profile_name: str, code: int | str) -> RawFault | None:
    """One object for each code that lifts send, with our word for it if its profile is known and has one.

    None for a code that the profile knows to be no fault.
    """
    profile = load_profiles().get(profile_name)
    if profile is None:
        return RawFault(profile=profile_name, code=str(code))
    text = profile.write_code(code)
    if not profile.is_fault_code(text):
        return None
    return RawFault(profile=profile_name, code=text, fault=profile.find_fault(text))


def _guess_power(faults: Sequence[RawFault]) -> PowerStatus:
    """A profile without a power status may still report that the mains are off."""
    return PowerStatus.LOST if any(raw.fault is Fault.MAINS_LOST for raw in faults) else PowerStatus.UNKNOWN


@lru_cache(maxsize=4096, typed=True)
def _write_position(position: float | str) -> str:
    """One text for each landing, for a city has many lifts and few names of landings."""
    return str(position)


def _refuse_too_big(payload: bytes) -> None:
    if len(payload) > MOST_BYTES:
        raise BadPayload(f"{len(payload):,} bytes: a payload has at most {MOST_BYTES:,}")


def _seconds(instant: datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()


def _explain_topic(topic: str) -> str:
    prefix, _, rest = topic.partition("/v1/")
    parts = rest.split("/", 2)
    if prefix != "lifts" or len(parts) < 3:
        return "a lift publishes on lifts/v1/{area}/{lift_id}/{channel}"
    wrong = (
        (rule, part) for (pattern, rule), part in zip(_TOPIC_RULES, parts, strict=True) if not pattern.fullmatch(part)
    )
    rule, part = next(wrong)
    return f"{rule}, not {show(part)}"
