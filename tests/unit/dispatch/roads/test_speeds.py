from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dispatch.roads.speeds import SHIPPED, SpeedsUnusable, load_speeds
from dispatch.roads.tags import ROAD_CLASSES
from tests.unit.dispatch.roads.atlas import square

SIX_IN_THE_EVENING, THREE_AT_NIGHT, FOUR_AT_NIGHT = 18, 3, 4


def test_every_class_has_a_speed_at_every_hour_and_none_is_faster_in_the_peak_than_at_night() -> None:
    kmh = load_speeds().kmh
    assert kmh.shape == (len(ROAD_CLASSES), 24)
    assert (kmh[:, SIX_IN_THE_EVENING] < kmh[:, THREE_AT_NIGHT]).all()


def test_hours_that_are_alike_are_known_for_it() -> None:
    speeds = load_speeds()
    assert speeds.is_same(THREE_AT_NIGHT, FOUR_AT_NIGHT)
    assert not speeds.is_same(THREE_AT_NIGHT, SIX_IN_THE_EVENING)


def test_a_lower_limit_on_the_signs_goes_before_the_class_and_a_higher_one_does_not() -> None:
    speeds = load_speeds()
    free, slow, fast = (square(maxspeed=sign) for sign in ("none", "10", "120"))
    assert speeds.drive_ms(slow, 3).max() == pytest.approx(1000 * 3600 / 10, rel=1e-3)
    assert np.array_equal(speeds.drive_ms(fast, 3), speeds.drive_ms(free, 3))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("km_h = 90", "km_h = -90", "roads.motorway.km_h is -90, must be 1 to 200"),
        ("km_h = 90", "km_h = 900", "roads.motorway.km_h is 900"),
        ("km_h = 90", "km_h = nan", "roads.motorway.km_h is nan"),
        ("km_h = 90", 'km_h = "fast"', "roads.motorway.km_h is fast"),
        ("motorway = ", "motorweg = ", "roads.motorway needs km_h"),
        ('hours = "side"', 'hours = "aside"', "roads.unclassified needs km_h, and hours"),
        ("side = [1.00,", "side = [1.00, 1.00,", "share_of_empty.side needs 24 numbers"),
        ("side = [1.00,", "side = [-1.00,", "share_of_empty.side needs 24 numbers"),
        ("[roads]", "[streets]", "the table .roads. is missing"),
        ("[roads]", "[roads", "speeds .*: "),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(tmp_path: Path, before: str, after: str, reason: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert before in text
    own = tmp_path / "speeds.toml"
    own.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(SpeedsUnusable, match=reason):
        load_speeds(own)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpeedsUnusable, match="No such file"):
        load_speeds(tmp_path / "none.toml")
