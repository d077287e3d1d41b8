from __future__ import annotations

from importlib.resources import files

import pytest

from devices.bacnet import VOCABULARIES, export_lift, load_lift, read_lift
from devices.errors import BadProfile
from devices.faults import Fault
from devices.profiles import load_profiles

GB, BACNET = "gb24476-2017", "bacnet-135-2020"
TEXT = files("devices").joinpath("bacnet.toml").read_text("utf-8")


def test_the_standards_codes_are_the_bacnet_numbers_that_their_meaning_has() -> None:
    words = load_profiles()[GB].codes
    numbers = export_lift()["tables"]["Fault_Signals"]
    assert {code: numbers[words[code]] for code in ("01", "02", "03", "04", "06", "07")} == {
        "01": 5,
        "02": 6,
        "03": 7,
        "04": 8,
        "06": 13,
        "07": 14,
    }


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_a_bacnet_number_or_the_reason_why_not(fault: Fault) -> None:
    number = export_lift()["tables"]["Fault_Signals"].get(fault)
    reason = export_lift()["without_number"]["Fault_Signals"].get(fault)
    assert (number in range(17), bool(reason)) in [(True, False), (False, True)]


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_word_of_a_property_is_accounted_for_once(name: str) -> None:
    shown = load_lift().properties[name]
    assert sorted([*shown.words, *shown.without]) == sorted(VOCABULARIES[name])


@pytest.mark.parametrize(
    ("name", "highest"),
    [
        ("Fault_Signals", 16),
        ("Car_Mode", 13),
        ("Car_Assigned_Direction", 5),
        ("Car_Drive_Status", 9),
        ("Car_Door_Status", 9),
    ],
)
def test_bacnets_own_numbers_are_all_there(name: str, highest: int) -> None:
    assert sorted(export_lift()["bacnet_names"][name].values()) == list(range(highest + 1))


def test_the_numbers_of_the_modes_directions_and_doors() -> None:
    tables = export_lift()["tables"]
    assert tables["Car_Mode"]["inspection"] == 8
    assert tables["Car_Mode"]["stopped"] == 12
    assert tables["Car_Assigned_Direction"] == {"none": 1, "up": 3, "down": 4}
    assert tables["Car_Drive_Status"] == {"stopped": 1, "running": 0}
    assert tables["Car_Door_Status"] == {"closed": 0, "open": 1, "opening": 7, "closing": 6, "unknown": 2}


def test_what_we_say_in_bacnet_a_gateway_can_say_back_to_us() -> None:
    profile, tables = load_profiles()[BACNET], export_lift()["tables"]
    assert profile.codes == {str(number): Fault(word) for word, number in tables["Fault_Signals"].items()}
    for field, name in (
        ("service_mode", "Car_Mode"),
        ("car_direction", "Car_Assigned_Direction"),
        ("door_status", "Car_Door_Status"),
    ):
        values = getattr(profile, field)
        assert {values[str(number)]: word for word, number in tables[name].items()} == {
            word: word for word in tables[name]
        }


@pytest.mark.parametrize("field", ["service_mode", "car_direction", "door_status"])
def test_the_profile_knows_every_number_that_bacnet_has(field: str) -> None:
    names = {"service_mode": "Car_Mode", "car_direction": "Car_Assigned_Direction", "door_status": "Car_Door_Status"}
    numbers = export_lift()["bacnet_names"][names[field]].values()
    assert {int(raw) for raw in getattr(load_profiles()[BACNET], field)} == set(numbers)


def test_the_export_says_where_it_comes_from() -> None:
    assert "ASHRAE 135-2020" in export_lift()["source"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("source", "bacnet.toml is not TOML"),
        ("source = 'x'", "bacnet.toml: properties: Field required"),
        ("source = 'x'\nproperties = {}", "bacnet.toml: properties: expected Fault_Signals, Car_Mode"),
        (TEXT.replace("controller_fault = 0", "controller_fault = 'x'"), "bacnet.toml: properties.Fault_Signals"),
        (
            TEXT.replace('position_lost = "position_lost"', ""),
            "bacnet.toml: Fault_Signals: position_lost has neither a number nor a reason why not",
        ),
        (
            TEXT.replace("overrun = ", "overran = "),
            "bacnet.toml: Fault_Signals: overran is no word of ours",
        ),
        (
            TEXT.replace('mains_lost = "power', 'overrun = "power_supply_fault"\nmains_lost = "power'),
            "bacnet.toml: Fault_Signals: overrun has both a number and a reason why not",
        ),
        (
            TEXT.replace('up = "up"', 'up = "upwards"'),
            "bacnet.toml: Car_Assigned_Direction: BACnet has no name upwards",
        ),
    ],
)
def test_a_mapping_that_is_wrong_says_where_and_why(text: str, reason: str) -> None:
    with pytest.raises(BadProfile) as caught:
        read_lift(text)
    assert caught.value.reason.startswith(reason)
