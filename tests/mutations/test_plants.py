"""Every plant still fits the code, and a few of them are tried; `make mutations` tries them all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutations import tracker_plants
from tests.mutations.plants import HARMLESS, PLANTS, Plant, StalePlant
from tests.mutations.trial import ROOT, TrialFailed, first_failure, suite_of

EVERY_PLANT = (*PLANTS, *tracker_plants.PLANTS)
SAMPLE = (
    "an overdue offer is not withdrawn",
    "a late alarm is taken for a new one",
    "the version stands still",
    "T counts from the newest sign",
    "a lift that floods is not heard when it calls",
)


def the(bug: str) -> Plant:
    return next(plant for plant in EVERY_PLANT if plant.bug == bug)


def found_by(plant: Plant) -> str | None:
    """The quick tests of its room, for this suite must be quick too."""
    return first_failure(suite_of(plant).examples, plant)


@pytest.mark.parametrize("plant", [*EVERY_PLANT, HARMLESS], ids=lambda plant: plant.bug)
def test_a_plant_fits_the_code_as_it_is_and_is_code_itself(plant: Plant) -> None:
    compile(plant.planted(ROOT), plant.file, "exec")


def test_no_two_plants_are_the_same() -> None:
    plants = EVERY_PLANT
    assert len({plant.bug for plant in plants}) == len({(p.file, p.right, p.wrong) for p in plants}) == len(plants)


@pytest.mark.parametrize("bug", SAMPLE)
def test_a_planted_bug_is_found_by_its_rooms_own_tests(bug: str) -> None:
    assert found_by(the(bug))


def test_a_change_that_nobody_can_see_is_not_found() -> None:
    assert found_by(HARMLESS) is None


def test_a_plant_whose_code_has_changed_is_stale() -> None:
    with pytest.raises(StalePlant, match="stands 0 times"):
        replace(HARMLESS, right="no such words in this file").planted(ROOT)


def test_a_copy_that_does_not_start_proves_nothing() -> None:
    unstartable = replace(
        HARMLESS, right="from rescue.desk.draft import Draft", wrong="from rescue.desk.draft import Daft"
    )
    with pytest.raises(TrialFailed):
        found_by(unstartable)
