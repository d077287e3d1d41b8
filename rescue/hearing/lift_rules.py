"""What the registry says of how one lift is to be watched: further columns of its card, read for the tracker.

`trapped_after_s` is its own T, `rated_speed_mps` what overspeed is measured by, `test_calls` (yes) that it is held to
test calls before its first one. A lift without a T of its own has that of its place type, if the settings give one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from devices.fleet import OwnRules
from devices.slot import Rules
from rescue.settings import Settings

LONGEST_T_S = 600.0
FASTEST_MPS = 25.0

Check = Callable[[str], str | None]


def _number_up_to(most: float, unit: str) -> Check:
    def check(text: str) -> str | None:
        try:
            value = float(text)
        except ValueError:
            return f"'{text[:40]}' is not a number of {unit}"
        return None if 0 < value <= most else f"{text[:40]} is not above 0 and up to {most:g} {unit}"

    return check


def _yes_or_no(text: str) -> str | None:
    return None if text in ("yes", "no") else f"'{text[:40]}' is not yes or no"


CHECKS: Mapping[str, Check] = {
    "trapped_after_s": _number_up_to(LONGEST_T_S, "seconds"),
    "rated_speed_mps": _number_up_to(FASTEST_MPS, "metres a second"),
    "test_calls": _yes_or_no,
}
"""The columns, each with what is wrong with a text or None."""


def read_own_rules(attributes: Mapping[str, str], place_type: str, t_by_place: Mapping[str, float]) -> OwnRules | None:
    """What this lift has of its own, None for nothing. Columns that were never checked are left out if unreadable."""
    told = {name: text for name, text in attributes.items() if name in CHECKS and CHECKS[name](text) is None}
    own_t, rated = told.get("trapped_after_s"), told.get("rated_speed_mps")
    own = OwnRules(
        trapped_after_s=float(own_t) if own_t else t_by_place.get(place_type),
        rated_speed_mps=float(rated) if rated else None,
        must_test=told.get("test_calls") == "yes",
    )
    return None if own == OwnRules() else own


def tracker_rules(settings: Settings, now: datetime) -> Rules:
    """The rules of all lifts, as the settings have them."""
    offset = now.astimezone(ZoneInfo(settings.timezone)).utcoffset()
    return Rules(
        trapped_after_s=settings.trapped_after_s,
        link_lost_after_s=settings.link_lost_after_s,
        test_call_every_s=settings.test_call_every_s,
        utc_offset_s=offset.total_seconds() if offset else 0.0,
    )
