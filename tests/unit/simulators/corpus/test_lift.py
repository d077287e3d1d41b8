"""What is true of the people inside, and what the controller says of it."""

from __future__ import annotations

from random import Random

import pytest

from simulators.corpus.lift import Jam
from simulators.corpus.scenes import entrapments
from simulators.corpus.scenes.endings import limp_to_landing, recover, walk_out
from simulators.corpus.scenes.service import fetch, ordinary_rides
from simulators.corpus.sensors import Health
from simulators.corpus.truth import Kind, Trouble
from tests.unit.simulators.corpus.worlds import BORN_AT, a_lift, lived, said

RNG = Random(3)


def test_people_in_a_car_that_stops_between_landings_are_trapped_until_a_door_opens_at_a_landing() -> None:
    lift = a_lift()
    fetch(lift, RNG)
    lift.set_off(9)
    lift.wait(4)
    lift.stop_between()
    stopped_at = lift.now
    lift.wait(100)
    limp_to_landing(lift, RNG)
    assert lift.trapped is Kind.BETWEEN_LANDINGS
    walk_out(lift, RNG)
    (entrapment,) = lived(lift).entrapments
    assert entrapment.since == stopped_at
    assert stopped_at + 100 == entrapment.went_on_at < entrapment.until < lift.now


def test_an_empty_car_between_landings_traps_nobody() -> None:
    lift = a_lift()
    lift.set_off(9)
    lift.wait(4)
    lift.stop_between()
    lift.wait(100)
    recover(lift, RNG)
    truth = lived(lift)
    assert truth.entrapments == ()
    assert [fault.trouble for fault in truth.faults] == [Trouble.BREAKDOWN]


def test_people_behind_a_door_that_should_open_and_does_not_are_trapped_at_a_landing() -> None:
    lift = a_lift()
    entrapments.arrive_shut(lift, RNG, Jam.SHUT)
    assert lift.trapped is Kind.AT_LANDING


def test_a_failed_attempt_to_start_is_part_of_the_entrapment() -> None:
    lift = a_lift()
    fetch(lift, RNG)
    lift.set_off(9)
    lift.wait(4)
    lift.stop_between()
    stopped_at = lift.now
    lift.wait(20)
    lift.set_off(9)
    lift.wait(1)
    lift.stop_between()
    lift.wait(50)
    recover(lift, RNG)
    (entrapment,) = lived(lift).entrapments
    assert (entrapment.since, entrapment.stood_since) == (stopped_at, stopped_at)
    assert entrapment.went_on_at > stopped_at + 71


def test_a_car_that_runs_on_to_a_landing_and_stays_shut_stands_anew_from_there() -> None:
    lift = a_lift()
    entrapments.stuck_then_levelled_but_shut(lift, RNG)
    (entrapment,) = lived(lift).entrapments
    assert entrapment.since + 5 < entrapment.stood_since < entrapment.until


def test_passengers_who_ride_are_never_trapped() -> None:
    lift = a_lift()
    ordinary_rides(lift, RNG)
    assert lived(lift).entrapments == ()


def test_a_message_shows_an_entrapment_from_the_stop_to_the_way_out_and_no_other_does() -> None:
    lift = a_lift()
    entrapments.stuck_in_silence(lift, RNG)
    (entrapment,) = lived(lift).entrapments
    shows = [message.at for message in said(lift) if message.shows]
    assert shows[0] == entrapment.since
    assert shows[-1] < entrapment.until


@pytest.mark.parametrize(
    ("sensor", "gb", "jam", "is_shown"),
    [
        (Health.WORKING, False, Jam.SHUT, True),
        (Health.ABSENT, False, Jam.SHUT, False),
        (Health.ABSENT, False, Jam.IN_VAIN, True),
        (Health.ABSENT, True, Jam.IN_VAIN, False),
        (Health.WORKING, True, Jam.AJAR, False),
        (Health.STUCK_OFF, False, Jam.AJAR, False),
    ],
)
def test_what_a_shut_door_shows_depends_on_sensor_and_dialect(
    sensor: Health, gb: bool, jam: Jam, is_shown: bool
) -> None:
    lift = a_lift(sensor=sensor, gb=gb)
    entrapments.arrive_shut(lift, RNG, jam)
    lift.wait(200)
    assert any(message.shows for message in said(lift)) == is_shown


def test_a_door_code_shows_what_the_door_does_not() -> None:
    lift = a_lift(sensor=Health.ABSENT)
    entrapments.arrive_shut(lift, RNG, Jam.SHUT)
    lift.raise_code("03")
    assert [message.shows for message in said(lift, "fault")] == [True]


def test_a_lift_reports_every_change_each_five_seconds_under_way_and_each_minute_at_rest() -> None:
    lift = a_lift()
    lift.wait(200)
    lift.go_to(10)
    times = [message.at - BORN_AT for message in said(lift)]
    assert times[:4] == [0, 60, 120, 180]
    assert times[4:] == pytest.approx([200, 205, 210, 215, 219.2])


def test_a_restart_counts_the_boot_and_begins_the_messages_anew() -> None:
    lift = a_lift()
    lift.wait(150)
    lift.restart_controller(30)
    names = [(message.report.body["boot"], message.report.body["seq"]) for message in said(lift)]
    assert names == [(7, 0), (7, 1), (7, 2), (8, 0)]


def test_a_lost_link_leaves_a_will_and_its_return_a_birth_of_the_same_boot() -> None:
    lift = a_lift(outages=[(BORN_AT + 100, BORN_AT + 400)])
    lift.wait(500)
    links = [(message.at - BORN_AT, message.report.body["online"]) for message in said(lift, "link")]
    assert links == [(0, True), (145, False), (400, True)]


def test_the_standards_dialect_speaks_in_numbers_and_knows_only_shut_and_not_shut() -> None:
    lift = a_lift(gb=True)
    lift.raise_code("04")
    lift.open_door()
    first, raised, opening, _ = (message.report.body for message in said(lift))
    assert (first["service_mode"], first["car_status"], first["message_codes"]) == (1, 0, [0])
    assert raised["message_codes"] == [4]
    assert opening["door_status"] is False


def test_people_get_in_and_out_only_through_an_open_door() -> None:
    lift = a_lift()
    with pytest.raises(AssertionError, match="open door"):
        lift.board(1)


def test_no_door_opens_between_landings() -> None:
    lift = a_lift()
    lift.set_off(9)
    lift.wait(4)
    lift.stop_between()
    with pytest.raises(AssertionError, match="between landings"):
        lift.open_door()
