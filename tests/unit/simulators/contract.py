"""The published interface's rules for what lifts and crews send, written from its text and not from any code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any], bool]

TOPIC = re.compile(r"lifts/v1/(?P<area>\d{6})/(?P<lift>[A-Za-z0-9_-]{1,32})/(?P<channel>[a-z/]+)")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
LARGEST_PAYLOAD = 8 * 1024


def one_of(*values: Any) -> Check:
    return lambda value: any(value is v or (type(value) is type(v) and value == v) for v in values)


def is_instant(value: Any) -> bool:
    return isinstance(value, str) and INSTANT.fullmatch(value) is not None


def is_whole(value: Any) -> bool:
    return type(value) is int and value >= 0


def is_floor(value: Any) -> bool:
    return type(value) in (int, float, str)


def is_codes(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(code, str) for code in value)


def is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def is_seconds(value: Any) -> bool:
    return type(value) in (int, float) and value >= 0


FIELDS: Mapping[str, Mapping[str, Check]] = {
    "status": {
        "ts": is_instant,
        "boot": is_whole,
        "seq": is_whole,
        "service_mode": one_of(
            "stopped", "normal", "inspection", "fire_return", "firefighter", "emergency_power", "earthquake", "unknown"
        ),
        "car_status": one_of("stopped", "running"),
        "car_direction": one_of("none", "up", "down"),
        "car_position": is_floor,
        "door_zone": one_of(True, False),
        "door_status": one_of("closed", "open", "opening", "closing", "unknown"),
        "passenger_status": one_of(True, False, None),
        "power_status": one_of("mains", "battery", "lost", "unknown"),
        "faults": is_codes,
    },
    "alarm": {
        "ts": is_instant,
        "boot": is_whole,
        "number": is_whole,
        "state": one_of("raised", "ended"),
        "button_held_s": is_seconds,
    },
    "fault": {
        "ts": is_instant,
        "boot": is_whole,
        "seq": is_whole,
        "code": is_text,
        "state": one_of("raised", "cleared"),
    },
    "test": {"ts": is_instant, "boot": is_whole, "number": is_whole, "battery": one_of("ok", "low")},
    "link": {"online": one_of(True, False), "boot": is_whole, "firmware": is_text, "profile": is_text},
}
OPTIONAL: Mapping[str, Mapping[str, Check]] = {
    "status": {"load_percent": is_seconds, "car_speed_mps": is_seconds, "profile": is_text},
    "fault": {"profile": is_text},
}
QOS: Mapping[str, frozenset[int]] = {
    "status": frozenset({0, 1}),
    "alarm": frozenset({1}),
    "fault": frozenset({1}),
    "test": frozenset({1}),
    "link": frozenset({1}),
}

CSV_COLUMNS: Mapping[str, str] = {
    "lifts": "lift_id, rescue_code, register_code, area, address, building, entrance, lon, lat, company_id, floors, "
    "place_type, brand, model, drive_type, machine_room, commissioned_on, user_unit, safety_officer, "
    "safety_officer_phone",
    "companies": "company_id, name, phone, kind",
    "stations": "station_id, company_id, name, lon, lat",
    "crews": "crew_id, company_id, station_id, name, phone, lon, lat, members, qualifications, on_duty",
}


def faults_of(topic: str, body: Mapping[str, Any], *, qos: int, retain: bool, size: int) -> list[str]:
    """Everything in which a message breaks the published interface."""
    match = TOPIC.fullmatch(topic)
    if match is None or match["channel"] not in FIELDS:
        return [f"no such topic: {topic}"]
    channel = match["channel"]
    checks, optional = FIELDS[channel], OPTIONAL.get(channel, {})
    found = [f"missing {name}" for name in checks if name not in body]
    found += [f"unknown {name}" for name in body if name not in checks and name not in optional]
    found += [
        f"{name} is {body[name]!r}"
        for name, good in {**checks, **optional}.items()
        if name in body and not good(body[name])
    ]
    found += [f"qos {qos}"] if qos not in QOS[channel] else []
    found += ["not retained"] if channel == "link" and not retain else []
    found += ["retained"] if channel in ("alarm", "fault", "test") and retain else []
    found += [f"{size} bytes"] if size > LARGEST_PAYLOAD else []
    return found
