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
    OVERSPEED = "overspeed"
    OVERRUN = "overrun"
    PIT = "pit"
    TRAPPED = "trapped"
    TRAPPED_AT_LANDING = "trapped_at_landing"
    ALARM_BUTTON = "alarm_button"
    """No fault of the lift, but dialects number the button among its faults."""


SAYS_TRAPPED = frozenset({Fault.TRAPPED, Fault.TRAPPED_AT_LANDING})
"""The lift's own judgement that people cannot get out."""
