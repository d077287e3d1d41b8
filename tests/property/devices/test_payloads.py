from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from devices.datum import convert_gcj02_to_wgs84, convert_wgs84_to_gcj02
from devices.errors import Refused
from devices.payloads import CHANNELS, parse, parse_crew_topic, parse_position, parse_topic, schema
from devices.profiles import load_profiles
from tests.unit.devices.test_payloads import GB_STATUS, GOOD, POSITION

channels = st.sampled_from(CHANNELS)
profiles = st.sampled_from([None, *load_profiles(), "of-its-own"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
VALUES = [value for fields in (*GOOD.values(), GB_STATUS) for value in fields.values()]
KEYS = sorted({name for fields in (*GOOD.values(), GB_STATUS) for name in fields} | {"load_percent", "car_speed_mps"})


@st.composite
def nearly_good(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A payload of the contract with some fields gone and some with another's value, or any value at all."""
    channel = draw(channels)
    fields = dict(draw(st.sampled_from([GOOD[channel], GB_STATUS if channel == "status" else GOOD[channel]])))
    for key in draw(st.lists(st.sampled_from(KEYS), max_size=2)):
        fields.pop(key, None)
    fields |= draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES) | anything, max_size=3))
    return channel, fields


def refusal_of(read: Callable[[], object]) -> str | None:
    """The reason why it is not taken, None if it is. Whatever else is raised fails the test."""
    try:
        read()
    except Refused as refused:
        return refused.reason
    return None


def is_read(channel: str, payload: bytes, profile: str | None) -> bool:
    """Whether it is a message. If not, the reason is a line that a person can read."""
    reason = refusal_of(lambda: parse(channel, payload, profile))
    assert reason is None or (reason.isprintable() and 0 < len(reason) < 1000)
    return reason is None


@given(channels | st.text(), st.binary(max_size=200), profiles | st.text())
def test_any_bytes_are_a_message_or_a_bad_payload(channel: str, payload: bytes, profile: str | None) -> None:
    is_read(channel, payload, profile)


@given(channels, anything, profiles)
def test_any_json_is_a_message_or_a_bad_payload(channel: str, value: object, profile: str | None) -> None:
    is_read(channel, json.dumps(value).encode(), profile)


@given(nearly_good(), profiles)
def test_nearly_good_json_is_a_message_or_a_bad_payload(said: tuple[str, dict[str, Any]], profile: str | None) -> None:
    channel, fields = said
    is_read(channel, json.dumps(fields).encode(), profile)


@given(nearly_good())
def test_what_is_read_is_what_the_published_schema_allows(said: tuple[str, dict[str, Any]]) -> None:
    channel, fields = said
    fields.pop("profile", None)
    if is_read(channel, json.dumps(fields).encode(), None):
        Draft202012Validator(schema(channel)).validate(fields)


@given(st.binary(max_size=100) | st.dictionaries(st.sampled_from(sorted(POSITION)), anything).map(json.dumps))
def test_any_bytes_are_a_position_or_a_bad_payload(payload: bytes | str) -> None:
    data = payload if isinstance(payload, bytes) else payload.encode()
    assert refusal_of(lambda: parse_position(data)) != ""


@given(st.text() | st.lists(st.text(max_size=8)).map("/".join) | st.text().map("lifts/v1/410105/".__add__))
def test_any_topic_is_a_lifts_or_a_bad_one(topic: str) -> None:
    assert refusal_of(lambda: parse_topic(topic)) != ""
    assert refusal_of(lambda: parse_crew_topic(topic)) != ""


@given(st.floats(73.5, 135.0), st.floats(18.2, 53.5))
def test_there_and_back_is_the_same_place_all_over_china(lon: float, lat: float) -> None:
    back_lon, back_lat = convert_gcj02_to_wgs84(*convert_wgs84_to_gcj02(lon, lat))
    assert abs(back_lon - lon) < 1e-8
    assert abs(back_lat - lat) < 1e-8
