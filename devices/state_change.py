"""What a lift had changed to at one moment: what telemetry keeps of it. Heartbeats that say nothing new are none.

A named tuple, for thousands of these are made a second; it knows nothing of who keeps them, or for how long.
"""

from __future__ import annotations

from typing import NamedTuple

from devices.messages import CarStatus, DoorStatus, LiftId, PowerStatus, RawFault, ServiceMode, Status
from devices.pictures import Situation
from devices.slot import LiftSlot


class StateChange(NamedTuple):
    """The lift's state as of `at`, in full. `boot` and `seq` name the message that told of it."""

    lift_id: LiftId
    at: float
    """POSIX seconds, by our clock."""
    reported_at: float | None
    """POSIX seconds by the lift's clock, as it said; None if it gave none."""
    skew_s: float | None
    """How far the lift's clock is ahead of ours, as well as we know; None for not at all."""
    boot: int
    seq: int
    online: bool
    service_mode: ServiceMode
    car_status: CarStatus | None
    """None: the lift has said no status yet, only that it is there or gone."""
    car_position: str
    door_zone: bool | None
    """None: as for `car_status`."""
    door_status: DoorStatus
    passenger_present: bool | None
    """None: not known."""
    power_status: PowerStatus
    situation: Situation
    faults: tuple[RawFault, ...]


def is_changed(
    slot: LiftSlot,
    status: Status | None,
    situation: Situation,
    online: bool | None,
    faults: tuple[RawFault, ...],
) -> bool:
    """Whether the slot has changed since it was like this, in what is kept of it. Position and doors are not."""
    if situation is not slot.situation or online is not slot.online or faults != slot.faults:
        return True
    said = slot.status
    if said is status or said is None:
        return False
    return (
        status is None
        or status.passenger_present is not said.passenger_present
        or status.service_mode is not said.service_mode
        or status.power_status is not said.power_status
    )


def state_of(slot: LiftSlot, now: float) -> StateChange:
    """The slot as it is now."""
    status = slot.status
    return StateChange(
        lift_id=slot.lift_id,
        at=now,
        reported_at=status.reported_at if status else None,
        skew_s=slot.skew_s,
        boot=max(slot.boot, 0),
        seq=max(slot.seq, slot.fault_seq, 0),
        online=bool(slot.online),
        service_mode=status.service_mode if status else ServiceMode.UNKNOWN,
        car_status=status.car_status if status else None,
        car_position=status.car_position if status else "",
        door_zone=status.door_zone if status else None,
        door_status=status.door_status if status else DoorStatus.UNKNOWN,
        passenger_present=status.passenger_present if status else None,
        power_status=status.power_status if status else PowerStatus.UNKNOWN,
        situation=slot.situation,
        faults=slot.faults,
    )
