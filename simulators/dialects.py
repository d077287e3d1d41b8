"""A lift's report in the words of its controller: which profile it speaks, and what its clock says.

`canonical` is the published interface as it is. `gb24476-2017` has the same names with that standard's numbers, as the
installed base sends them: no power status but message code 41, doors told only as fully closed or not. Topics and
channels are the same in both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from simulators.reports import Report, write_instant


class Profile(StrEnum):
    """What simulated controllers can speak."""

    CANONICAL = "canonical"
    GB = "gb24476-2017"


_MODES = {"stopped": 0, "normal": 1, "inspection": 2, "fire_return": 3, "firefighter": 4, "emergency_power": 5,
          "earthquake": 6, "unknown": 7}  # fmt: skip
_MODE_CODES = {"stopped": "42", "inspection": "43", "fire_return": "44", "firefighter": "45", "emergency_power": "46",
               "earthquake": "47"}  # fmt: skip
_DIRECTIONS = {"none": 0, "up": 1, "down": 2}
NO_FAULT, MAINS_OFF = "00", "41"


def write_payload(report: Report, profile: Profile, ahead_s: float = 0.0) -> bytes:
    """The JSON; `ahead_s` is how far the controller's clock is ahead."""
    body = report.body
    if profile is Profile.GB and report.channel in _WRITERS:
        body = _WRITERS[report.channel](body)
    if ahead_s and "ts" in body:
        body = {**body, "ts": write_instant(_read_instant(body["ts"]) + ahead_s)}
    return json.dumps(body, separators=(",", ":")).encode()


def _write_status(body: Mapping[str, Any]) -> dict[str, Any]:
    """Long because a status has many fields."""
    codes = [*body["faults"], *([MAINS_OFF] if body["power_status"] == "lost" else [])]
    codes += [code for mode, code in _MODE_CODES.items() if mode == body["service_mode"]]
    written: dict[str, Any] = {
        "ts": body["ts"],
        "boot": body["boot"],
        "seq": body["seq"],
        "service_mode": _MODES[body["service_mode"]],
        "car_status": int(body["car_status"] == "running"),
        "car_direction": _DIRECTIONS[body["car_direction"]],
        "car_position": body["car_position"],
        "door_zone": body["door_zone"],
        "door_status": body["door_status"] == "closed",
        "passenger_status": body["passenger_status"],
        "message_codes": codes or [NO_FAULT],
        "profile": Profile.GB,
    }
    if "load_percent" in body:
        written["load_percent"] = body["load_percent"]
    return written


def _name_profile(body: Mapping[str, Any]) -> dict[str, Any]:
    return {**body, "profile": Profile.GB}


_WRITERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "status": _write_status,
    "fault": _name_profile,
    "link": lambda body: _name_profile(body) if body["online"] else dict(body),
}


def _read_instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
