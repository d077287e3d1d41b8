"""Lifts that do not go, with nobody inside."""

from __future__ import annotations

from random import Random

from simulators.corpus.lift import Lift
from simulators.corpus.scenes.endings import be_released
from simulators.corpus.scenes.service import fetch, leave
from simulators.corpus.speech import DOOR_CODE
from simulators.corpus.truth import Trouble


def empty_between_landings(lift: Lift, rng: Random) -> None:
    """On its way to a call the empty car stops."""
    lift.set_off(lift.pick_floor())
    lift.wait(rng.uniform(1.5, 5))
    lift.stop_between()
    if rng.random() < 0.7:
        lift.wait(rng.uniform(0, 10))
        lift.raise_code(rng.choice(("04", "01", "06")))
    be_released(lift, rng)


def out_of_service_with_open_door(lift: Lift, rng: Random) -> None:
    """The passengers walk out and the car stays where it is."""
    fetch(lift, rng)
    lift.go_to(lift.pick_floor())
    lift.open_door()
    lift.raise_code(rng.choice(("02", "01", "07")))
    lift.notebook.begin_fault(Trouble.BREAKDOWN, lift.now)
    lift.wait(rng.uniform(2, 20))
    lift.alight()
    lift.set_mode("stopped")
    lift.wait(rng.uniform(300, 3000))
    lift.clear_codes()
    lift.notebook.end_fault(Trouble.BREAKDOWN, lift.now)
    lift.set_mode("normal")
    lift.close_door()


def out_of_service_shut(lift: Lift, rng: Random) -> None:
    """Empty at a landing, its door shut and a door code raised: nobody gets in."""
    fetch(lift, rng)
    lift.go_to(lift.pick_floor())
    leave(lift, rng)
    lift.notebook.begin_fault(Trouble.BREAKDOWN, lift.now)
    lift.raise_code(rng.choice((DOOR_CODE, DOOR_CODE, "01", "08")))
    lift.wait(rng.uniform(300, 3000))
    lift.clear_codes()
    lift.notebook.end_fault(Trouble.BREAKDOWN, lift.now)


def code_that_comes_and_goes(lift: Lift, rng: Random) -> None:
    """A loose contact: the same code every few seconds, and the car runs all the same."""
    for _ in range(rng.randint(5, 30)):
        lift.raise_code("01")
        lift.wait(rng.uniform(1, 10))
        lift.clear_code("01")
        lift.wait(rng.uniform(1, 20))
    fetch(lift, rng)
    lift.go_to(lift.pick_floor())
    leave(lift, rng)
