from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devices.errors import BadProfile
from devices.faults import Fault
from devices.messages import DoorStatus, ServiceMode, Status
from devices.payloads import parse
from devices.profiles import Profile, load_profiles, read_folder, read_profiles
from tests.unit.devices.lifts import BETWEEN

GB = "gb24476-2017"
PAGE = Path(__file__).parents[3] / "docs" / "profiles.md"
BETWEEN_LANDINGS = replace(BETWEEN, reported_at=1_777_622_400.0, seq=5)
TABLES = """
[service_mode]
1 = "normal"
[car_status]
0 = "stopped"
1 = "running"
[car_direction]
0 = "none"
[door_zone]
1 = true
2 = false
[door_status]
1 = "closed"
0 = "open"
[passenger_status]
1 = true
[power_status]
1 = "mains"
"""
GOOD = f'name = "a"\nsource = "a test"\ncode_width = 2\n[codes]\n01 = "overspeed"\n{TABLES}'
HEIR = 'name = "b"\nsource = "another test"\nextends = "a"\n'


def read(*texts: str) -> Profile:
    """The last of some profiles, each in the file of its name."""
    names = [re.findall('name = "(.+)"', text)[0] for text in texts]
    return read_profiles({f"{name}.toml": text for name, text in zip(names, texts, strict=True)})[names[-1]]


def refusal(files: dict[str, str]) -> str:
    with pytest.raises(BadProfile) as caught:
        read_profiles(files)
    return caught.value.reason


# The profiles of this release


def test_the_profiles_of_this_release() -> None:
    assert list(load_profiles()) == [
        "bacnet-135-2020",
        "canonical",
        "chongqing",
        "city-centre",
        "gb24476-2017",
        "shanghai-vendor",
        "special-equipment-platform",
        "vendor-reused-codes",
    ]


@pytest.mark.parametrize("name", ["canonical", GB])
@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("01", Fault.SAFETY_CIRCUIT_OPEN),
        ("02", Fault.DOOR_CLOSING),
        ("03", Fault.DOOR_OPENING),
        ("04", Fault.STOPPED_OUTSIDE_ZONE),
        ("05", Fault.UNINTENDED_MOVEMENT),
        ("06", Fault.RUN_TIME_LIMITER),
        ("07", Fault.POSITION_LOST),
        ("08", Fault.RESTART_PREVENTION),
        ("41", Fault.MAINS_LOST),
        ("90", Fault.ALARM_BUTTON),
        ("11", None),
    ],
)
def test_the_base_set_of_the_standard(name: str, code: str, fault: Fault | None) -> None:
    assert load_profiles()[name].find_fault(code) is fault


@pytest.mark.parametrize("fault", Fault)
def test_the_canonical_profile_takes_our_own_words_and_the_standard_does_not(fault: Fault) -> None:
    assert load_profiles()["canonical"].find_fault(fault.value) is fault
    assert load_profiles()[GB].find_fault(fault.value) is None


def test_the_service_modes_and_doors_of_the_standard() -> None:
    profile = load_profiles()[GB]
    assert list(profile.service_mode.values()) == list(ServiceMode)
    assert [profile.door_status[key] for key in ("true", "false", "1", "0")] == [
        DoorStatus.CLOSED,
        DoorStatus.OPEN,
        DoorStatus.CLOSED,
        DoorStatus.OPEN,
    ]


@pytest.mark.parametrize(("raw", "code"), [(4, "04"), ("4", "04"), ("04", "04"), (104, "104"), ("x4", "x4")])
def test_a_number_is_a_code_of_two_digits(raw: int | str, code: str) -> None:
    assert load_profiles()[GB].write_code(raw) == code


@pytest.mark.parametrize(
    ("code", "meanings"),
    [
        (
            8,
            {
                GB: Fault.RESTART_PREVENTION,
                "vendor-reused-codes": Fault.DOOR_OPEN_WHILE_RUNNING,
                "shanghai-vendor": Fault.TRAPPED,
                "bacnet-135-2020": Fault.STOPPED_OUTSIDE_ZONE,
                "city-centre": None,
            },
        ),
        (
            9,
            {
                GB: None,
                "special-equipment-platform": Fault.OVERRUN,
                "vendor-reused-codes": Fault.OVERRUN,
                "shanghai-vendor": Fault.MAINS_LOST,
                "chongqing": None,
            },
        ),
        (
            11,
            {
                GB: None,
                "special-equipment-platform": Fault.TRAPPED,
                "vendor-reused-codes": Fault.OVERSPEED,
                "shanghai-vendor": Fault.DOOR_OPENING,
            },
        ),
        (
            "93",
            {"chongqing": Fault.TRAPPED_AT_LANDING, GB: None, "special-equipment-platform": None},
        ),
        (101, {"city-centre": Fault.TRAPPED, GB: None, "shanghai-vendor": None}),
    ],
)
def test_one_number_means_in_each_dialect_what_that_dialect_says(
    code: int | str, meanings: dict[str, Fault | None]
) -> None:
    profiles = load_profiles()
    assert {name: profiles[name].find_fault(profiles[name].write_code(code)) for name in meanings} == meanings


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("special-equipment-platform", {"09": Fault.OVERRUN, "10": Fault.PIT, "11": Fault.TRAPPED}),
        ("chongqing", {"91": Fault.PIT, "92": Fault.OVERRUN, "93": Fault.TRAPPED_AT_LANDING}),
        (
            "vendor-reused-codes",
            {
                "07": Fault.POSITION_LOST,
                "08": Fault.DOOR_OPEN_WHILE_RUNNING,
                "09": Fault.OVERRUN,
                "10": Fault.PIT,
                "11": Fault.OVERSPEED,
                "12": Fault.DOOR_OPEN_WHILE_RUNNING,
                "13": Fault.RUN_TIME_LIMITER,
                "14": Fault.DOOR_CYCLING,
                "15": Fault.ALARM_BUTTON,
                "43": None,
                "99": None,
            },
        ),
        (
            "shanghai-vendor",
            {
                "1": Fault.OVERRUN,
                "2": Fault.PIT,
                "3": Fault.OVERSPEED,
                "4": Fault.DOOR_OPEN_WHILE_RUNNING,
                "5": Fault.UNINTENDED_MOVEMENT,
                "6": Fault.STOPPED_OUTSIDE_ZONE,
                "7": Fault.TRAPPED_AT_LANDING,
                "8": Fault.TRAPPED,
                "9": Fault.MAINS_LOST,
                "10": Fault.SAFETY_CIRCUIT_OPEN,
                "11": Fault.DOOR_OPENING,
                "12": Fault.DOOR_CLOSING,
                "21": Fault.ALARM_BUTTON,
                "37": None,
                "43": None,
            },
        ),
        (
            "city-centre",
            {
                "0101": Fault.TRAPPED,
                "0202": Fault.SAFETY_CIRCUIT_OPEN,
                "0203": Fault.STOPPED_OUTSIDE_ZONE,
                "0204": Fault.PIT,
                "0205": Fault.OVERRUN,
                "0207": Fault.UNINTENDED_MOVEMENT,
                "0314": Fault.LONG_STAY,
                "0317": None,
            },
        ),
    ],
)
def test_what_a_dialect_has_of_its_own(name: str, faults: dict[str, Fault | None]) -> None:
    profile = load_profiles()[name]
    assert {code: profile.find_fault(code) for code in faults} == faults
    assert all(profile.is_fault_code(code) for code in faults)


@pytest.mark.parametrize(
    ("name", "codes"),
    [(GB, {"00", "40", "42", "43", "47"}), ("shanghai-vendor", {"0"}), ("city-centre", {"0401", "0402"})],
)
def test_what_a_dialect_numbers_besides_faults(name: str, codes: set[str]) -> None:
    assert not any(load_profiles()[name].is_fault_code(code) for code in codes)


@pytest.mark.parametrize("name", ["special-equipment-platform", "chongqing", "vendor-reused-codes", "shanghai-vendor"])
def test_a_dialect_of_lifts_has_a_code_for_the_alarm_button(name: str) -> None:
    assert Fault.ALARM_BUTTON in load_profiles()[name].codes.values()


@pytest.mark.parametrize(
    ("profile", "levelled"), [(GB, "1"), ("special-equipment-platform", "1"), ("shanghai-vendor", "0")]
)
def test_a_levelled_car_is_a_one_for_some_and_a_nought_for_others(profile: str, levelled: str) -> None:
    door_zone = load_profiles()[profile].door_zone
    assert [raw for raw, is_levelled in door_zone.items() if is_levelled and raw.isdigit()] == [levelled]


@pytest.mark.parametrize("profile", load_profiles().values(), ids=lambda profile: profile.name)
def test_every_profile_says_where_its_numbers_come_from(profile: Profile) -> None:
    others = [other.source for other in load_profiles().values() if other.name != profile.name]
    assert profile.source
    assert profile.source not in others


# Files


def test_a_profile_is_read_from_its_file() -> None:
    assert read(GOOD).find_fault("01") is Fault.OVERSPEED


def test_what_a_profile_does_not_write_is_that_of_the_one_it_extends() -> None:
    heir = read(GOOD, HEIR)
    inherited: dict[str, Any] = read(GOOD).model_dump(exclude={"name", "source", "extends"})
    assert heir.model_dump(exclude={"name", "source", "extends"}) == inherited
    assert (heir.name, heir.source) == ("b", "another test")


def test_a_table_that_a_profile_writes_is_its_own_in_whole() -> None:
    heir = read(GOOD, HEIR + '[codes]\n02 = "pit"\n[door_zone]\n3 = true\n4 = false\n')
    assert heir.codes == {"02": Fault.PIT}
    assert heir.door_zone == {"3": True, "4": False}
    assert heir.door_status == read(GOOD).door_status


def test_a_profile_extends_one_that_extends_another() -> None:
    grandchild = read(GOOD, HEIR + '[event_codes]\n40 = "automatic"\n', 'name = "c"\nsource = "x"\nextends = "b"\n')
    assert grandchild.event_codes == {"40": "automatic"}
    assert grandchild.codes == {"01": Fault.OVERSPEED}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a": "name = "}, "profile a.toml is not TOML"),
        ({"a": GOOD.replace("overspeed", "too_fast")}, "profile a.toml: codes.01: Input should be"),
        ({"a": GOOD + "[doors]\n"}, "profile a.toml: doors: Extra inputs are not permitted"),
        ({"A": GOOD.replace('"a"', '"A"')}, "profile A.toml: name: String should match pattern"),
        ({"b": GOOD}, "profile b.toml calls itself a: the file and the name must agree"),
        ({"a": GOOD, "b": HEIR.replace('name = "b"\n', "")}, "profile b.toml: name: Field required"),
        ({"a": GOOD, "b": HEIR.replace('source = "another test"\n', "")}, "profile b.toml: source: Field required"),
        ({"b": HEIR}, "profile b.toml: extends: there is no profile a"),
        ({"b": HEIR.replace('"a"', '["a"]')}, "profile b.toml: extends: Input should be a valid string"),
        ({"b": HEIR.replace('"a"', '"b"')}, "profile b.toml: extends: goes round in a circle: b -> b"),
        (
            {"a": 'extends = "b"\n' + GOOD, "b": HEIR},
            "profile a.toml: extends: goes round in a circle: a -> b -> a",
        ),
        (
            {"a": GOOD.replace("01 =", "1 =")},
            "profile a.toml: code 1 is never met: with code_width 2 it is 01",
        ),
        (
            {"a": "no_fault_codes = ['0']\n" + GOOD},
            "profile a.toml: code 0 is never met: with code_width 2 it is 00",
        ),
        (
            {"a": "no_fault_codes = ['01']\n" + GOOD},
            "profile a.toml: code 01 is a fault in codes, and none in no_fault_codes or event_codes",
        ),
        (
            {"a": GOOD, "b": HEIR + '[event_codes]\n01 = "inspection"\n'},
            "profile b.toml: code 01 is a fault in codes, and none in no_fault_codes or event_codes",
        ),
        (
            {"a": "no_fault_codes = ['40']\nevent_codes = { 40 = 'automatic' }\n" + GOOD},
            "profile a.toml: code 40 is no fault in no_fault_codes, and an event in event_codes",
        ),
        (
            {"a": GOOD.replace('0 = "stopped"\n', "")},
            "profile a.toml: car_status has no value for stopped: write the table, or extend a profile that has it",
        ),
        (
            {"a": GOOD.replace(TABLES, "")},
            "profile a.toml: service_mode has no value for normal: write the table, or extend a profile that has it",
        ),
        (
            {"a": GOOD.replace("1 = true\n2 = false", "")},
            "profile a.toml: door_zone has no value for false, true",
        ),
    ],
)
def test_a_profile_file_that_is_wrong_says_where_and_why(files: dict[str, str], reason: str) -> None:
    assert refusal({f"{name}.toml": text for name, text in files.items()}).startswith(reason)


def test_a_folder_may_hold_other_files_too(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD, "utf-8")
    (tmp_path / "notes.txt").write_bytes(b"\xff")
    assert list(read_folder(tmp_path)) == ["a"]


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(f"# 重庆\n{GOOD}".encode("gbk"))
    with pytest.raises(BadProfile, match=r"profile a\.toml is not text in UTF-8"):
        read_folder(tmp_path)


# What docs/profiles.md shows


def test_the_three_dialects_of_the_documentation_say_one_and_the_same() -> None:
    examples = re.findall("```json\n(.+?)```", PAGE.read_text("utf-8"), re.DOTALL)
    statuses = [parse("status", example.encode(), None) for example in examples]
    assert [status.faults[0].profile for status in statuses if isinstance(status, Status)] == [
        "canonical",
        "special-equipment-platform",
        "shanghai-vendor",
    ]
    assert all(replace(status, faults=()) == BETWEEN_LANDINGS for status in statuses if isinstance(status, Status))
    assert {raw.fault for status in statuses if isinstance(status, Status) for raw in status.faults} == {
        Fault.STOPPED_OUTSIDE_ZONE
    }


@pytest.mark.parametrize("key", Profile.model_fields)
def test_every_key_of_a_profile_is_documented(key: str) -> None:
    assert f"`{key}`" in PAGE.read_text("utf-8")
