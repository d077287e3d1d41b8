"""The tracker's live state, in the words the API publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from devices.errors import UnknownLift
from devices.fleet import Fleet
from devices.messages import LiftId
from rescue.views import LiveView, live_view


class LiveFleet:
    """What the lifts said last, for whoever looks."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def view(self, lift_id: LiftId, now: float) -> LiveView | None:
        """A lift's live state, None if it has said nothing yet."""
        try:
            lift = self._fleet.view(lift_id, now)
        except UnknownLift:
            return None
        if lift.status is None or lift.seen_at is None:
            return None
        seen_at = datetime.fromtimestamp(lift.seen_at, UTC)
        return live_view(lift.status, online=bool(lift.online), seen_at=seen_at, now=datetime.fromtimestamp(now, UTC))

    def counts(self, now: float) -> Mapping[str, int]:
        """How many lifts are in which state."""
        return asdict(self._fleet.counts(now))
