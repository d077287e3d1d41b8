from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from devices.evidence import needs_no_waiting, suspect, weigh, weigh_alarm, why_over
from devices.faults import Fault
from devices.messages import Confidence, DoorStatus, PowerStatus, ServiceMode, Status
from devices.pictures import Button, Origins, Picture, Situation, find_situation
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
AFTER_A_QUAKE = replace(RESTING, service_mode=ServiceMode.EARTHQUAKE)
NO_POWER = replace(RESTING, power_status=PowerStatus.LOST)
OPENED_IN_VAIN: dict[str, Any] = {"opened_in_vain": 1}
CAME_WITH_PEOPLE: dict[str, Any] = {"rode_inside": True}
SAYS_TRAPPED = replace(RESTING, faults=(TRAPPED,))


def picture_of(
    status: Status,
    occupied: bool | None = None,
    button: Button = Button.UNTOUCHED,
    *,
    opened_in_vain: int | None = None,
    rode_inside: bool = False,
    **more: Any,
) -> Picture:
    """A door that is opening has been called, unless told otherwise."""
    status = replace(status, passenger_present=occupied)
    if opened_in_vain is None:
        opened_in_vain = int(status.door_status is DoorStatus.OPENING)
    return Picture(
        situation=find_situation(status, status.faults, openings_in_vain=opened_in_vain, rode_inside=rode_inside),
        status=status,
        faults=status.faults,
        occupied=occupied,
        button=button,
        openings_in_vain=opened_in_vain,
        rode_inside=rode_inside,
        **more,
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
        (replace(LEVELLED_OPEN, faults=(TRAPPED, STOPPED_OUTSIDE)), INSIDE, None),
        (replace(LEVELLED_OPEN, faults=(DOOR_OPENING,)), INSIDE, POSSIBLE),
        (replace(LEVELLED_OPEN, faults=(DOOR_OPENING,)), NOT_KNOWN, POSSIBLE),
        (replace(LEVELLED_OPEN, faults=(DOOR_OPENING,)), NOBODY, None),
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
    assert suspect(picture_of(RESTING, occupied, opened_in_vain=1)) is confidence


@pytest.mark.parametrize(("occupied", "confidence"), [(INSIDE, LIKELY), (NOT_KNOWN, POSSIBLE), (NOBODY, None)])
def test_a_door_that_tries_twice_in_vain_matters_even_where_nobody_knows_who_is_inside(
    occupied: bool | None, confidence: Confidence | None
) -> None:
    assert suspect(picture_of(RESTING, occupied, opened_in_vain=2)) is confidence


@pytest.mark.parametrize("opened_in_vain", [1, 2])
def test_a_door_that_only_one_message_saw_opening_is_no_more_than_possible(opened_in_vain: int) -> None:
    seen_once = picture_of(RESTING, INSIDE, opened_in_vain=opened_in_vain, is_unseconded=True)
    assert suspect(seen_once) is POSSIBLE


@pytest.mark.parametrize(("occupied", "confidence"), [(INSIDE, POSSIBLE), (NOT_KNOWN, None), (NOBODY, None)])
def test_a_door_that_stayed_shut_since_the_car_came_matters_only_with_someone_inside(
    occupied: bool | None, confidence: Confidence | None
) -> None:
    assert suspect(picture_of(RESTING, occupied, rode_inside=True)) is confidence


@pytest.mark.parametrize(
    ("status", "more"),
    [
        (RESTING, CAME_WITH_PEOPLE),
        (RESTING, OPENED_IN_VAIN),
        (NO_POWER, {}),
        (AFTER_A_QUAKE, {}),
    ],
    ids=["came with people", "opened in vain", "no power", "after a quake"],
)
def test_a_sensor_that_is_stuck_puts_nobody_behind_a_shut_door(status: Status, more: dict[str, Any]) -> None:
    """The sensor says somebody, as ever; so it is not known, and a shut door alone is no sign."""
    believed = picture_of(status, INSIDE, **more)
    assert suspect(believed) is not None
    assert suspect(replace(believed, occupied=None, sensor_stuck=True)) is None


@pytest.mark.parametrize(
    ("status", "button", "confidence"),
    [
        (BETWEEN, Button.UNTOUCHED, POSSIBLE),
        (SHUT_IN, Button.UNTOUCHED, POSSIBLE),
        (OPENING, Button.UNTOUCHED, POSSIBLE),
        (SAYS_TRAPPED, Button.UNTOUCHED, LIKELY),
        (BETWEEN, Button.HELD, CONFIRMED),
        (AFTER_A_QUAKE, Button.HELD, CONFIRMED),
    ],
)
def test_a_stuck_sensor_counts_as_not_known_and_weakens_nothing_else(
    status: Status, button: Button, confidence: Confidence
) -> None:
    picture = replace(picture_of(status, INSIDE, button), occupied=None, sensor_stuck=True)
    assert suspect(picture) is confidence
    told = codes(weigh(picture, confidence).reasons)
    assert "presence_stuck" in told
    assert not told & {"presence_unknown", "someone_inside"}


@pytest.mark.parametrize(("occupied", "confidence"), [(INSIDE, POSSIBLE), (NOT_KNOWN, None), (NOBODY, None)])
@pytest.mark.parametrize("status", [RUNNING, RESTING], ids=["moving", "at rest"])
def test_no_way_out_for_too_long_is_possible_with_someone_inside_and_needs_no_more_waiting(
    status: Status, occupied: bool | None, confidence: Confidence | None
) -> None:
    picture = picture_of(status, occupied, shut_in=True)
    assert suspect(picture) is confidence
    assert needs_no_waiting(picture)


def test_no_way_out_for_too_long_does_not_spare_a_car_between_landings_its_wait() -> None:
    assert not needs_no_waiting(picture_of(BETWEEN, INSIDE, shut_in=True))


@pytest.mark.parametrize(
    ("mode", "in_zone", "between"),
    [
        (ServiceMode.NORMAL, None, LIKELY),
        (ServiceMode.INSPECTION, None, None),
        (ServiceMode.FIREFIGHTER, None, LIKELY),
        (ServiceMode.EARTHQUAKE, POSSIBLE, LIKELY),
        (ServiceMode.FIRE_RETURN, None, LIKELY),
        (ServiceMode.EMERGENCY_POWER, None, LIKELY),
        (ServiceMode.STOPPED, None, LIKELY),
        (ServiceMode.UNKNOWN, None, LIKELY),
    ],
)
def test_what_each_mode_makes_of_a_shut_car_with_someone_inside(
    mode: ServiceMode, in_zone: Confidence | None, between: Confidence | None
) -> None:
    assert suspect(picture_of(replace(RESTING, service_mode=mode), INSIDE)) is in_zone
    assert suspect(picture_of(replace(BETWEEN, service_mode=mode), INSIDE)) is between


@pytest.mark.parametrize(
    ("status", "more"),
    [(OPENING, {}), (RESTING, OPENED_IN_VAIN), (RESTING, CAME_WITH_PEOPLE), (NO_POWER, {})],
    ids=["opening", "opened in vain", "came with people", "no power"],
)
def test_the_fire_brigade_masks_what_doors_do_at_a_landing(status: Status, more: dict[str, Any]) -> None:
    driven = replace(status, service_mode=ServiceMode.FIREFIGHTER)
    assert suspect(picture_of(status, INSIDE, **more)) is not None
    assert suspect(picture_of(driven, INSIDE, **more)) is None


def test_the_fire_brigade_does_not_mask_what_the_lift_itself_reports() -> None:
    assert suspect(picture_of(replace(SHUT_IN, service_mode=ServiceMode.FIREFIGHTER), INSIDE)) is LIKELY
    assert suspect(picture_of(replace(SAYS_TRAPPED, service_mode=ServiceMode.FIREFIGHTER), INSIDE)) is LIKELY


@pytest.mark.parametrize("mode", ServiceMode)
@pytest.mark.parametrize("status", [RESTING, RUNNING, LEVELLED_OPEN, BETWEEN, SHUT_IN])
def test_no_mode_makes_an_alarm_less_than_possible(mode: ServiceMode, status: Status) -> None:
    picture = picture_of(replace(status, service_mode=mode), NOT_KNOWN, Button.HELD)
    assert weigh_alarm(picture).rank >= POSSIBLE.rank


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (ServiceMode.INSPECTION, "inspection"),
        (ServiceMode.FIRE_RETURN, "fire_return"),
        (ServiceMode.FIREFIGHTER, "firefighter"),
        (ServiceMode.EARTHQUAKE, "earthquake"),
        (ServiceMode.EMERGENCY_POWER, "emergency_power"),
    ],
)
def test_a_mode_out_of_the_ordinary_is_a_reason(mode: ServiceMode, code: str) -> None:
    assert code in codes(weigh(picture_of(replace(BETWEEN, service_mode=mode), INSIDE), LIKELY).reasons)


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
        (picture_of(RESTING, INSIDE, rode_inside=True), {"door_stayed_shut", "doors_closed", "someone_inside"}),
        (picture_of(RESTING, INSIDE, opened_in_vain=1), {"door_not_open", "doors_closed", "someone_inside"}),
        (picture_of(RUNNING, INSIDE, shut_in=True), {"shut_in", "someone_inside", "moving"}),
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


def test_each_reason_ends_with_the_message_that_it_came_from() -> None:
    origins = Origins(
        car="status 3/9",
        inside="status 3/4",
        door="status 3/7",
        button="alarm 3/1",
        faults={Fault.DOOR_OPENING: "fault 3/8"},
    )
    at_landing = replace(picture_of(SHUT_IN, INSIDE, Button.HELD), origins=origins)
    assert weigh(at_landing, CONFIRMED).reasons == (
        "door_will_not_open: the lift reports that its door does not open (fault 3/8)",
        "doors_closed: the doors are closed (status 3/9)",
        "someone_inside: someone is inside (status 3/4)",
        "alarm_button: the alarm button was held (alarm 3/1)",
    )
    opening = replace(picture_of(OPENING, INSIDE), origins=origins)
    assert "door_not_open: the door was to open and is not open (status 3/7)" in weigh(opening, LIKELY).reasons
