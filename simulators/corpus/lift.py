"""One lift in the world: a car, its door, the people inside, its sensors, its power; scenes move it through its day.

Each verb does something to the world and lets time pass; the controller publishes what it would: a status on every
change, each 5 s while running, each 60 s at rest, at birth and when the link comes back. The notebook gets the truth
from what is done to the people, not from what is published.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from enum import Enum, auto
from random import Random
from typing import Any

from simulators.corpus.controller import Controller
from simulators.corpus.places import Place
from simulators.corpus.sensors import Health, PresenceSensor
from simulators.corpus.speech import BUTTON_CODE, DOOR_CODE
from simulators.corpus.truth import Kind, Notebook, Trouble

MOVING_REPORT_S = 5.0
IDLE_REPORT_S = 60.0
FLAPPING_REPORT_S = (3.0, 25.0)
START_AND_STOP_S = 3.0
WILL_AFTER_S = 45.0
RATED_PEOPLE = 13
NEVER = float("inf")

Outage = tuple[float, float]
"""From when to when the lift has no link."""


class Jam(Enum):
    """How a door fails to open at a landing."""

    SHUT = auto()
    """It does not move."""
    AJAR = auto()
    """It moves a hand's breadth and stays there."""
    IN_VAIN = auto()
    """It tries and falls shut, again and again."""


class Lift:
    """`now` is the world's time at this lift; it only moves on."""

    def __init__(
        self,
        controller: Controller,
        *,
        place: Place,
        sensor: PresenceSensor,
        outages: Iterable[Outage],
        born_at: float,
        rng: Random,
    ) -> None:
        self.now = born_at
        self.place = place
        self.rng = rng
        self.sensor = sensor
        self.controller = controller
        self.notebook = Notebook(controller.identity.lift_id)
        self.floors = rng.randint(*place.floors)
        self.floor = 1
        self.people = 0
        self.mode, self.power, self.door = "normal", "mains", "closed"
        self.in_zone, self.running = True, False
        self.zone_reads_wrong = False
        self.jam: Jam | None = None
        self._bound_for = self._left = 1
        self._left_at = born_at
        self._codes: list[str] = []
        self._was_sensed = False
        self._is_dark = False
        self._report_at = born_at
        self._link_news = deque(
            sorted(news for begins, ends in outages for news in ((begins + WILL_AFTER_S, False), (ends, True)))
        )
        self.controller.report_birth(born_at)
        self.report()

    @property
    def dialect_tells_door(self) -> bool:
        """Whether the controller can tell a door that has begun to open from an open one."""
        return self.controller.identity.dialect.tells_door_movement

    @property
    def trapped(self) -> Kind | None:
        """The truth: whether people are trapped."""
        return self.notebook.trapped

    def enter(self, scene: str) -> None:
        """What is written down from now on belongs to this scene."""
        self.notebook.scene = self.controller.scene = scene

    # Time

    def wait(self, seconds: float) -> None:
        """Lets time pass; what falls due meanwhile is published."""
        ends_at = self.now + seconds
        while (due := min(self._report_at, self._link_at)) < ends_at:
            self.now = max(self.now, due)
            self._take_link_news() if self._link_at <= self._report_at else self.report()
        self.now = ends_at

    def wait_until(self, at: float) -> None:
        """Lets time pass until then, if that is yet to come."""
        if at > self.now:
            self.wait(at - self.now)

    @property
    def _link_at(self) -> float:
        return self._link_news[0][0] if self._link_news else NEVER

    def _take_link_news(self) -> None:
        _, is_back = self._link_news.popleft()
        if not is_back:
            self.controller.leave_will(self.now)
        elif not self._is_dark:
            self.controller.report_birth(self.now)
            self.report()

    # Speech

    def report(self) -> None:
        """Publishes a status."""
        if self._is_dark:
            return
        present = self.sensor.read(self.people)
        self._was_sensed = (self._was_sensed or bool(present)) and self.people > 0
        self.controller.report_status(
            self.now, self._describe(present), shows=self._shows(present), is_press=BUTTON_CODE in self._codes
        )
        self._report_at = self.now + self._draw_pause_s()

    def raise_code(self, code: str) -> None:
        """The controller finds a fault and says so."""
        if code not in self._codes:
            self._codes.append(code)
            self._report_code(code, "raised")

    def clear_code(self, code: str) -> None:
        """It finds the fault gone."""
        if code in self._codes:
            self._codes.remove(code)
            self._report_code(code, "cleared")

    def clear_codes(self) -> None:
        """All of them."""
        for code in tuple(self._codes):
            self.clear_code(code)

    def _report_code(self, code: str, state: str) -> None:
        if self._is_dark:
            return
        is_press = code == BUTTON_CODE and state == "raised"
        shows = is_press and self.trapped is not None
        shows = shows or (state == "raised" and self._shows(self.sensor.read(self.people)))
        self.controller.report_fault(self.now, code, state, shows=shows, is_press=is_press)
        self.report()

    def _describe(self, present: bool | None) -> dict[str, Any]:
        state: dict[str, Any] = {
            "service_mode": self.mode,
            "car_status": "running" if self.running else "stopped",
            "car_direction": self._direction,
            "car_position": self._position,
            "door_zone": self._zone_reading,
            "door_status": self.door,
            "passenger_status": present,
            "power_status": self.power,
            "faults": list(self._codes),
        }
        if self.controller.identity.dialect.tells_load:
            state["load_percent"] = round(100 * self.people / RATED_PEOPLE, 1)
        return state

    @property
    def _zone_reading(self) -> bool:
        return self.in_zone != self.zone_reads_wrong

    @property
    def _direction(self) -> str:
        if not self.running or self._bound_for == self._left:
            return "none"
        return "up" if self._bound_for > self._left else "down"

    @property
    def _position(self) -> int:
        if not self.running:
            return self.floor
        passed = int((self.now - self._left_at) / self.place.second_a_floor)
        passed = min(passed, abs(self._bound_for - self._left))
        return self._left + (passed if self._bound_for > self._left else -passed)

    def _draw_pause_s(self) -> float:
        if self.running:
            return MOVING_REPORT_S
        return self.rng.uniform(*FLAPPING_REPORT_S) if self.sensor.health is Health.FLAPPING else IDLE_REPORT_S

    def _shows(self, present: bool | None) -> bool:
        """Whether a sound lift at rest, or one without people, would say something else."""
        if self.trapped is None or self.running:
            return False
        if BUTTON_CODE in self._codes:
            return True
        if self.mode == "inspection":
            return False
        is_sensed = self._was_sensed and self.sensor.health is not Health.STUCK_ON
        if present is False and not is_sensed:
            return False
        if not self.in_zone:
            return not self._zone_reading
        if self.jam in (Jam.AJAR, Jam.IN_VAIN):
            return self.dialect_tells_door or DOOR_CODE in self._codes
        sees_somebody = bool(present) and self.sensor.health is not Health.STUCK_ON
        return sees_somebody or is_sensed or DOOR_CODE in self._codes

    # Doors and people

    def open_door(self, takes_s: float = 2.0) -> None:
        """Only at a landing. Whoever is inside can walk out from here on."""
        assert self.in_zone, "no door opens between landings"
        self.jam = None
        self._move_door("opening", takes_s)
        self.notebook.end(self.now)
        self._move_door("open", 0.0)

    def close_door(self, takes_s: float = 3.0) -> None:
        """And it stays shut until somebody asks."""
        self._move_door("closing", takes_s)
        self._move_door("closed", 0.0)

    def board(self, people: int) -> None:
        """People get in."""
        self._change_people(self.people + people)

    def alight(self) -> None:
        """Everybody gets out."""
        self._change_people(0)

    def fail_to_open(self, jam: Jam, tries_s: float = 4.0) -> None:
        """Levelled with its door shut, it should open and does not: people inside are trapped from now on."""
        self._begin_entrapment(Kind.AT_LANDING)
        self.notebook.stand_for_good(self.now)
        self.jam = jam
        match jam:
            case Jam.SHUT:
                self.report()
            case Jam.AJAR:
                self._move_door("opening", 0.0)
            case Jam.IN_VAIN:
                self.try_door(tries_s)

    def try_door(self, takes_s: float = 4.0) -> None:
        """It begins to open and falls shut."""
        self._move_door("opening", takes_s)
        self._move_door("closed", 0.0)

    def _move_door(self, door: str, takes_s: float) -> None:
        self.door = door
        self.report()
        self.wait(takes_s)

    def _change_people(self, people: int) -> None:
        assert self.door == "open", "people get in and out through an open door"
        changed = (self.people > 0) != (people > 0)
        self.people = people
        if changed:
            self.report()

    # Movement

    def go_to(self, floor: int) -> None:
        """Runs there and stops level, its door still shut."""
        self.set_off(floor)
        self.wait(self._run_s)
        self.stop_level()

    def set_off(self, floor: int) -> None:
        """Begins to run."""
        assert self.door != "open", "a car runs with its door shut"
        self.door = "closed"
        self._bound_for, self._left, self._left_at = floor, self.floor, self.now
        self.notebook.go_on(self.now)
        self.running, self.in_zone = True, False
        self.report()

    def stop_level(self) -> None:
        """Stops where it was bound for."""
        self.floor, self.running, self.in_zone = self._bound_for, False, True
        self.report()

    def stop_between(self) -> None:
        """Stops where it is: whoever is inside is trapped."""
        self.floor, self.running, self.in_zone = self._position, False, False
        self._begin_entrapment(Kind.BETWEEN_LANDINGS)
        self.notebook.stand_again()
        if not self.people:
            self.notebook.begin_fault(Trouble.BREAKDOWN, self.now)
        self.report()

    def pause_between(self) -> None:
        """Stops between landings in the hands of people who work on it: nobody is trapped."""
        self.floor, self.running, self.in_zone = self._position, False, False
        self.report()

    def pick_floor(self) -> int:
        """Any but this one."""
        other = self.rng.randint(1, self.floors - 1)
        return other if other < self.floor else other + 1

    @property
    def _run_s(self) -> float:
        return START_AND_STOP_S + self.place.second_a_floor * abs(self._bound_for - self._left)

    def _begin_entrapment(self, kind: Kind) -> None:
        if self.people:
            self.notebook.begin(kind, self.people, self.now)

    # The button

    def press(self, held_s: float, *, is_told: bool = True) -> None:
        """Somebody presses the alarm button and lets go; `is_told`: the equipment tells for how long."""
        self.notebook.press()
        self.wait(held_s)
        if self.controller.identity.dialect.button_is_code:
            self.raise_code(BUTTON_CODE)
            self.wait(held_s)
            self.clear_code(BUTTON_CODE)
        elif not self._is_dark:
            self.controller.raise_alarm(self.now, held_s if is_told else None, shows=self.trapped is not None)

    # Power and controller

    def set_mode(self, mode: str) -> None:
        """The key switch, or the building's controls."""
        if mode != self.mode:
            self.mode = mode
            self.report()

    def set_power(self, power: str) -> None:
        """Mains, battery or lost."""
        self.power = power
        self.report()

    def lose_power(self) -> None:
        """The mains are gone and the car stands where it is."""
        self.mode, self.power = "stopped", "lost"
        self.notebook.begin_fault(Trouble.MAINS_LOST, self.now)
        if self.running:
            self.stop_between()
            return
        if self.door == "closed":
            self._begin_entrapment(Kind.AT_LANDING)
            self.jam = Jam.SHUT if self.people else None
        self.report()

    def regain_power(self) -> None:
        """The mains are back."""
        self.mode, self.power = "normal", "mains"
        self.notebook.end_fault(Trouble.MAINS_LOST, self.now)
        self.report()

    def restart_controller(self, takes_s: float) -> None:
        """It is dark for a while, and counts its messages anew."""
        self._is_dark, self._report_at = True, NEVER
        self.wait(takes_s)
        self._is_dark = False
        self.controller.restart()
        self.controller.report_birth(self.now)
        self.report()
