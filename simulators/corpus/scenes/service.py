"""Normal service in all kinds of buildings, with everything people do in lifts that looks stranger than it is."""

from __future__ import annotations

from random import Random

from simulators.corpus.lift import Lift
from simulators.corpus.sensors import Health
from simulators.corpus.speech import DOOR_CODE
from simulators.corpus.truth import Trouble


def fetch(lift: Lift, rng: Random) -> None:
    """The empty car comes to where people wait; they get in and the door shuts."""
    if rng.random() < 0.6:
        lift.go_to(lift.pick_floor())
    lift.open_door()
    lift.wait(rng.uniform(0.5, 3))
    lift.board(lift.place.draw_people(rng))
    lift.wait(rng.uniform(*lift.place.open_s))
    lift.close_door()


def leave(lift: Lift, rng: Random) -> None:
    """The door opens, everybody gets out, the door shuts."""
    lift.open_door()
    lift.wait(rng.uniform(1, 4))
    lift.alight()
    lift.wait(rng.uniform(*lift.place.open_s))
    lift.close_door()


def ride(lift: Lift, rng: Random) -> None:
    """One party from floor to floor, and the pause until the next; where that is usual the empty car goes home."""
    fetch(lift, rng)
    lift.go_to(lift.pick_floor())
    leave(lift, rng)
    if lift.place.parks and lift.floor != 1 and rng.random() < 0.3:
        lift.wait(rng.uniform(5, 30))
        lift.go_to(1)
    lift.wait(rng.uniform(*lift.place.gap_s))


def ordinary_rides(lift: Lift, rng: Random) -> None:
    """Some rides, one after the other."""
    for _ in range(rng.randint(3, 10)):
        ride(lift, rng)


def rush_hour(lift: Lift, rng: Random) -> None:
    """The car stops at several floors before it is empty."""
    for _ in range(rng.randint(2, 4)):
        fetch(lift, rng)
        for _ in range(rng.randint(1, 4)):
            lift.go_to(lift.pick_floor())
            lift.open_door()
            lift.wait(rng.uniform(*lift.place.open_s))
            lift.close_door()
        lift.go_to(lift.pick_floor())
        leave(lift, rng)


def idle_night(lift: Lift, rng: Random) -> None:
    """Nobody comes for hours."""
    lift.wait(rng.uniform(1, 4) * 3600)


def bed_transport(lift: Lift, rng: Random) -> None:
    """A bed goes in and out slowly; the door is held for minutes."""
    fetch(lift, rng)
    lift.go_to(lift.pick_floor())
    lift.open_door(takes_s=rng.uniform(4, 9))
    lift.wait(rng.uniform(60, 400))
    lift.alight()
    lift.close_door(takes_s=rng.uniform(4, 9))


def door_held_open(lift: Lift, rng: Random) -> None:
    """Somebody inside chats with somebody outside, or moves house."""
    fetch(lift, rng)
    lift.go_to(lift.pick_floor())
    lift.open_door()
    lift.wait(rng.uniform(45, 900))
    lift.alight()
    lift.close_door()


def second_thoughts(lift: Lift, rng: Random) -> None:
    """In, out again, in again; the door turns round while it shuts."""
    lift.open_door()
    for _ in range(rng.randint(1, 3)):
        lift.board(1)
        lift.wait(rng.uniform(1, 4))
        lift.close_door(takes_s=rng.uniform(1, 3))
        lift.open_door()
        lift.alight()
    lift.board(1)
    lift.close_door()
    lift.go_to(lift.pick_floor())
    leave(lift, rng)


def resting_with_someone_inside(lift: Lift, rng: Random) -> None:
    """The passenger presses nothing: reading a phone, cleaning, hiding from the rain. The door would open at once."""
    fetch(lift, rng)
    if rng.random() < 0.5:
        lift.go_to(lift.pick_floor())
        lift.open_door()
        lift.wait(rng.uniform(2, 5))
        lift.close_door()
    lift.wait(rng.uniform(20, 400))
    leave(lift, rng)


def child_at_the_button(lift: Lift, rng: Random) -> None:
    """A press in passing: while the car runs, or while its door stands open."""
    fetch(lift, rng)
    lift.set_off(lift.pick_floor())
    lift.wait(1.0)
    if rng.random() < 0.5:
        lift.press(rng.uniform(0.2, 2.0))
    lift.wait(rng.uniform(3, 15))
    lift.stop_level()
    lift.open_door()
    if rng.random() < 0.5:
        lift.press(rng.uniform(0.2, 4.0))
    lift.alight()
    lift.close_door()
    lift.wait(rng.uniform(60, 300))
    lift.controller.end_alarm(lift.now)


def impatient_press(lift: Lift, rng: Random) -> None:
    """The button held long by somebody who takes it for another, in a car that is well."""
    fetch(lift, rng)
    lift.wait(rng.uniform(1, 20))
    lift.press(rng.uniform(3.0, 5.0))
    lift.wait(rng.uniform(5, 40))
    leave(lift, rng)
    lift.wait(rng.uniform(60, 300))
    lift.controller.end_alarm(lift.now)


def rubbish_in_the_sill(lift: Lift, rng: Random) -> None:
    """The door shuts on something, opens fully again and tries anew; people walk in and out over it."""
    lift.open_door()
    lift.board(1)
    lift.notebook.begin_fault(Trouble.DOOR_BLOCKED, lift.now)
    if rng.random() < 0.5:
        lift.raise_code("02")
    for _ in range(rng.randint(5, 25)):
        lift.wait(rng.uniform(2, 6))
        lift.close_door(takes_s=rng.uniform(1, 2.5))
        lift.open_door()
    lift.alight()
    lift.clear_codes()
    lift.notebook.end_fault(Trouble.DOOR_BLOCKED, lift.now)
    lift.close_door()


def slow_door(lift: Lift, rng: Random) -> None:
    """A worn door takes its time, and gets there."""
    fetch(lift, rng)
    lift.go_to(lift.pick_floor())
    lift.open_door(takes_s=rng.uniform(6, 20))
    lift.alight()
    lift.close_door(takes_s=rng.uniform(5, 12))


def long_stop_with_a_dull_zone_sensor(lift: Lift, rng: Random) -> None:
    """At this floor the zone sensor sees nothing; the door opens all the same and people come and go."""
    fetch(lift, rng)
    lift.set_off(lift.pick_floor())
    lift.wait(rng.uniform(4, 20))
    lift.zone_reads_wrong = True
    lift.stop_level()
    lift.open_door()
    lift.wait(rng.uniform(5, 120))
    lift.alight()
    lift.close_door()
    lift.zone_reads_wrong = False
    lift.report()


def nuisance_door_code(lift: Lift, rng: Random) -> None:
    """The controller counts a door slow, sends its code, and the door opens."""
    fetch(lift, rng)
    lift.go_to(lift.pick_floor())
    lift.door = "opening"
    lift.report()
    lift.wait(rng.uniform(3, 8))
    lift.raise_code(DOOR_CODE)
    lift.open_door(takes_s=rng.uniform(2, 8))
    lift.wait(rng.uniform(0, 6))
    lift.clear_code(DOOR_CODE)
    lift.wait(rng.uniform(5, 60))
    lift.alight()
    lift.close_door()


def presence_sticks(lift: Lift, rng: Random) -> None:
    """From now on the sensor sees somebody, whoever is there; for the rest of this life, unless a fitter comes."""
    lift.sensor.go_wrong(Health.STUCK_ON)
    lift.notebook.begin_fault(Trouble.PRESENCE_STUCK, lift.now)
    lift.report()
    ordinary_rides(lift, rng)
    idle_night(lift, rng)
    ordinary_rides(lift, rng)


def presence_flaps(lift: Lift, rng: Random) -> None:
    """Half of the time the sensor does not see who stands still."""
    lift.sensor.go_wrong(Health.FLAPPING)
    lift.notebook.begin_fault(Trouble.PRESENCE_FLAPPING, lift.now)
    ordinary_rides(lift, rng)
    resting_with_someone_inside(lift, rng)
    lift.sensor.repair()
    lift.notebook.end_fault(Trouble.PRESENCE_FLAPPING, lift.now)


def parked_behind_a_shut_door(lift: Lift, rng: Random) -> None:
    """Empty rides to where the next call is awaited."""
    for _ in range(rng.randint(2, 5)):
        lift.go_to(lift.pick_floor())
        lift.wait(rng.uniform(60, 900))


def controller_restarts_at_rest(lift: Lift, rng: Random) -> None:
    """Once, or again and again."""
    for _ in range(rng.choice((1, 1, 3, 6))):
        lift.restart_controller(rng.uniform(5, 120))
        lift.wait(rng.uniform(1, 40))
    ride(lift, rng)


def controller_restarts_under_way(lift: Lift, rng: Random) -> None:
    """The drive stops for a breath and goes on to the landing."""
    fetch(lift, rng)
    lift.set_off(lift.pick_floor())
    lift.wait(rng.uniform(2, 5))
    lift.stop_between()
    lift.restart_controller(rng.uniform(4, 12))
    lift.set_off(lift.pick_floor())
    lift.wait(rng.uniform(5, 12))
    lift.stop_level()
    leave(lift, rng)
