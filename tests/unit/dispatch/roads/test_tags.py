from __future__ import annotations

import pytest

from dispatch.roads.tags import ROAD_CLASSES, Direction, Road, read_road


def read(**tags: str) -> Road:
    road = read_road({"highway": "residential", **tags})
    assert road is not None
    return road


def may_drive(**tags: str) -> bool:
    return read_road({"highway": "residential", **tags}) is not None


def test_streets_are_driven_and_paths_and_planned_roads_are_not() -> None:
    assert may_drive(highway="motorway_link")
    assert may_drive(highway="service", service="driveway")
    assert not any(may_drive(highway=kind) for kind in ("footway", "steps", "construction", "proposed", "raceway"))
    assert read_road({"building": "yes"}) is None


def test_a_square_drawn_as_an_area_is_not_a_street() -> None:
    assert not may_drive(highway="service", area="yes")


@pytest.mark.parametrize("word", ["private", "destination", "customers", "delivery", "permissive", "yes"])
def test_a_crew_enters_what_is_private_for_that_is_where_lifts_are(word: str) -> None:
    assert may_drive(access=word)


def test_what_is_closed_to_motor_vehicles_is_entered_only_if_emergency_vehicles_may() -> None:
    assert not may_drive(motor_vehicle="no")
    assert not may_drive(access="no")
    assert may_drive(access="no", emergency="yes")


def test_the_strictest_of_the_words_for_a_crews_van_counts() -> None:
    assert may_drive(access="no", motor_vehicle="private")
    assert not may_drive(access="yes", vehicle="no")


def test_a_pedestrian_street_open_to_emergency_vehicles_is_driven_at_a_walk() -> None:
    assert not may_drive(highway="pedestrian")
    assert ROAD_CLASSES[read(highway="pedestrian", emergency="designated").road_class] == "emergency_way"


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({}, Direction.BOTH),
        ({"oneway": "yes"}, Direction.FORWARD),
        ({"oneway": "-1"}, Direction.BACKWARD),
        ({"junction": "roundabout"}, Direction.FORWARD),
        ({"junction": "roundabout", "oneway": "no"}, Direction.BOTH),
        ({"highway": "motorway"}, Direction.FORWARD),
        ({"oneway": "alternating"}, Direction.BOTH),
    ],
)
def test_the_direction_is_the_signs_or_that_of_the_kind_of_road(tags: dict[str, str], direction: Direction) -> None:
    assert read(**tags).direction is direction


@pytest.mark.parametrize(
    ("sign", "limit_kmh", "is_absurd"),
    [
        ("60", 60.0, False),
        ("60 km/h", 60.0, False),
        ("30 mph", pytest.approx(48.28, abs=0.01), False),
        ("CN:urban", None, False),
        ("none", None, False),
        ("-40", None, True),
        ("0", None, True),
        ("1000", None, True),
    ],
)
def test_a_speed_sign_is_read_and_an_absurd_one_is_not_believed(
    sign: str, limit_kmh: float | None, is_absurd: bool
) -> None:
    road = read(maxspeed=sign)
    assert (road.limit_kmh, road.sign_is_absurd) == (limit_kmh, is_absurd)
