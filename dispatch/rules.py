"""The centre's figures for deciding who goes: configuration, each default with its source.

Decides nothing. A centre changes a figure here and every decision after it follows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Lateness:
    """Each second of waiting past `after_s` counts `rate` seconds more than it did before."""

    after_s: float
    rate: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """Limits and weights of the objective, in seconds and metres."""

    # On Zhengzhou's empty roads no crew from farther off arrives within the 30 min of TSG T5002 (see `travel`).
    level_2_radius_m: float = 17_000.0
    # Median arrival in Zhengzhou, 13.3 min: what to expect while it is not known where the lift is.
    unknown_travel_s: float = 798.0
    # Arrival: target 15 min, warned at 25, breach at 30 (TSG T5002 and cities' rules). The rates are our judgement.
    lateness: tuple[Lateness, ...] = (
        Lateness(after_s=15 * 60.0, rate=1.0),
        Lateness(after_s=25 * 60.0, rate=2.0),
        Lateness(after_s=30 * 60.0, rate=4.0),
    )
    # How much sooner another crew must arrive to go before one of the contracted company, which knows the lift and has
    # its keys. Our judgement: less than the 3-8 min that a rescue takes on site on average.
    station_handicap_s: float = 60.0
    other_company_handicap_s: float = 180.0
    # A callout nobody goes to counts as if help came in two hours, by when it is an accident before the law.
    unserved_arrival_s: float = 120 * 60.0
    # A position older than this is called old in the reasons. Our judgement.
    position_fresh_s: float = 10 * 60.0
