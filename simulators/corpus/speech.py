"""A lift's state as JSON in the two profiles of the corpus: canonical, and GB/T 24476-2017 by its numbers.

Formatting only. The numbers are written down here once more, away from the service's own tables, so that a mistake in
those does not cancel itself out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

GB = "gb24476-2017"
CANONICAL = "canonical"
DOOR_CODE = "03"
"""The door does not open."""
BUTTON_CODE = "90"
MAINS_OFF_CODE = "41"

_GB_MODES = {
    "stopped": 0,
    "normal": 1,
    "inspection": 2,
    "fire_return": 3,
    "firefighter": 4,
    "emergency_power": 5,
    "earthquake": 6,
    "unknown": 7,
}
_GB_DIRECTIONS = {"none": 0, "up": 1, "down": 2}
_GB_MODE_CODES = {
    "inspection": 43,
    "fire_return": 44,
    "firefighter": 45,
    "emergency_power": 46,
    "earthquake": 47,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one make of controller speaks."""

    profile: str = CANONICAL
    names_profile: bool = False
    """In every status, not only at birth."""
    button_is_code: bool = False
    """The button is told as code 90 within the status instead of as an alarm with a number."""
    tells_load: bool = False

    @property
    def tells_door_movement(self) -> bool:
        """Whether a door that has only begun to open can be told from an open one."""
        return self.profile == CANONICAL

    def write_status(self, body: dict[str, Any]) -> dict[str, Any]:
        """A canonical status in this dialect."""
        spoken = body if self.profile == CANONICAL else _translate(body)
        if self.names_profile:
            spoken["profile"] = self.profile
        return spoken


def draw_dialect(rng: Random) -> Dialect:
    """Three lifts in five speak canonical, the others by the standard's numbers."""
    if rng.random() < 0.6:
        return Dialect(names_profile=rng.random() < 0.2, tells_load=rng.random() < 0.3)
    return Dialect(profile=GB, names_profile=rng.random() < 0.5, button_is_code=rng.random() < 0.3)


def _translate(body: Mapping[str, Any]) -> dict[str, Any]:
    """By the standard a door is fully closed or it is not, and the mains are told by a code."""
    mode = body["service_mode"]
    codes: list[int] = [int(code) for code in body["faults"]]
    codes += [_GB_MODE_CODES[mode]] if mode in _GB_MODE_CODES else []
    codes += [int(MAINS_OFF_CODE)] if body["power_status"] == "lost" else []
    stamp = {key: body[key] for key in ("ts", "boot", "seq") if key in body}
    return {
        **stamp,
        "service_mode": _GB_MODES[mode],
        "car_status": int(body["car_status"] == "running"),
        "car_direction": _GB_DIRECTIONS[body["car_direction"]],
        "car_position": body["car_position"],
        "door_zone": body["door_zone"],
        "door_status": body["door_status"] == "closed",
        "passenger_status": body["passenger_status"],
        "message_codes": codes or [0],
    }
