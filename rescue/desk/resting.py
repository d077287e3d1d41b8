"""Who rests? A crew that was at work at one lift for long, for a while after it has done.

Its last work counts, whether or not the case of that is closed: people are hardly out when it is. Must not know who is
asked instead, nor that a resting crew goes all the same where nobody else can.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from rescue.escalation import Policy
from rescue.incident import Assignment


def earns_rest(work: Assignment, policy: Policy) -> bool:
    """It has taken so long that the crew rests after it."""
    if work.on_scene_at is None or work.ended_at is None:
        return False
    return (work.ended_at - work.on_scene_at).total_seconds() >= policy.rest_after_s


def rests_until(work: Assignment, policy: Policy) -> datetime | None:
    """When the rest after this work ends or has ended; None if it earns none."""
    if work.ended_at is None or not earns_rest(work, policy):
        return None
    return work.ended_at + timedelta(seconds=policy.rest_s)
