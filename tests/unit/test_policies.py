"""Which limits and levels hold for a case: the centre's own, changed by every rule that fits."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from devices.messages import Area
from rescue.escalation import Policy
from rescue.incident import Incident, Kind
from rescue.policies import Policies, Rule
from rescue.settings import Settings
from tests.unit.a_case import INCIDENT, LIFT, UNREGISTERED

OUTSIDE = Rule(areas=("410122", "41018"), limits={"arrive_within_s": 3600})
HOSPITALS = Rule(place_types=("hospital",), limits={"accept_within_s": 60})
CUTS = Rule(kinds=(Kind.POWER_OUTAGE,), limits={"outage_within_s": 600})
CENTRE = Policy(accept_within_s=120)
IN_A_HOSPITAL = replace(INCIDENT, lift=replace(LIFT, place_type="hospital"))


def held(case: Incident, *rules: Rule) -> Policy:
    return Policies(centre=CENTRE, rules=rules).of(case)


@pytest.mark.parametrize(
    ("area", "limit_s"), [("410105", 1800), ("410122", 3600), ("410181", 3600), ("410189", 3600), ("410190", 1800)]
)
def test_the_limit_of_arrival_is_that_of_the_area(area: str, limit_s: float) -> None:
    assert held(replace(INCIDENT, area=Area(area)), OUTSIDE).arrive_within_s == limit_s


def test_a_rule_changes_what_it_names_and_leaves_the_rest_to_the_centre() -> None:
    assert held(IN_A_HOSPITAL, HOSPITALS) == replace(CENTRE, accept_within_s=60)
    assert held(INCIDENT, HOSPITALS) == CENTRE


def test_a_rule_may_be_about_one_kind_of_case() -> None:
    assert held(replace(INCIDENT, kind=Kind.POWER_OUTAGE), CUTS).outage_within_s == 600
    assert held(INCIDENT, CUTS) == CENTRE


def test_every_condition_of_a_rule_must_fit() -> None:
    both = Rule(areas=("410122",), place_types=("hospital",), limits={"accept_within_s": 30})
    assert held(IN_A_HOSPITAL, both) == CENTRE
    assert held(replace(IN_A_HOSPITAL, area=Area("410122")), both).accept_within_s == 30


def test_of_two_rules_that_fit_the_later_goes_before() -> None:
    everywhere = Rule(limits={"accept_within_s": 90, "verify_within_s": 30})
    policy = held(IN_A_HOSPITAL, everywhere, HOSPITALS)
    assert (policy.accept_within_s, policy.verify_within_s) == (60, 30)


def test_a_lift_that_nobody_registered_is_in_its_area_and_of_no_place() -> None:
    assert held(UNREGISTERED, HOSPITALS) == CENTRE
    assert held(replace(UNREGISTERED, area=Area("410122")), OUTSIDE).arrive_within_s == 3600


def test_a_rule_may_name_another_number_for_the_last_level() -> None:
    policy = held(INCIDENT, Rule(levels={3: {"call": "0371-119"}}))
    assert (policy.level(3).call, policy.level(3).name) == ("0371-119", "fire brigade")
    assert policy.level(1) == CENTRE.level(1)


def test_every_limit_is_a_setting_with_the_same_default() -> None:
    limits = {one.name: one.default for one in fields(Policy) if one.name != "levels"}
    assert {name: Settings.model_fields[name].default for name in limits} == limits
