"""Hundreds of seeded cities: nothing is lost under faults, and without them every case reaches its end."""

from __future__ import annotations

import os

import pytest

from tests.simulation.world import World

SEEDS = int(os.environ.get("RESCUE_SIMULATION_SEEDS", "120"))


@pytest.mark.parametrize("block", range(10))
def test_no_alarm_is_lost_under_faults_and_every_case_ends_without_them(block: int) -> None:
    entrapments = crashes = mergers = reopened = redirected = replanned = changed = held = 0
    told: set[str] = set()
    for seed in range(block * SEEDS // 10, (block + 1) * SEEDS // 10):
        try:
            world = World(seed).play()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        entrapments += world.entrapments
        crashes += world.crashes
        mergers += world.mergers
        reopened += world.reopened
        redirected += world.redirected
        replanned += world.replanned
        held += world.held
        changed += world.offers_changed
        told |= {entry.what for entry in world.invariants.entries}
    assert entrapments > 0
    assert crashes > 0
    assert mergers > 0
    assert reopened > 0
    assert redirected > 0
    assert replanned > 0
    assert changed > 0
    assert held > 0
    assert told >= {"held", "undone", "not_carried_out", "escalation_held"}
    assert told >= {"hand_over_due", "handed_over", "not_set_out", "relief_offered", "took_over"}
