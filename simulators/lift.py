"""One lift as its controller speaks: the car's doings as reports, the alarm button, the test call.

`step(now)` does what is due and returns the reports; `next_at` says when it wants to be stepped again. A status goes
out on every change, each 5 s while running and after 60 s of stillness, or at a fixed period; the broker is asked to
keep one on birth, on a change of mode, faults or power, and once a minute. That people are trapped is a fact of the
car here, never a conclusion: the machine knows nothing of the service, nor of who makes what of its reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from simulators.button import AlarmButton
from simulators.car import NEVER, Car, Phase, Stoppage
from simulators.city import Lift
from simulators.reports import FIRMWARE, PROFILE, Fault, Report, write_instant

__all__ = ["AS_PUBLISHED", "AlarmButton", "LiftMachine", "Rhythm"]

KEPT_REPORT_S = 60.0
BUTTON_HELD_S = (3.0, 6.0)
TEST_CALL_S = 72 * 3600.0

PERSON_LOAD_PERCENT = 8
"""Of a car for thirteen."""

_DOOR = {Phase.OPENING: "opening", Phase.OPEN: "open", Phase.CLOSING: "closing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a lift says how it is: on each change or not, and at the latest after so many seconds."""

    moving_s: float = 5.0
    idle_s: float = 60.0
    on_change: bool = True

    @classmethod
    def fixed(cls, period_s: float) -> Rhythm:
        """As simple controllers do: at a period, whatever happens."""
        return cls(moving_s=period_s, idle_s=period_s, on_change=False)


AS_PUBLISHED = Rhythm()


class LiftMachine:
    """A lift with its car, button and controller."""

    __slots__ = ("_fault", "_kept_condition", "_kept_until", "_recovers_at", "_report_at", "_rhythm",
                 "_rng", "_seq", "_test_at", "_tests", "_up_at", "_weighs", "boot", "born", "button", "car", "lift",
                 "next_at", "senses_people")  # fmt: skip

    def __init__(
        self,
        lift: Lift,
        *,
        boot: int,
        senses_people: bool,
        born_at: float,
        rng: Random,
        rhythm: Rhythm = AS_PUBLISHED,
        weighs: bool = False,
    ) -> None:
        """`boot` rises over restarts; alarm and test numbers go on from it, so that they rise over restarts too.

        `weighs` is whether it tells the load of its car.
        """
        self.lift = lift
        self.car = Car(floors=lift.floors, place_type=lift.place_type, now=born_at, rng=rng)
        self.button = AlarmButton(last_number=boot)
        self.next_at = born_at
        self._rng = rng
        self._rhythm = rhythm
        self._weighs = weighs
        self.boot = boot
        self._seq = 0
        self.senses_people = senses_people
        self.born = False
        self._up_at = born_at
        self._fault: Fault | None = None
        self._recovers_at = NEVER
        self._report_at = born_at
        self._kept_until = born_at
        self._kept_condition: tuple[object, ...] = ()
        self._test_at = born_at + rng.random() * TEST_CALL_S
        self._tests = boot

    def step(self, now: float) -> list[Report]:
        """Does what is due by `now`."""
        if not self.born:
            return self.report_birth(now)
        reports: list[Report] = []
        if now >= self._recovers_at:
            reports += self.release(now)
        if now >= self.car.until:
            reports += self._advance(now)
        if now >= self.button.due_at:
            reports.append(self._report("alarm", self.button.take_due(now), qos=1))
        if now >= self._report_at:
            reports.append(self._report_status(now))
        if now >= self._test_at:
            reports.append(self._report_test_call(now))
        self._plan()
        return reports

    def report_birth(self, now: float) -> list[Report]:
        """What a controller says when it comes on line, and again when its link comes back.

        The next status comes within a minute at random: lifts born together must not report together for ever.
        """
        self.born = True
        link: dict[str, Any] = {"online": True, "boot": self.boot, "firmware": FIRMWARE, "profile": PROFILE}
        self._kept_until = now
        reports = [Report(self.lift.area, self.lift.lift_id, "link", link, 1, True), self._report_status(now)]
        self._report_at = now + self._rng.random() * self._rhythm.idle_s
        self._plan()
        return reports

    def restart(self, up_at: float) -> None:
        """The controller goes down and is born again at `up_at`; with NEVER when somebody calls `report_birth`."""
        self.boot += 1
        self._seq = 0
        self.born = False
        self._up_at = up_at
        self._plan()

    def visit(self, now: float, until: float) -> bool:
        """Somebody comes to maintain the lift, if its car stands empty."""
        begun = self.born and self.car.begin_inspection(now, until)
        self._plan()
        return begun

    def halt(self, stoppage: Stoppage, now: float) -> list[Report]:
        """The car stops at once where it is, as when the power goes."""
        self.car.halt(stoppage, now)
        self._suffer(stoppage, now)
        reports = [*self._report_fault(now), self._report_status(now)]
        self._plan()
        return reports

    def befall(self, stoppage: Stoppage, now: float) -> None:
        """The next ride will not arrive."""
        self.car.befall(stoppage, now)
        self._plan()

    def acknowledge_alarm(self, number: int) -> None:
        """The centre's answer to an alarm."""
        self.button.acknowledge(number)
        self._plan()

    def release(self, now: float) -> list[Report]:
        """The car is levelled and its door opened, by a crew or by itself. Nothing happens to a lift in service."""
        if self.car.stoppage is None:
            return []
        self._recovers_at = NEVER
        self.car.release(now)
        reports = [*self._report_fault(now), self._report_status(now)]
        ended = self.button.end(now)
        if ended is not None:
            reports.append(self._report("alarm", ended, qos=1))
        self._plan()
        return reports

    def _advance(self, now: float) -> list[Report]:
        self.car.advance(now)
        if self.car.stoppage is not None:
            self._suffer(self.car.stoppage, now)
        faults = self._report_fault(now)
        return [*faults, self._report_status(now)] if self._rhythm.on_change or self._is_news() else faults

    def _suffer(self, stoppage: Stoppage, now: float) -> None:
        if stoppage.presses_after_s is not None:
            held_s = round(self._rng.uniform(*BUTTON_HELD_S), 1)
            self.button.press_at(now + stoppage.presses_after_s + held_s, held_s)
        if stoppage.recovers_after_s is not None:
            self._recovers_at = now + stoppage.recovers_after_s

    def _plan(self) -> None:
        if not self.born:
            self.next_at = self._up_at
            return
        self.next_at = min(self.car.until, self._report_at, self.button.due_at, self._recovers_at, self._test_at)

    def _report_fault(self, now: float) -> list[Report]:
        """A fault report for every fault that has come or gone."""
        before, self._fault = self._fault, _fault_of(self.car.stoppage)
        changes = ((before, "cleared"), (self._fault, "raised")) if before != self._fault else ()
        return [
            self._report("fault", {"ts": write_instant(now), "seq": self._count(), "code": code, "state": state}, qos=1)
            for code, state in changes
            if code is not None
        ]

    def _report_status(self, now: float) -> Report:
        running = self.car.phase is Phase.RUNNING
        self._report_at = now + (self._rhythm.moving_s if running else self._rhythm.idle_s)
        condition = self._condition()
        body: dict[str, Any] = {
            "ts": write_instant(now),
            "seq": self._count(),
            "service_mode": condition[0],
            "car_status": "running" if running else "stopped",
            "car_direction": self.car.direction,
            "car_position": self.car.position(now),
            "door_zone": self.car.door_zone,
            "door_status": _DOOR.get(self.car.phase, "closed"),
            "passenger_status": self.car.people > 0 if self.senses_people else None,
            "power_status": condition[2],
            "faults": [] if self._fault is None else [self._fault],
        }
        if self._weighs:
            body["load_percent"] = self.car.people * PERSON_LOAD_PERCENT
        return self._report("status", body, qos=0, retain=self._is_kept(condition, now))

    def _condition(self) -> tuple[str, Fault | None, str]:
        """Service mode, fault and power: a change of any of them is news."""
        stoppage = self.car.stoppage
        power_lost = stoppage is not None and stoppage.power_cut
        mode = "inspection" if self.car.is_inspected else "normal"
        if stoppage is not None:
            mode = stoppage.service_mode or ("stopped" if power_lost else "normal")
        return mode, self._fault, "lost" if power_lost else "mains"

    def _is_news(self) -> bool:
        return self._condition() != self._kept_condition

    def _is_kept(self, condition: tuple[object, ...], now: float) -> bool:
        if condition == self._kept_condition and now < self._kept_until:
            return False
        self._kept_condition, self._kept_until = condition, now + KEPT_REPORT_S
        return True

    def _report_test_call(self, now: float) -> Report:
        self._test_at = now + TEST_CALL_S
        self._tests += 1
        return self._report("test", {"ts": write_instant(now), "number": self._tests, "battery": "ok"}, qos=1)

    def _count(self) -> int:
        self._seq += 1
        return self._seq

    def _report(self, channel: str, body: dict[str, Any], *, qos: int, retain: bool = False) -> Report:
        body["boot"] = self.boot
        return Report(self.lift.area, self.lift.lift_id, channel, body, qos, retain)


def _fault_of(stoppage: Stoppage | None) -> Fault | None:
    if stoppage is None or stoppage.power_cut or stoppage.service_mode:
        return None
    return Fault.DOOR_OPENING if stoppage.at_landing else Fault.OUTSIDE_DOOR_ZONE
