"""Each profile by itself, for hypothesis: what its file says, and nothing that another says."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from devices.errors import BadPayload
from devices.faults import Fault
from devices.messages import FaultReport, PowerStatus, Status
from devices.payloads import parse
from devices.profiles import load_profiles

FIELDS = (
    "service_mode",
    "car_status",
    "car_direction",
    "door_zone",
    "door_status",
    "passenger_status",
    "power_status",
)
DIALECTS = sorted(load_profiles().keys() - {"canonical"})

names = st.sampled_from([*DIALECTS, "canonical", "of-its-own"])
codes = (
    st.integers(0, 120)
    | st.integers(0, 120).map(str)
    | st.integers(0, 99).map("{:02}".format)
    | st.text("e0", min_size=1, max_size=6)
)


@cache
def file_of(name: str) -> dict[str, Any]:
    """A profile's file as it lies there, with what it takes over: read here by another hand than the code's."""
    table = tomllib.loads(files("devices.profiles").joinpath(f"{name}.toml").read_text("utf-8"))
    base = file_of(table["extends"]) if "extends" in table else {}
    return {**base, **table}


def meaning(name: str, code: int | str) -> str | None:
    """What the file of the profile says of a code: a fault, None for a code it has not, or that it is no fault."""
    if name == "of-its-own":
        return None
    said = file_of(name)
    text = str(code).rjust(said.get("code_width", 1), "0") if str(code).isdigit() else str(code)
    if text in said.get("no_fault_codes", []) or text in said.get("event_codes", {}):
        return "no fault"
    found: str | None = said["codes"].get(text)
    return found


def read_meaning(name: str, code: int | str) -> str | None:
    payload = {"boot": 1, "seq": 1, "code": code, "state": "raised", "profile": name}
    try:
        report = parse("fault", json.dumps(payload).encode(), None)
    except BadPayload as refused:
        if "is no fault in" not in refused.reason:
            raise
        return "no fault"
    assert isinstance(report, FaultReport)
    assert report.fault.profile == name
    return report.fault.fault


@given(st.lists(st.tuples(names, codes), min_size=1, max_size=8))
def test_a_code_means_what_its_own_profile_says_whatever_others_said_before(said: list[tuple[str, int | str]]) -> None:
    assert [read_meaning(name, code) for name, code in said] == [meaning(name, code) for name, code in said]


@st.composite
def sent_statuses(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A profile, a status in its values, and the same values in our words."""
    name = draw(st.sampled_from(DIALECTS))
    table = file_of(name)
    raws = {field: draw(st.sampled_from(sorted(table[field]))) for field in FIELDS}
    wire = {field: draw(st.sampled_from(spellings(raw))) for field, raw in raws.items()}
    words = {field: table[field][raw] for field, raw in raws.items()}
    return name, wire, words


def spellings(raw: str) -> list[object]:
    """How a lift may write a value: as text, and a number or a truth also as what it is."""
    if raw in ("true", "false"):
        return [raw, raw == "true"]
    return [raw, int(raw)] if raw.isdigit() else [raw]


def write(fields: dict[str, Any]) -> bytes:
    return json.dumps({"boot": 1, "seq": 2, "car_position": "7", **fields}).encode()


def read_status(fields: dict[str, Any], profile: str | None) -> Status:
    status = parse("status", write(fields), profile)
    assert isinstance(status, Status)
    return status


@given(sent_statuses(), st.lists(codes, max_size=4))
def test_a_status_of_any_profile_is_the_same_in_our_words(
    sent: tuple[str, dict[str, Any], dict[str, Any]], raw_codes: list[int | str]
) -> None:
    name, wire, words = sent
    status = read_status({**wire, "message_codes": raw_codes}, name)
    faults = [meaning(name, code) for code in raw_codes if meaning(name, code) != "no fault"]
    assert status.alarm_button is (Fault.ALARM_BUTTON in faults)
    assert [raw.fault for raw in status.faults] == [fault for fault in faults if fault != Fault.ALARM_BUTTON]
    assert replace(status, faults=(), alarm_button=False) == read_status(words, None)


@given(sent_statuses(), st.sampled_from(["passenger_status", "power_status"]))
def test_presence_and_power_may_be_unknown_in_any_profile(
    sent: tuple[str, dict[str, Any], dict[str, Any]], field: str
) -> None:
    name, wire, _ = sent
    status = read_status({**wire, field: None}, name)
    assert (status.passenger_present is None) or (status.power_status is PowerStatus.UNKNOWN)


@given(
    sent_statuses(),
    st.sampled_from(FIELDS),
    st.booleans() | st.integers(-3, 200) | st.text(max_size=8) | st.floats() | st.just([]) | st.just({"1": 1}),
)
def test_a_value_that_a_profile_has_not_is_refused_by_its_field(
    sent: tuple[str, dict[str, Any], dict[str, Any]], field: str, value: object
) -> None:
    name, wire, _ = sent
    table = file_of(name)[field]
    assume(all(type(value) is not type(known) or value != known for raw in table for known in spellings(raw)))
    with pytest.raises(BadPayload) as caught:
        read_status({**wire, field: value}, name)
    assert caught.value.reason.startswith(f"{field}: expected ")
    assert caught.value.reason.isprintable()
