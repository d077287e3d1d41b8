"""Fitters at work: inside, between landings, with the door open where it should not be, pressing every button."""

from __future__ import annotations

from random import Random

from simulators.corpus.lift import Lift
from simulators.corpus.scenes.service import ordinary_rides
from simulators.corpus.speech import DOOR_CODE
from simulators.corpus.truth import Trouble


def inspection_visit(lift: Lift, rng: Random) -> None:
    """Two fitters board, switch over and ride slowly up and down, stopping wherever they look at something."""
    _take_over(lift, rng, late_s=(0, 5))
    for _ in range(rng.randint(3, 10)):
        _creep(lift, rng)
    _hand_back(lift, rng)


def inspection_switched_late(lift: Lift, rng: Random) -> None:
    """They stop the car first and switch over when they are ready."""
    fetch_fitters(lift, rng)
    lift.set_off(lift.pick_floor())
    lift.wait(rng.uniform(2, 5))
    lift.pause_between()
    lift.wait(rng.uniform(3, 22))
    lift.set_mode("inspection")
    for _ in range(rng.randint(2, 6)):
        _creep(lift, rng)
    _hand_back(lift, rng)


def button_test(lift: Lift, rng: Random) -> None:
    """The fitter holds the alarm button, with the lift in inspection, and makes a test call."""
    _take_over(lift, rng, late_s=(0, 5))
    lift.press(rng.uniform(3, 6))
    lift.wait(rng.uniform(10, 60))
    lift.controller.end_alarm(lift.now)
    lift.controller.report_test_call(lift.now)
    _hand_back(lift, rng)


def controller_work(lift: Lift, rng: Random) -> None:
    """Restarts in a row, codes that come and go, the door by hand; the presence sensor is mended by the way."""
    _take_over(lift, rng, late_s=(0, 5))
    for _ in range(rng.randint(2, 5)):
        lift.raise_code(rng.choice(("01", DOOR_CODE, "04", "07")))
        lift.restart_controller(rng.uniform(5, 40))
        lift.clear_codes()
        _creep(lift, rng)
    lift.sensor.repair()
    lift.notebook.end_fault(Trouble.PRESENCE_STUCK, lift.now)
    _hand_back(lift, rng)


def homing_after_inspection(lift: Lift, rng: Random) -> None:
    """Handed back between landings with a fitter inside; after some seconds the car finds its landing by itself."""
    _take_over(lift, rng, late_s=(0, 5))
    _creep(lift, rng)
    lift.set_mode("normal")
    lift.wait(rng.uniform(3, 20))
    lift.set_off(1)
    lift.wait(rng.uniform(10, 40))
    lift.stop_level()
    lift.open_door()
    lift.alight()
    lift.close_door()
    ordinary_rides(lift, rng)


def fetch_fitters(lift: Lift, rng: Random) -> None:
    """Two of them get in."""
    lift.open_door()
    lift.board(2)
    lift.wait(rng.uniform(3, 20))
    lift.close_door()


def _take_over(lift: Lift, rng: Random, late_s: tuple[float, float]) -> None:
    fetch_fitters(lift, rng)
    lift.wait(rng.uniform(*late_s))
    lift.set_mode("inspection")


def _creep(lift: Lift, rng: Random) -> None:
    """A slow run, and a stop for a look, sometimes with the door pulled open."""
    lift.set_off(lift.pick_floor())
    lift.wait(rng.uniform(3, 30))
    lift.pause_between()
    lift.wait(rng.uniform(10, 240))
    if rng.random() < 0.3:
        lift.door = "open"
        lift.report()
        lift.wait(rng.uniform(20, 200))
        lift.door = "closed"
        lift.report()


def _hand_back(lift: Lift, rng: Random) -> None:
    if not lift.in_zone:
        lift.set_off(1)
        lift.wait(rng.uniform(5, 40))
        lift.stop_level()
    lift.open_door()
    lift.alight()
    lift.wait(rng.uniform(5, 60))
    lift.close_door()
    lift.set_mode("normal")
