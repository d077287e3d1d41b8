"""A change of a lift's state, for tests that keep such changes and do not make them."""

from __future__ import annotations

from devices.messages import CarStatus, DoorStatus, LiftId, PowerStatus, ServiceMode
from devices.pictures import Situation
from devices.state_change import StateChange

RESTS = StateChange(
    lift_id=LiftId("L1"),
    at=0.0,
    reported_at=None,
    skew_s=None,
    boot=1,
    seq=1,
    online=True,
    service_mode=ServiceMode.NORMAL,
    car_status=CarStatus.STOPPED,
    car_position="3",
    door_zone=True,
    door_status=DoorStatus.CLOSED,
    passenger_present=False,
    power_status=PowerStatus.MAINS,
    situation=Situation.RESTING,
    faults=(),
)
"""At a landing, with nobody inside."""
