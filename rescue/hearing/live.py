"""The tracker's live state, in the words the API publishes.

Limit: all lifts are counted 2,000 at a time, and once in some seconds; a fleet of no more is counted when asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

from devices.census import Counts
from devices.errors import UnknownLift
from devices.fleet import Fleet, LiftView
from devices.messages import Evidence, LiftId, Status
from devices.slot import Condition
from rescue.desk.inputs import instant_of
from rescue.views import ConditionView, EvidenceView, FaultView, LinkState, LiveView

COUNTED_AT_ONCE = 2_000
BETWEEN_SLICES_S = 0.02
COUNTED_EVERY_S = 2.0


class LiveFleet:
    """What the lifts said last, for whoever looks."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._counted = Counts()

    def view(self, lift_id: LiftId, now: float) -> LiveView | None:
        """A lift's live state, None if it has said nothing yet."""
        try:
            lift = self._fleet.view(lift_id, now)
        except UnknownLift:
            return None
        return None if lift.status is None else live_view(lift, lift.status, now)

    def counts(self, now: float) -> Mapping[str, int]:
        """How many lifts are in which state; of a city, as of the last round."""
        is_city = self._counted.lifts > COUNTED_AT_ONCE
        return asdict(self._counted if is_city else self._fleet.counts(now))

    async def run(self, seconds: Callable[[], float]) -> None:
        """Count for ever, a little at a time; `seconds` is the service's time, POSIX."""
        while True:
            await self.count_all(seconds())
            await asyncio.sleep(COUNTED_EVERY_S)

    async def count_all(self, now: float) -> None:
        """One round; between two slices others have their turn."""
        counted = Counts()
        for so_far in self._fleet.count_in_slices(now, COUNTED_AT_ONCE):
            counted = so_far
            await asyncio.sleep(BETWEEN_SLICES_S)
        self._counted = counted


def live_view(lift: LiftView, status: Status, now: float) -> LiveView:
    """A lift as it is now."""
    seen_at = lift.seen_at if lift.seen_at is not None else now
    return LiveView(
        online=bool(lift.online),
        link=_link(lift),
        heard_at=_instant(lift.heard_at),
        seen_at=instant_of(seen_at),
        age_s=round(now - seen_at, 1),
        reported_at=_instant(status.reported_at),
        skew_s=None if lift.skew_s is None else round(lift.skew_s, 1),
        situation=lift.situation,
        evidence=_evidence(lift.evidence),
        trapped_since=_instant(lift.since),
        conditions=[_condition(condition) for condition in lift.conditions],
        test_call_at=_instant(lift.test_call_at),
        test_overdue=lift.is_test_overdue,
        service_mode=status.service_mode,
        car_status=status.car_status,
        car_direction=status.car_direction,
        car_position=status.car_position,
        door_zone=status.door_zone,
        door_status=status.door_status,
        passenger_status=status.passenger_present,
        power_status=status.power_status,
        faults=[FaultView(profile=raw.profile, code=raw.code, fault=raw.fault) for raw in lift.faults],
        load_percent=status.load_percent,
        car_speed_mps=status.car_speed_mps,
    )


def _link(lift: LiftView) -> LinkState:
    if not lift.online:
        return LinkState.OFFLINE
    return LinkState.LATE if lift.is_late else LinkState.ONLINE


def _condition(condition: Condition) -> ConditionView:
    return ConditionView(
        fault=condition.fault,
        profile=condition.raw.profile if condition.raw else None,
        code=condition.raw.code if condition.raw else None,
        since=instant_of(condition.since),
        reasons=list(condition.reasons),
        flapping=condition.is_flapping,
    )


def _evidence(evidence: Evidence | None) -> EvidenceView | None:
    return EvidenceView(confidence=evidence.confidence, reasons=list(evidence.reasons)) if evidence else None


def _instant(seconds: float | None) -> datetime | None:
    """A lift's clock may say what no calendar holds."""
    try:
        return None if seconds is None else instant_of(seconds)
    except OverflowError:
        return None
