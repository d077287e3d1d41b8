"""How people get out: by the lift's own recovery, or by a crew."""

from __future__ import annotations

from random import Random

from simulators.corpus.lift import Lift
from simulators.corpus.truth import Trouble


def let_out(lift: Lift, rng: Random) -> None:
    """A crew comes to two in three; the others are lucky."""
    if rng.random() < 0.67:
        be_released(lift, rng)
    else:
        recover(lift, rng)


def recover(lift: Lift, rng: Random, after_s: tuple[float, float] = (45, 500)) -> None:
    """The controller tries again, and this time the car reaches a landing and its door opens."""
    lift.wait(rng.uniform(*after_s))
    if not lift.in_zone:
        limp_to_landing(lift, rng)
    walk_out(lift, rng)
    lift.wait(rng.uniform(60, 300))
    lift.controller.end_alarm(lift.now)


def be_released(lift: Lift, rng: Random, after_s: tuple[float, float] = (180, 900)) -> None:
    """The crew takes the lift into inspection, moves the car by hand, forces the door and hands the lift back."""
    lift.wait(rng.uniform(*after_s))
    lift.set_mode("inspection")
    lift.wait(rng.uniform(10, 120))
    if not lift.in_zone:
        limp_to_landing(lift, rng)
        lift.wait(rng.uniform(3, 45))
    walk_out(lift, rng)
    lift.controller.end_alarm(lift.now)
    lift.wait(rng.uniform(20, 120))
    lift.set_mode("stopped" if lift.power == "lost" else "normal")


def limp_to_landing(lift: Lift, rng: Random) -> None:
    """Slowly to the next landing; the door stays shut."""
    lift.set_off(lift.floor + (1 if lift.floor < lift.floors else -1))
    lift.wait(rng.uniform(3, 20))
    lift.stop_level()


def walk_out(lift: Lift, rng: Random) -> None:
    """The door opens, everybody leaves, what was wrong is right again."""
    lift.wait(rng.uniform(0.2, 1.5))
    lift.open_door(takes_s=rng.uniform(2, 5))
    lift.wait(rng.uniform(1, 6))
    lift.alight()
    lift.zone_reads_wrong = False
    lift.sensor.repair()
    lift.notebook.end_fault(Trouble.PRESENCE_STUCK, lift.now)
    lift.notebook.end_fault(Trouble.BREAKDOWN, lift.now)
    lift.clear_codes()
    lift.wait(rng.uniform(5, 30))
    lift.close_door()
