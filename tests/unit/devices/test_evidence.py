from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from devices.evidence import (
    Button,
    Picture,
    Situation,
    find_situation,
    needs_no_waiting,
    suspect,
    weigh,
    weigh_alarm,
    why_over,
)
from devices.messages import Confidence, DoorStatus, PowerStatus, ServiceMode, Status
from tests.unit.devices.lifts import (
    BETWEEN,
    DOOR_OPENING,
    LEVELLED_OPEN,
    RESTING,
    RUNNING,
    SHUT_IN,
    STOPPED_OUTSIDE,
    TRAPPED,
    UNHEARD_OF,
    codes,
)

POSSIBLE, LIKELY, CONFIRMED = Confidence.POSSIBLE, Confidence.LIKELY, Confidence.CONFIRMED
INSIDE, NOT_KNOWN, NOBODY = True, None, False

DOORS_AJAR = replace(BETWEEN, door_status=DoorStatus.OPEN)
ONLY_BY_CODE = replace(BETWEEN, door_zone=True, faults=(STOPPED_OUTSIDE,))
OPENING = replace(RESTING, door_status=DoorStatus.OPENING)
NO_POWER = replace(RESTING, power_status=PowerStatus.LOST)
SAYS_TRAPPED = replace(RESTING, faults=(TRAPPED,))


def picture_of(status: Status, occupied: bool | None = None, button: Button = Button.UNTOUCHED, **more: Any) -> Picture:
    status = replace(status, passenger_present=occupied)
    return Picture(
        situation=find_situation(status, status.faults, door_called=more.pop("door_called", False)),
        status=status,
        faults=status.faults,
        occupied=occupied,
        button=button,
    )


NOTHING_KNOWN = Picture(situation=Situation.UNKNOWN, status=None, faults=(), occupied=None, button=Button.HELD)


@pytest.mark.parametrize(
    ("status", "occupied", "confidence"),
    [
        (BETWEEN, INSIDE, LIKELY),
        (BETWEEN, NOT_KNOWN, POSSIBLE),
        (BETWEEN, NOBODY, None),
        (DOORS_AJAR, INSIDE, POSSIBLE),
        (DOORS_AJAR, NOT_KNOWN, POSSIBLE),
        (DOORS_AJAR, NOBODY, None),
        (ONLY_BY_CODE, INSIDE, POSSIBLE),
        (SHUT_IN, INSIDE, LIKELY),
        (SHUT_IN, NOT_KNOWN, POSSIBLE),
        (SHUT_IN, NOBODY, None),
        (OPENING, INSIDE, LIKELY),
        (OPENING, NOT_KNOWN, POSSIBLE),
        (OPENING, NOBODY, None),
        (NO_POWER, INSIDE, POSSIBLE),
        (NO_POWER, NOT_KNOWN, None),
        (replace(NO_POWER, faults=(DOOR_OPENING,)), INSIDE, LIKELY),
        (SAYS_TRAPPED, INSIDE, LIKELY),
        (SAYS_TRAPPED, NOBODY, LIKELY),
        (replace(RUNNING, faults=(TRAPPED,)), INSIDE, LIKELY),
        (RESTING, INSIDE, None),
        (RUNNING, INSIDE, None),
        (LEVELLED_OPEN, INSIDE, None),
        (replace(LEVELLED_OPEN, faults=(TRAPPED, DOOR_OPENING, STOPPED_OUTSIDE)), INSIDE, None),
    ],
)
def test_what_a_car_that_stands_so_tells_of_people(
    status: Status, occupied: bool | None, confidence: Confidence | None
) -> None:
    assert suspect(picture_of(status, occupied)) is confidence


@pytest.mark.parametrize(("occupied", "confidence"), [(INSIDE, LIKELY), (NOT_KNOWN, None), (NOBODY, None)])
def test_a_door_that_was_opening_and_is_shut_again_matters_only_with_someone_inside(
    occupied: bool | None, confidence: Confidence | None
) -> None:
    assert suspect(picture_of(RESTING, occupied, door_called=True)) is confidence


@pytest.mark.parametrize("status", [BETWEEN, SHUT_IN, SAYS_TRAPPED])
@pytest.mark.parametrize("button", Button)
def test_inspection_masks_every_inference(status: Status, button: Button) -> None:
    picture = picture_of(replace(status, service_mode=ServiceMode.INSPECTION), INSIDE, button)
    assert suspect(picture) is None
    assert not needs_no_waiting(picture)


@pytest.mark.parametrize(
    ("status", "occupied", "button", "confidence"),
    [
        (BETWEEN, INSIDE, Button.HELD, CONFIRMED),
        (BETWEEN, NOT_KNOWN, Button.HELD, CONFIRMED),
        (BETWEEN, NOBODY, Button.HELD, LIKELY),
        (BETWEEN, NOT_KNOWN, Button.TOUCHED, LIKELY),
        (BETWEEN, NOBODY, Button.TOUCHED, LIKELY),
        (DOORS_AJAR, NOT_KNOWN, Button.HELD, CONFIRMED),
        (SHUT_IN, INSIDE, Button.HELD, CONFIRMED),
        (SAYS_TRAPPED, NOT_KNOWN, Button.HELD, CONFIRMED),
    ],
)
def test_the_alarm_button_makes_a_stuck_car_surer(
    status: Status, occupied: bool | None, button: Button, confidence: Confidence
) -> None:
    assert suspect(picture_of(status, occupied, button)) is confidence


@pytest.mark.parametrize(
    ("status", "occupied", "button", "confidence"),
    [
        (LEVELLED_OPEN, INSIDE, Button.HELD, POSSIBLE),
        (replace(LEVELLED_OPEN, faults=(TRAPPED,)), INSIDE, Button.HELD, POSSIBLE),
        (RUNNING, INSIDE, Button.HELD, POSSIBLE),
        (replace(RUNNING, faults=(UNHEARD_OF,)), INSIDE, Button.HELD, LIKELY),
        (replace(RUNNING, service_mode=ServiceMode.FIRE_RETURN), INSIDE, Button.HELD, LIKELY),
        (replace(RUNNING, service_mode=ServiceMode.INSPECTION), INSIDE, Button.HELD, LIKELY),
        (RESTING, NOBODY, Button.HELD, LIKELY),
        (OPENING, INSIDE, Button.HELD, LIKELY),
        (BETWEEN, INSIDE, Button.HELD, CONFIRMED),
        (BETWEEN, NOT_KNOWN, Button.HELD, CONFIRMED),
        (SHUT_IN, NOT_KNOWN, Button.HELD, CONFIRMED),
        (SAYS_TRAPPED, NOT_KNOWN, Button.HELD, CONFIRMED),
        (BETWEEN, INSIDE, Button.TOUCHED, LIKELY),
        (BETWEEN, NOBODY, Button.HELD, LIKELY),
        (replace(BETWEEN, service_mode=ServiceMode.INSPECTION), INSIDE, Button.HELD, LIKELY),
    ],
)
def test_what_an_alarm_makes_of_the_car_it_comes_from(
    status: Status, occupied: bool | None, button: Button, confidence: Confidence
) -> None:
    assert weigh_alarm(picture_of(status, occupied, button)) is confidence


def test_an_alarm_from_a_lift_about_which_nothing_is_known_is_likely() -> None:
    assert weigh_alarm(NOTHING_KNOWN) is LIKELY
    evidence = weigh(NOTHING_KNOWN, LIKELY)
    assert codes(evidence.reasons) == {"presence_unknown", "alarm_button", "car_unknown"}


@pytest.mark.parametrize(
    ("picture", "at_once"),
    [
        (picture_of(BETWEEN, INSIDE), False),
        (picture_of(BETWEEN, INSIDE, Button.TOUCHED), False),
        (picture_of(BETWEEN, INSIDE, Button.HELD), True),
        (picture_of(OPENING, INSIDE, Button.HELD), False),
        (picture_of(SAYS_TRAPPED, NOT_KNOWN), True),
    ],
)
def test_only_the_lifts_own_word_or_a_confirming_alarm_needs_no_waiting(picture: Picture, at_once: bool) -> None:
    assert needs_no_waiting(picture) is at_once


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (picture_of(LEVELLED_OPEN, INSIDE), "levelled_open"),
        (picture_of(replace(LEVELLED_OPEN, service_mode=ServiceMode.INSPECTION), INSIDE), "levelled_open"),
        (picture_of(RUNNING, INSIDE), "moving"),
        (picture_of(RESTING, NOBODY), "nobody_inside"),
        (picture_of(BETWEEN, NOBODY), "nobody_inside"),
        (NOTHING_KNOWN, "withdrawn"),
        (picture_of(RESTING, INSIDE), None),
        (picture_of(RESTING, NOT_KNOWN), None),
        (picture_of(replace(RUNNING, service_mode=ServiceMode.INSPECTION), INSIDE), None),
        (picture_of(replace(BETWEEN, service_mode=ServiceMode.INSPECTION), NOBODY), None),
    ],
)
def test_when_an_entrapment_is_over_and_when_it_only_looks_so(picture: Picture, code: str | None) -> None:
    reason = why_over(picture)
    assert (reason and reason.partition(":")[0]) == code


def test_the_reasons_name_what_speaks_for_and_against() -> None:
    evidence = weigh(picture_of(BETWEEN, NOT_KNOWN), POSSIBLE)
    assert evidence.reasons == (
        "outside_zone: the car stopped outside the door zone",
        "doors_closed: the doors are closed",
        "presence_unknown: it is not known whether anyone is inside",
    )


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        (picture_of(SHUT_IN, INSIDE), {"door_will_not_open", "doors_closed", "someone_inside"}),
        (picture_of(OPENING, INSIDE), {"door_not_open", "doors_not_closed", "someone_inside"}),
        (picture_of(NO_POWER, INSIDE), {"power_lost", "doors_closed", "someone_inside"}),
        (
            picture_of(ONLY_BY_CODE, NOBODY, Button.TOUCHED),
            {"outside_zone", "zone_doubtful", "doors_closed", "nobody_inside", "alarm_button_brief"},
        ),
        (picture_of(RUNNING, INSIDE, Button.HELD), {"someone_inside", "alarm_button", "moving"}),
        (
            picture_of(replace(SAYS_TRAPPED, service_mode=ServiceMode.INSPECTION), INSIDE),
            {"says_trapped", "someone_inside", "resting", "inspection"},
        ),
    ],
)
def test_a_picture_gives_every_reason_it_holds(picture: Picture, told: set[str]) -> None:
    assert codes(weigh(picture, LIKELY).reasons) == told


def test_a_presence_sensor_that_changed_its_mind_is_told_as_such() -> None:
    picture = replace(picture_of(BETWEEN, NOBODY), occupied=None)
    assert suspect(picture) is POSSIBLE
    assert "presence_doubtful" in codes(weigh(picture, POSSIBLE).reasons)
