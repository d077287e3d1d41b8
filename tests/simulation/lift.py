"""A simulated lift with people in it: what is true, and what its controller says. Knows none of the tracker's rules."""

from __future__ import annotations

from dataclasses import dataclass

from devices.faults import Fault
from devices.messages import (
    Alarm,
    CarDirection,
    CarStatus,
    DoorStatus,
    EndOfAlarm,
    LiftId,
    PowerStatus,
    RawFault,
    ServiceMode,
    Status,
)


@dataclass(slots=True)
class SimulatedLift:
    """One car. `stuck` is where it holds its people, if it does."""

    lift_id: LiftId
    people: int = 0
    stuck: str | None = None
    """`between` landings, `landing` (doors will not open), or None."""
    is_dark: bool = False
    """The building has lost its power."""
    fault: RawFault | None = None
    """Something is wrong with it that holds nobody."""
    trapped_at: float | None = None
    boot: int = 1
    seq: int = 0
    number: int = 0
    unacknowledged: int | None = None
    unended: list[int] | None = None

    @property
    def has_trapped_people(self) -> bool:
        """The truth that the service has to find out."""
        return self.stuck is not None and self.people > 0

    def trap(self, where: str, people: int, now: float) -> None:
        """The car stops with people in it."""
        self.stuck, self.people, self.trapped_at = where, people, now

    def free(self) -> None:
        """Everybody is out and the car levelled."""
        self.stuck, self.people, self.trapped_at = None, 0, None

    def press(self, now: float) -> Alarm:
        """Somebody holds the alarm button."""
        self.number += 1
        self.unacknowledged = self.number
        self.unended = [*(self.unended or []), self.number]
        return self.alarm(now, self.number)

    def alarm(self, now: float, number: int) -> Alarm:
        """The alarm as it is sent, and sent again."""
        return Alarm(reported_at=now, boot=self.boot, number=number, button_held_s=4.0)

    def end_alarms(self, now: float) -> list[EndOfAlarm]:
        """A competent person ends what alarms there are."""
        ended, self.unended, self.unacknowledged = self.unended or [], None, None
        return [EndOfAlarm(reported_at=now, boot=self.boot, number=number) for number in ended]

    def restart(self) -> None:
        """The controller starts again; alarm numbers go on."""
        self.boot += 1
        self.seq = 0

    def status(self, now: float) -> Status:
        """What the controller reports of itself."""
        self.seq += 1
        return Status(
            reported_at=now,
            boot=self.boot,
            seq=self.seq,
            service_mode=ServiceMode.NORMAL,
            car_status=CarStatus.STOPPED,
            car_direction=CarDirection.NONE,
            car_position="7",
            door_zone=self.stuck != "between",
            door_status=DoorStatus.CLOSED if self.stuck else DoorStatus.OPEN,
            passenger_present=self.people > 0,
            power_status=PowerStatus.LOST if self.is_dark else PowerStatus.MAINS,
            faults=self._faults(),
        )

    def _faults(self) -> tuple[RawFault, ...]:
        held = (RawFault(profile="canonical", code="03", fault=Fault.DOOR_OPENING),) if self.stuck == "landing" else ()
        return (*held, self.fault) if self.fault else held
