"""Hundreds of seeded cities: nothing is lost under faults, and without them every case reaches its end."""

from __future__ import annotations

import os

import pytest

from tests.simulation.world import World

SEEDS = int(os.environ.get("RESCUE_SIMULATION_SEEDS", "120"))


@pytest.mark.parametrize("block", range(10))
def test_no_alarm_is_lost_under_faults_and_every_case_ends_without_them(block: int) -> None:
    entrapments = crashes = 0
    for seed in range(block * SEEDS // 10, (block + 1) * SEEDS // 10):
        try:
            world = World(seed).play()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        entrapments += world.entrapments
        crashes += world.crashes
    assert entrapments > 0
    assert crashes > 0
