"""Our own words for what goes wrong with a lift, whatever number its dialect gives it.

Decides only what a fault *means* for people inside. Must not know any dialect's numbers: the same number means
different things to different makers, so (profile, raw code) is mapped to these words in `devices/profiles/*.toml`.
"""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """A fault by our vocabulary: the GB/T 24476 base set, then what dialects add."""

    SAFETY_CIRCUIT_OPEN = "safety_circuit_open"
    DOOR_CLOSING = "door_closing"
    DOOR_OPENING = "door_opening"
    STOPPED_OUTSIDE_ZONE = "stopped_outside_zone"
    UNINTENDED_MOVEMENT = "unintended_movement"
    RUN_TIME_LIMITER = "run_time_limiter"
    POSITION_LOST = "position_lost"
    RESTART_PREVENTION = "restart_prevention"
    MAINS_LOST = "mains_lost"

    DOOR_OPEN_WHILE_RUNNING = "door_open_while_running"
    DOOR_CYCLING = "door_cycling"
    DOOR_HELD = "door_held"
    LONG_STAY = "long_stay"
    """The car has stayed at one floor for very long."""
    POSITION_FROZEN = "position_frozen"
    """The car runs and its position does not change."""
    PRESENCE_STUCK = "presence_stuck"
    """The presence sensor sees somebody who is not there."""
    OVERSPEED = "overspeed"
    OVERRUN = "overrun"
    PIT = "pit"
    TRAPPED = "trapped"
    TRAPPED_AT_LANDING = "trapped_at_landing"
    BATTERY_LOW = "battery_low"
    """The alarm equipment's battery would not last for an hour (EN 81-28)."""
    EARTHQUAKE = "earthquake"
    FIRE = "fire"
    SILENT = "silent"
    """All reports say "fine", but the car has not moved in its usual busy hours."""
    RESTAMPED = "restamped"
    """Old values are sent again under new times."""
    FLOODING = "flooding"
    """So many messages that some are left out; alarms never are."""
    ALARM_BUTTON = "alarm_button"
    """No fault of the lift, but dialects number the button among its faults."""


STOPS_CAR = frozenset({
    Fault.SAFETY_CIRCUIT_OPEN, Fault.STOPPED_OUTSIDE_ZONE, Fault.UNINTENDED_MOVEMENT, Fault.RUN_TIME_LIMITER,
    Fault.RESTART_PREVENTION,
})  # fmt: skip
"""With any of these a car does not run on: if that is newer news than that it ran, it stands."""
SAYS_TRAPPED = frozenset({Fault.TRAPPED, Fault.TRAPPED_AT_LANDING})
"""The lift's own judgement that people cannot get out."""
