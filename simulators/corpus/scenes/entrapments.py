"""People who cannot get out: between landings and at one, with and without button, sensor, code and luck."""

from __future__ import annotations

from random import Random

from simulators.corpus.lift import Jam, Lift
from simulators.corpus.scenes.endings import be_released, let_out, limp_to_landing, recover
from simulators.corpus.scenes.service import fetch
from simulators.corpus.sensors import Health
from simulators.corpus.speech import DOOR_CODE

PRESSES_AFTER_S = (4.0, 150.0)
HELD_S = (3.0, 8.0)
BRIEFLY_S = (0.3, 2.5)

# How it begins


def stop_short(lift: Lift, rng: Random) -> None:
    """With people inside the car stops between landings; half of the controllers find a code for it."""
    fetch(lift, rng)
    lift.set_off(lift.pick_floor())
    lift.wait(rng.uniform(1.5, 5))
    lift.stop_between()
    if rng.random() < 0.5:
        lift.wait(rng.uniform(0, 10))
        lift.raise_code(rng.choice(("04", "04", "01", "06", "08")))


def arrive_shut(lift: Lift, rng: Random, jam: Jam) -> None:
    """With people inside the car arrives level, and its door does not open."""
    fetch(lift, rng)
    lift.go_to(lift.pick_floor())
    lift.wait(rng.uniform(0.2, 1.0))
    lift.fail_to_open(jam)


def call_for_help(lift: Lift, rng: Random) -> None:
    """They press the button and mean it, once or more."""
    lift.wait(rng.uniform(*PRESSES_AFTER_S))
    for _ in range(rng.choice((1, 1, 2, 3))):
        lift.press(rng.uniform(*HELD_S), is_told=rng.random() < 0.9)
        lift.wait(rng.uniform(10, 40))


def perhaps_call_for_help(lift: Lift, rng: Random, share: float = 0.5) -> None:
    """Some press, some wait or telephone."""
    if rng.random() < share:
        call_for_help(lift, rng)


# Between landings


def stuck_in_silence(lift: Lift, rng: Random) -> None:
    """Nobody presses anything."""
    stop_short(lift, rng)
    let_out(lift, rng)


def stuck_and_calling(lift: Lift, rng: Random) -> None:
    """They press the button."""
    stop_short(lift, rng)
    call_for_help(lift, rng)
    let_out(lift, rng)


def stuck_and_pressing_briefly(lift: Lift, rng: Random) -> None:
    """They do not dare to hold the button."""
    stop_short(lift, rng)
    lift.wait(rng.uniform(*PRESSES_AFTER_S))
    lift.press(rng.uniform(*BRIEFLY_S))
    let_out(lift, rng)


def stuck_with_a_failing_sensor(lift: Lift, rng: Random) -> None:
    """They were counted before the stop; then the sensor gives out, sees nobody, or sees them now and then."""
    stop_short(lift, rng)
    lift.wait(rng.uniform(0, 40))
    lift.sensor.go_wrong(rng.choice((Health.FAILED, Health.STUCK_OFF, Health.FLAPPING)))
    lift.report()
    perhaps_call_for_help(lift, rng)
    let_out(lift, rng)


def stuck_unseen(lift: Lift, rng: Random) -> None:
    """The sensor saw nobody all day; nearly all press the button."""
    lift.sensor.go_wrong(Health.STUCK_OFF)
    stop_short(lift, rng)
    perhaps_call_for_help(lift, rng, share=0.9)
    let_out(lift, rng)


def stuck_and_restless(lift: Lift, rng: Random) -> None:
    """The drive tries again every few seconds, for a second or two, and fails."""
    stop_short(lift, rng)
    for _ in range(rng.randint(2, 8)):
        lift.wait(rng.uniform(5, 45))
        lift.set_off(lift.floor + (1 if lift.floor < lift.floors else -1))
        lift.wait(rng.uniform(0.4, 2.0))
        lift.stop_between()
    perhaps_call_for_help(lift, rng, share=0.3)
    let_out(lift, rng)


def stuck_with_a_flickering_zone(lift: Lift, rng: Random) -> None:
    """At the edge of the zone the sensor cannot make up its mind."""
    stop_short(lift, rng)
    for _ in range(rng.randint(6, 40)):
        lift.wait(rng.uniform(0.5, 9))
        lift.zone_reads_wrong = not lift.zone_reads_wrong
        lift.report()
    lift.zone_reads_wrong = False
    perhaps_call_for_help(lift, rng, share=0.3)
    let_out(lift, rng)


def stuck_with_a_code_that_comes_and_goes(lift: Lift, rng: Random) -> None:
    """The controller raises and clears the same code all the time."""
    stop_short(lift, rng)
    for _ in range(rng.randint(4, 20)):
        lift.raise_code("04")
        lift.wait(rng.uniform(1, 12))
        lift.clear_code("04")
        lift.wait(rng.uniform(1, 12))
    let_out(lift, rng)


def stuck_through_restarts(lift: Lift, rng: Random) -> None:
    """The controller restarts with people inside, in hope."""
    stop_short(lift, rng)
    for _ in range(rng.randint(1, 3)):
        lift.wait(rng.uniform(3, 60))
        lift.restart_controller(rng.uniform(5, 40))
    perhaps_call_for_help(lift, rng)
    let_out(lift, rng)


def stuck_for_long(lift: Lift, rng: Random) -> None:
    """Nobody comes for an hour or two."""
    stop_short(lift, rng)
    perhaps_call_for_help(lift, rng)
    be_released(lift, rng, after_s=(3600, 7200))


def stuck_for_a_breath(lift: Lift, rng: Random) -> None:
    """The car goes on before anybody worries."""
    stop_short(lift, rng)
    recover(lift, rng, after_s=(2, 22))


def stuck_then_levelled_but_shut(lift: Lift, rng: Random) -> None:
    """The car reaches a landing by itself, and there its door does not open."""
    stop_short(lift, rng)
    lift.wait(rng.uniform(3, 15))
    limp_to_landing(lift, rng)
    lift.fail_to_open(Jam.SHUT)
    perhaps_call_for_help(lift, rng)
    let_out(lift, rng)


# At a landing


def shut_in_with_a_code(lift: Lift, rng: Random) -> None:
    """The door does not move, and the controller says so."""
    arrive_shut(lift, rng, Jam.SHUT)
    lift.wait(rng.uniform(1, 10))
    lift.raise_code(DOOR_CODE)
    perhaps_call_for_help(lift, rng)
    let_out(lift, rng)


def shut_in_without_a_code(lift: Lift, rng: Random) -> None:
    """The door does not move, and nothing says why."""
    arrive_shut(lift, rng, Jam.SHUT)
    perhaps_call_for_help(lift, rng)
    let_out(lift, rng)


def door_opens_in_vain(lift: Lift, rng: Random) -> None:
    """The door tries again and again and falls shut."""
    arrive_shut(lift, rng, Jam.IN_VAIN)
    for _ in range(rng.randint(1, 8)):
        lift.wait(rng.uniform(3, 25))
        lift.try_door(takes_s=rng.uniform(2, 6))
    if rng.random() < 0.4:
        lift.raise_code(DOOR_CODE)
    perhaps_call_for_help(lift, rng)
    let_out(lift, rng)


def door_stays_ajar(lift: Lift, rng: Random) -> None:
    """A hand's breadth is all it gives; the controller sends its code."""
    arrive_shut(lift, rng, Jam.AJAR)
    lift.wait(rng.uniform(3, 12))
    if not lift.dialect_tells_door or rng.random() < 0.6:
        lift.raise_code(DOOR_CODE)
    perhaps_call_for_help(lift, rng)
    let_out(lift, rng)


def shut_in_with_a_code_that_comes_and_goes(lift: Lift, rng: Random) -> None:
    """The door's code is raised at each try and cleared after it, until the controller gives up."""
    arrive_shut(lift, rng, Jam.SHUT)
    for _ in range(rng.randint(4, 15)):
        lift.raise_code(DOOR_CODE)
        lift.wait(rng.uniform(2, 12))
        lift.clear_code(DOOR_CODE)
        lift.wait(rng.uniform(1, 9))
    lift.raise_code(DOOR_CODE)
    let_out(lift, rng)
