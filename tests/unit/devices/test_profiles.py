from __future__ import annotations

import pytest

from devices.errors import BadProfile
from devices.faults import Fault
from devices.messages import DoorStatus, ServiceMode
from devices.profiles import load_profiles, read_profile

GOOD = 'name = "a"\nsource = "a test"\n[codes]\n01 = "overspeed"\n'


def test_the_two_profiles_of_this_release_are_there() -> None:
    assert set(load_profiles()) == {"canonical", "gb24476-2017"}


@pytest.mark.parametrize("name", ["canonical", "gb24476-2017"])
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
    assert load_profiles()["gb24476-2017"].find_fault(fault.value) is None


def test_the_service_modes_and_doors_of_the_standard() -> None:
    profile = load_profiles()["gb24476-2017"]
    assert list(profile.service_mode.values()) == list(ServiceMode)
    assert [profile.door_status[key] for key in ("true", "false", "1", "0")] == [
        DoorStatus.CLOSED,
        DoorStatus.OPEN,
        DoorStatus.CLOSED,
        DoorStatus.OPEN,
    ]


@pytest.mark.parametrize(("raw", "code"), [(4, "04"), ("4", "04"), ("04", "04"), (104, "104"), ("x4", "x4")])
def test_a_number_is_a_code_of_two_digits(raw: int | str, code: str) -> None:
    assert load_profiles()["gb24476-2017"].write_code(raw) == code


def test_a_profile_is_read_from_its_file() -> None:
    assert read_profile("a.toml", GOOD).find_fault("01") is Fault.OVERSPEED


@pytest.mark.parametrize(
    ("file_name", "text", "reason"),
    [
        ("a.toml", "name = ", "profile a.toml is not TOML"),
        ("a.toml", GOOD.replace("overspeed", "too_fast"), "profile a.toml: codes.01: Input should be"),
        ("a.toml", GOOD + "[doors]\n", "profile a.toml: doors: Extra inputs are not permitted"),
        ("b.toml", GOOD, "profile b.toml calls itself a"),
    ],
)
def test_a_profile_file_that_is_wrong_says_where(file_name: str, text: str, reason: str) -> None:
    with pytest.raises(BadProfile) as caught:
        read_profile(file_name, text)
    assert caught.value.reason.startswith(reason)
