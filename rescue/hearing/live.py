"""The tracker's live state, in the words the API publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from devices.errors import UnknownLift
from devices.fleet import Fleet, LiftView
from devices.messages import Evidence, LiftId, Status
from devices.slot import Condition
from rescue.desk.inputs import instant_of
from rescue.views import ConditionView, EvidenceView, FaultView, LinkState, LiveView


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
        return None if lift.status is None else live_view(lift, lift.status, now)

    def counts(self, now: float) -> Mapping[str, int]:
        """How many lifts are in which state."""
        return asdict(self._fleet.counts(now))


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
