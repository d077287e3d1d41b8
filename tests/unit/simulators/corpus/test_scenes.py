"""Every scene, on every kind of lift, leaves the world as it must and the truth as the scene says."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.corpus.mixes import MIXES, Scene
from simulators.corpus.scenes import breakdowns, emergencies, entrapments, maintenance, service
from simulators.corpus.sensors import Health
from tests.unit.simulators.corpus.worlds import a_lift, lived, said

SCENES = sorted({scene for mix in MIXES for scene in mix.scenes}, key=lambda scene: (scene.__module__, scene.__name__))
SENSORS = (Health.WORKING, Health.ABSENT)
TRAPS_PEOPLE = {emergencies.waits_for_its_turn, service.controller_restarts_under_way}


def named(scene: Scene) -> str:
    return scene.__name__


@pytest.mark.parametrize("scene", SCENES, ids=named)
@given(seed=st.integers(0, 10_000), gb=st.booleans(), sensor=st.sampled_from(SENSORS))
@settings(max_examples=5, deadline=None)
def test_a_scene_ends_with_an_empty_car_at_a_landing_its_door_shut_in_normal_service(
    scene: Scene, seed: int, gb: bool, sensor: Health
) -> None:
    lift = a_lift(gb=gb, sensor=sensor, seed=seed)
    scene(lift, Random(seed))
    assert (lift.people, lift.trapped, lift.running) == (0, None, False)
    assert (lift.in_zone, lift.door, lift.mode, lift.power) == (True, "closed", "normal", "mains")
    assert not lift.zone_reads_wrong


@pytest.mark.parametrize("scene", SCENES, ids=named)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=3, deadline=None)
def test_only_the_scenes_that_say_so_trap_people(scene: Scene, seed: int) -> None:
    lift = a_lift(seed=seed)
    scene(lift, Random(seed))
    traps_people = scene.__module__ == entrapments.__name__ or scene in TRAPS_PEOPLE
    assert bool(lived(lift).entrapments) == traps_people


@pytest.mark.parametrize(
    "scene",
    [maintenance.inspection_visit, maintenance.button_test, breakdowns.empty_between_landings, service.idle_night],
    ids=named,
)
def test_fitters_breakdowns_and_nights_show_no_entrapment(scene: Scene) -> None:
    lift = a_lift()
    scene(lift, Random(1))
    assert not any(message.shows for message in said(lift))


def test_a_power_cut_strikes_a_building_at_one_instant_whatever_its_lifts_do() -> None:
    lost_at = set()
    for seed in range(12):
        lift = a_lift(seed=seed)
        cut_at = lift.now + 1500
        emergencies.building_goes_dark(lift, Random(seed), cut_at=cut_at, back_at=cut_at + 600)
        lost = next(message for message in said(lift) if message.report.body["power_status"] == "lost")
        lost_at.add(round(lost.at - cut_at))
    assert min(lost_at) == 0
    assert max(lost_at) < 60
