"""Every plant still fits the code, and a few of them are tried; `make mutations` tries them all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutations.plants import HARMLESS, PLANTS, Plant, StalePlant
from tests.mutations.trial import EXAMPLES, ROOT, TrialFailed, trial

SAMPLE = (
    "an overdue offer is not withdrawn",
    "a late alarm is taken for a new one",
    "the version stands still",
)


def the(bug: str) -> Plant:
    return next(plant for plant in PLANTS if plant.bug == bug)


@pytest.mark.parametrize("plant", [*PLANTS, HARMLESS], ids=lambda plant: plant.bug)
def test_a_plant_fits_the_code_as_it_is_and_is_code_itself(plant: Plant) -> None:
    compile(plant.planted(ROOT), plant.file, "exec")


def test_no_two_plants_are_the_same() -> None:
    assert len({plant.bug for plant in PLANTS}) == len({(p.file, p.right, p.wrong) for p in PLANTS}) == len(PLANTS)


@pytest.mark.parametrize("bug", SAMPLE)
def test_a_planted_bug_is_found_by_the_desks_own_tests(bug: str) -> None:
    assert trial(the(bug), *EXAMPLES).found_by


def test_a_change_that_nobody_can_see_is_not_found() -> None:
    assert trial(HARMLESS, *EXAMPLES).found_by is None


def test_a_plant_whose_code_has_changed_is_stale() -> None:
    with pytest.raises(StalePlant, match="stands 0 times"):
        replace(HARMLESS, right="no such words in this file").planted(ROOT)


def test_a_copy_that_does_not_start_proves_nothing() -> None:
    unstartable = replace(
        HARMLESS, right="from rescue.desk.draft import Draft", wrong="from rescue.desk.draft import Daft"
    )
    with pytest.raises(TrialFailed):
        trial(unstartable, *EXAMPLES)
