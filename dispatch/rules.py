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
    # Arrival: target 15 min, warned at 25, breach at 30 (TSG T5002 and cities' rules). At 60 min in the car the
    # supervisor is told, at 120 it is an accident before the law (regulation on special equipment, art. 64). The rates
    # are our judgement.
    lateness: tuple[Lateness, ...] = (
        Lateness(after_s=15 * 60.0, rate=1.0),
        Lateness(after_s=25 * 60.0, rate=2.0),
        Lateness(after_s=30 * 60.0, rate=4.0),
        Lateness(after_s=60 * 60.0, rate=8.0),
    )
    # How much sooner another crew must arrive to go before one of the contracted company, which knows the lift and has
    # its keys. Our judgement: less than the 3-8 min that a rescue takes on site on average.
    station_handicap_s: float = 60.0
    other_company_handicap_s: float = 180.0
    # A callout nobody goes to counts as if help came in two hours, by when it is an accident before the law.
    unserved_arrival_s: float = 120 * 60.0
    # A position older than the first is called old in the reasons. A crew whose position is older than the second may
    # be anywhere: it goes only where nobody else can, and counts as if it came so much later. Our judgement.
    position_fresh_s: float = 10 * 60.0
    position_stale_s: float = 30 * 60.0
    stale_position_s: float = 120 * 60.0
    # A crew at rest goes only where nobody else can, and counts as if it came so much later. Our judgement.
    resting_s: float = 120 * 60.0
    # Some trips may be reset by authorised staff only. Another crew goes where no authorised one would be there within
    # so much of it, for people must not be left with nobody: it is with those inside until help comes. Our judgement.
    unqualified_s: float = 20 * 60.0
    # At least two go to a rescue (Hangzhou's draft of a code of practice, 2024).
    least_members: int = 2
    # A crew that is about to finish elsewhere may be planned with if it is free within this. Our judgement.
    soon_free_within_s: float = 15 * 60.0
    # From arrival until the crew can leave: Shenzhen's mean release. Zhengzhou's is 3.2 min.
    on_site_s: float = 8 * 60.0
    # A second's wait weighs as much again for every so many seconds that were waited already, up to the most. Ours.
    wait_doubles_s: float = 60 * 60.0
    longest_wait_counted_s: float = 120 * 60.0
    # Of several callouts of one building all but the most urgent count by this share, so that each building has its
    # first lift seen to before another has its second (Osaka's rule after the earthquake of 2018; the share is ours).
    same_building_share: float = 0.5
    # What a change must save to pay for itself: another crew than the one that was told, one turned round. Ours.
    reassign_s: float = 120.0
    redirect_s: float = 300.0
    # How likely another callout in the neighbourhood is while the crew is away: 50 a day in Zhengzhou's 1,000 km2,
    # three quarters of an hour, the 56 km2 of nine cells. The cells' side is our judgement.
    next_callout_chance: float = 0.09
    cover_cell_m: float = 2_500.0
