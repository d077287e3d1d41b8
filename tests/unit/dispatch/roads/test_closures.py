from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from dispatch.roads.closures import Closure, RoadPoints, check_times_slower, times_slower, touched_by
from dispatch.roads.errors import ClosuresUnusable
from dispatch.roads.geojson import read_geojson
from dispatch.roads.geometry import Plane, distance_to_line_m, inside, sample
from dispatch.roads.network import Network
from tests.unit.dispatch.roads.atlas import NOON, Nodes, lon_lat, network_of, square, street

SQUARE = square()


def streets_under(kind: str, coordinates: Any, network: Network = SQUARE) -> set[str]:
    touched = touched_by(RoadPoints(network), {"type": kind, "coordinates": coordinates})
    return {network.names[name] for name in network.name[touched]}


def box(west_m: float, south_m: float, east_m: float, north_m: float) -> list[list[float]]:
    corners = [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m), (west_m, south_m)]
    return [lon_lat(*corner) for corner in corners]


def test_a_point_closes_the_road_it_lies_on() -> None:
    assert streets_under("Point", lon_lat(300, 20)) == {"南街"}
    assert streets_under("Point", lon_lat(300, 60)) == set()
    assert streets_under("MultiPoint", [lon_lat(300, 0), lon_lat(1000, 300)]) == {"南街", "东街"}


def test_a_line_closes_the_roads_it_runs_along_and_not_those_it_meets() -> None:
    assert streets_under("LineString", [lon_lat(-10, 5), lon_lat(1010, -5)]) == {"南街"}
    assert streets_under("LineString", [lon_lat(500, -200), lon_lat(500, 200)]) == set()
    lines = [[lon_lat(0, 0), lon_lat(1000, 0)], [lon_lat(0, 1000), lon_lat(0, 0)]]
    assert streets_under("MultiLineString", lines) == {"南街", "西街"}


def test_an_area_closes_every_road_that_comes_into_it_but_not_those_in_its_hole() -> None:
    assert streets_under("Polygon", [box(900, -100, 1100, 100)]) == {"南街", "东街"}
    assert streets_under("Polygon", [box(400, 400, 600, 600)]) == set()
    assert streets_under("Polygon", [box(-100, -100, 1100, 500), box(-50, -50, 1050, 600)]) == set()
    assert streets_under("MultiPolygon", [[box(400, -20, 420, 20)], [box(400, 980, 420, 1020)]]) == {"南街", "北街"}


def test_a_road_between_two_corners_of_an_area_is_found_although_its_ends_lie_outside() -> None:
    nodes: Nodes = {0: (0, 0), 1: (5000, 0), 2: (2500, 4000)}
    network = network_of(nodes, [street(0, 1, name="长街"), street(1, 2), street(2, 0)])
    assert streets_under("Polygon", [box(2500, -10, 2510, 10)], network) == {"长街"}


def test_the_worst_of_closures_that_lie_over_each_other_counts() -> None:
    def over(number: str, factor: float | None, kind: str, where: Any) -> Closure:
        geometry = {"type": kind, "coordinates": where}
        return Closure(closure_id=number, name="", geometry=geometry, times_slower=factor, since_at=NOON)

    slow = over("1", 2.0, "Polygon", [box(-100, -100, 1100, 1100)])
    slower = over("2", 5.0, "Point", lon_lat(500, 0))
    shut = over("3", None, "Point", lon_lat(0, 500))
    assert sorted(times_slower(SQUARE, [shut, slow, slower])) == [2.0, 2.0, 5.0, math.inf]
    assert times_slower(SQUARE, []).tolist() == [1.0] * 4


# --- what is read


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def test_geojson_is_read_in_each_of_its_forms() -> None:
    point = {"type": "Point", "coordinates": [113.6, 34.7]}
    assert read_geojson(json.dumps(point)) == [(point, {})]
    assert read_geojson(json.dumps(feature(point, name="积水"))) == [(point, {"name": "积水"})]
    collection = {"type": "FeatureCollection", "features": [feature(point), feature(point, times_slower=3)]}
    assert read_geojson(json.dumps(collection)) == [(point, {}), (point, {"times_slower": 3})]


RING = [[113.0, 34.0], [113.1, 34.0], [113.1, 34.1]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("7", "not GeoJSON"),
        ('{"type": "Topology"}', "not GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', "no geometry"),
        ('{"type": "Feature", "geometry": null}', "not GeoJSON"),
        ('{"type": "Point"}', "coordinates"),
        ('{"type": "Feature", "geometry": {"coordinates": []}}', "type and coordinates"),
        ('{"type": "Point", "coordinates": []}', "not a position"),
        ('{"type": "Point", "coordinates": ["113", 34]}', "not a position"),
        ('{"type": "Point", "coordinates": [NaN, 34]}', "not a position"),
        ('{"type": "Point", "coordinates": [34.7, 113.6]}', "longitude, then latitude"),
        ('{"type": "LineString", "coordinates": [[113, 34]]}', "at least 2"),
        ('{"type": "MultiPoint", "coordinates": []}', "at least 1"),
        (json.dumps({"type": "Polygon", "coordinates": [RING]}), "at least 4"),
        (json.dumps({"type": "Polygon", "coordinates": [[*RING, [113.0, 34.1]]]}), "end where it begins"),
        (json.dumps({"type": "Polygon", "coordinates": RING}), "not a position|at least 4"),
    ],
)
def test_what_is_no_geojson_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ClosuresUnusable, match=reason):
        read_geojson(text)


@pytest.mark.parametrize("value", [0, 0.5, -3, 101, math.inf, math.nan, "3", True, [2]])
def test_a_factor_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(ClosuresUnusable, match="from 1 to 100"):
        check_times_slower(value)


def test_no_factor_is_closed() -> None:
    assert check_times_slower(None) is None
    assert check_times_slower(3) == 3.0


# --- the ground


def test_points_along_a_course_are_never_farther_apart_than_asked_and_end_at_its_ends() -> None:
    at = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 35.0], [500.0, 500.0], [500.0, 507.0]])
    found = sample(at, np.array([0, 3, 5]), 10.0)
    first = found.at[found.course == 0]
    assert np.hypot(*np.diff(first, axis=0).T).max() <= 10.0
    assert first[0].tolist() == [0.0, 0.0]
    assert first[-1].tolist() == [100.0, 35.0]
    assert found.share[found.course == 0].tolist()[-1] == 1.0
    assert found.share[found.course == 1].tolist() == [0.0, 1.0]


def test_inside_is_inside_a_ring_of_any_shape() -> None:
    ring = np.array([[0, 0], [10, 0], [10, 10], [5, 2], [0, 10], [0, 0]], float)
    assert inside(np.array([[1.0, 1.0], [5.0, 5.0], [9.0, 5.0], [11.0, 5.0]]), ring).tolist() == [
        True,
        False,
        True,
        False,
    ]


def test_the_distance_to_a_line_is_that_to_its_nearest_part() -> None:
    line = np.array([[0, 0], [10, 0], [10, 10]], float)
    assert distance_to_line_m(np.array([[5.0, 3.0], [13.0, 14.0]]), line).tolist() == [3.0, 5.0]


def test_the_plane_gives_back_the_place_it_was_given() -> None:
    plane = Plane(34.75)
    assert plane.lift(plane.lay([113.66], [34.7])).tolist() == [[pytest.approx(113.66), pytest.approx(34.7)]]
