"""When the building takes over: power cuts, fire, earthquake."""

from __future__ import annotations

from random import Random

from simulators.corpus.lift import Lift
from simulators.corpus.scenes.endings import be_released, limp_to_landing, recover, walk_out
from simulators.corpus.scenes.entrapments import perhaps_call_for_help
from simulators.corpus.scenes.service import fetch, leave, ride


def building_goes_dark(lift: Lift, rng: Random, *, cut_at: float, back_at: float) -> None:
    """Until the cut the lift does its work; what the cut finds it doing is drawn by lot."""
    while lift.now < cut_at - 400:
        ride(lift, rng)
    course = rng.choices((_cut_at_rest, _cut_with_people_under_way, _cut_empty_under_way, _cut_at_open_door),
                         (4, 4, 2, 2))[0]  # fmt: skip
    course(lift, rng, cut_at, back_at)


def _cut_at_rest(lift: Lift, rng: Random, cut_at: float, back_at: float) -> None:
    lift.wait_until(cut_at)
    lift.lose_power()
    lift.wait_until(back_at)
    lift.regain_power()
    ride(lift, rng)


def _cut_with_people_under_way(lift: Lift, rng: Random, cut_at: float, back_at: float) -> None:
    lift.wait_until(cut_at - rng.uniform(25, 60))
    fetch(lift, rng)
    lift.set_off(lift.pick_floor())
    lift.wait_until(max(cut_at, lift.now + 1))
    lift.lose_power()
    if rng.random() < 0.35:
        _rescue_by_battery(lift, rng)
        lift.wait_until(back_at)
        lift.regain_power()
        return
    perhaps_call_for_help(lift, rng, share=0.6)
    if rng.random() < 0.6:
        lift.wait_until(back_at)
        lift.regain_power()
        recover(lift, rng, after_s=(5, 60))
    else:
        be_released(lift, rng)
        lift.wait_until(back_at)
        lift.regain_power()


def _cut_empty_under_way(lift: Lift, rng: Random, cut_at: float, back_at: float) -> None:
    lift.wait_until(cut_at - 2)
    lift.set_off(lift.pick_floor())
    lift.wait_until(cut_at)
    lift.lose_power()
    lift.wait_until(back_at)
    lift.regain_power()
    recover(lift, rng, after_s=(5, 60))


def _cut_at_open_door(lift: Lift, rng: Random, cut_at: float, back_at: float) -> None:
    lift.wait_until(cut_at - 8)
    lift.open_door()
    lift.board(1)
    lift.wait_until(cut_at)
    lift.lose_power()
    lift.wait(rng.uniform(3, 60))
    lift.alight()
    lift.wait_until(back_at)
    lift.regain_power()
    lift.close_door()


def _rescue_by_battery(lift: Lift, rng: Random) -> None:
    """Automatic rescue: on the battery to the nearest landing, door open, and there it stays."""
    lift.wait(rng.uniform(4, 20))
    lift.set_power("battery")
    limp_to_landing(lift, rng)
    walk_out(lift, rng)
    lift.set_power("lost")


def waits_for_its_turn(lift: Lift, rng: Random) -> None:
    """On emergency power the group's cars come down one after the other; this one stands with people and waits."""
    fetch(lift, rng)
    lift.set_off(lift.pick_floor())
    lift.wait(rng.uniform(2, 5))
    lift.lose_power()
    lift.wait(rng.uniform(5, 15))
    lift.power, lift.mode = "battery", "emergency_power"
    lift.report()
    lift.wait(rng.choice((3.0, 40.0, 90.0)) * rng.uniform(1, 2))
    lift.set_off(1)
    lift.wait(rng.uniform(5, 25))
    lift.stop_level()
    walk_out(lift, rng)
    lift.wait(rng.uniform(60, 600))
    lift.regain_power()


def fire_return(lift: Lift, rng: Random) -> None:
    """The car takes its people to the ground floor and stays there, its door open."""
    _return_home(lift, rng, "fire_return")


def earthquake(lift: Lift, rng: Random) -> None:
    """The car stops at the nearest landing, lets its people out and waits for a person."""
    _return_home(lift, rng, "earthquake")


def firefighters_aboard(lift: Lift, rng: Random) -> None:
    """The door stays shut until they hold its button; let go too early, and it shuts again. Nobody is trapped."""
    lift.set_mode("fire_return")
    lift.open_door()
    lift.wait(rng.uniform(10, 60))
    lift.set_mode("firefighter")
    lift.board(3)
    lift.close_door()
    for _ in range(rng.randint(1, 4)):
        lift.go_to(lift.pick_floor())
        lift.wait(rng.uniform(5, 90))
        if rng.random() < 0.6:
            lift.try_door(takes_s=rng.uniform(0.5, 1.5))
            lift.wait(rng.uniform(3, 60))
        lift.open_door()
        lift.wait(rng.uniform(10, 120))
        lift.close_door()
    leave(lift, rng)
    lift.set_mode("normal")


def _return_home(lift: Lift, rng: Random, mode: str) -> None:
    fetch(lift, rng)
    lift.set_off(lift.pick_floor())
    lift.wait(rng.uniform(2, 10))
    lift.set_mode(mode)
    lift.wait(rng.uniform(3, 15))
    lift.stop_level()
    lift.open_door()
    lift.alight()
    lift.wait(rng.uniform(120, 1500))
    lift.set_mode("normal")
    lift.close_door()
