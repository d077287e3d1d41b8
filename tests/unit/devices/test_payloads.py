from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from devices.faults import Fault
from devices.messages import (
    Alarm,
    EndOfAlarm,
    FaultReport,
    Link,
    Message,
    PowerStatus,
    RawFault,
    Status,
    TestCall,
)
from devices.payloads import (
    CHANNELS,
    MOST_BYTES,
    SCHEMA_NAMES,
    BadPayload,
    BadTopic,
    parse,
    parse_crew_topic,
    parse_position,
    parse_topic,
    schema,
)
from devices.profiles import load_profiles
from tests.unit.devices.lifts import BETWEEN, STOPPED_OUTSIDE

GB = "gb24476-2017"
TS, AT = "2026-05-01T08:00:00Z", 1_777_622_400.0

STATUS: dict[str, Any] = {
    "ts": TS,
    "boot": 17,
    "seq": 1234,
    "service_mode": "normal",
    "car_status": "stopped",
    "car_direction": "none",
    "car_position": 7,
    "door_zone": False,
    "door_status": "closed",
    "passenger_status": True,
    "power_status": "mains",
    "faults": ["04"],
}
GB_STATUS: dict[str, Any] = {
    "ts": TS,
    "boot": 17,
    "seq": 1234,
    "service_mode": 1,
    "car_status": 0,
    "car_direction": 0,
    "car_position": 7,
    "door_zone": False,
    "door_status": True,
    "passenger_status": True,
    "message_codes": ["00"],
}
ALARM: dict[str, Any] = {"ts": TS, "boot": 17, "number": 42, "state": "raised", "button_held_s": 4.5}
FAULT: dict[str, Any] = {"ts": TS, "boot": 17, "seq": 9, "code": "03", "state": "raised"}
TEST: dict[str, Any] = {"ts": TS, "boot": 17, "number": 3, "battery": "ok"}
BIRTH: dict[str, Any] = {"online": True, "boot": 17, "firmware": "f-1", "profile": GB}
POSITION: dict[str, Any] = {"ts": TS, "lon": 113.625, "lat": 34.746, "datum": "wgs84"}
GOOD = {"status": STATUS, "alarm": ALARM, "fault": FAULT, "test": TEST, "link": BIRTH}


def write(fields: Any) -> bytes:
    return json.dumps(fields).encode()


def read(channel: str, fields: Any, profile: str | None = None) -> Message:
    return parse(channel, write(fields), profile)


def read_status(profile: str | None = None, **changes: Any) -> Status:
    status = read("status", {**(STATUS if profile is None else GB_STATUS), **changes}, profile)
    assert isinstance(status, Status)
    return status


def refusal(channel: str, payload: bytes, profile: str | None = None) -> str:
    with pytest.raises(BadPayload) as caught:
        parse(channel, payload, profile)
    return caught.value.reason


# The canonical profile


def test_a_status_as_the_contract_writes_it() -> None:
    assert read("status", STATUS) == replace(BETWEEN, reported_at=AT, seq=1234, faults=(STOPPED_OUTSIDE,))


def test_the_optional_fields_of_a_status() -> None:
    status = read_status(load_percent=40, car_speed_mps=1.5, passenger_status=None, newcomer=[1, {"x": None}])
    assert (status.load_percent, status.car_speed_mps, status.passenger_present) == (40.0, 1.5, None)


@pytest.mark.parametrize(("position", "label"), [(7, "7"), (-2, "-2"), (3.5, "3.5"), ("B1", "B1"), ("大堂", "大堂")])
def test_a_floor_is_a_number_or_a_label(position: float | str, label: str) -> None:
    assert read_status(car_position=position).car_position == label


@pytest.mark.parametrize(
    ("ts", "at"),
    [
        ("2026-05-01T16:00:00+08:00", AT),
        ("2026-05-01T08:00:00.250Z", AT + 0.25),
        ("1970-01-01T00:00:00Z", 0.0),
        ("2999-12-31T23:59:59Z", 32_503_679_999.0),
        (None, None),
    ],
)
def test_a_clock_years_off_is_data(ts: str | None, at: float | None) -> None:
    assert read_status(ts=ts).reported_at == at


def test_a_lift_without_a_clock_may_leave_its_time_out() -> None:
    assert read("alarm", {"boot": 17, "number": 42, "state": "raised"}) == Alarm(
        reported_at=None, boot=17, number=42, button_held_s=None
    )


def test_codes_are_kept_as_sent_and_unknown_ones_are_named_as_unknown() -> None:
    faults = read_status(faults=["03", 4, "door_opening", "e-bike", "00"]).faults
    assert [(raw.code, raw.fault) for raw in faults] == [
        ("03", Fault.DOOR_OPENING),
        ("04", Fault.STOPPED_OUTSIDE_ZONE),
        ("door_opening", Fault.DOOR_OPENING),
        ("e-bike", None),
    ]


def test_an_alarm_and_its_end() -> None:
    assert read("alarm", ALARM) == Alarm(reported_at=AT, boot=17, number=42, button_held_s=4.5)
    assert read("alarm", {**ALARM, "state": "ended"}) == EndOfAlarm(reported_at=AT, boot=17, number=42)


def test_a_fault_raised_and_cleared() -> None:
    fault = RawFault(profile="canonical", code="03", fault=Fault.DOOR_OPENING)
    assert read("fault", FAULT) == FaultReport(reported_at=AT, boot=17, seq=9, fault=fault, raised=True)
    assert read("fault", {**FAULT, "state": "cleared"}) == FaultReport(
        reported_at=AT, boot=17, seq=9, fault=fault, raised=False
    )


@pytest.mark.parametrize(
    ("born_with", "in_message", "speaks"),
    [
        (None, None, "canonical"),
        (GB, None, GB),
        (None, GB, GB),
        ("canonical", GB, GB),
        (None, "of-its-own", "of-its-own"),
    ],
)
def test_a_fault_belongs_to_the_profile_of_the_message_then_of_the_birth(
    born_with: str | None, in_message: str | None, speaks: str
) -> None:
    report = read("fault", {**FAULT, "profile": in_message}, born_with)
    assert isinstance(report, FaultReport)
    assert report.fault.profile == speaks
    assert report.fault.fault is (None if speaks == "of-its-own" else Fault.DOOR_OPENING)


def test_a_test_call() -> None:
    assert read("test", TEST) == TestCall(reported_at=AT, boot=17, number=3, battery_ok=True)
    assert read("test", {**TEST, "battery": "low"}) == TestCall(reported_at=AT, boot=17, number=3, battery_ok=False)


def test_a_birth_and_a_will() -> None:
    assert read("link", BIRTH) == Link(boot=17, online=True, profile=GB, firmware="f-1")
    assert read("link", {"online": False, "boot": 17}) == Link(boot=17, online=False)


# The standard's numbers


def test_a_status_in_the_standards_numbers() -> None:
    assert read_status(GB) == replace(BETWEEN, reported_at=AT, seq=1234, power_status=PowerStatus.UNKNOWN)


def test_the_message_may_name_its_profile_itself() -> None:
    assert read("status", {**GB_STATUS, "profile": GB}) == read_status(GB)
    assert read("status", {**STATUS, "profile": "canonical"}, GB) == read_status()


def test_message_codes_of_the_standard() -> None:
    status = read_status(GB, message_codes=["01", 3, 43, 99])
    assert [(raw.profile, raw.code, raw.fault) for raw in status.faults] == [
        (GB, "01", Fault.SAFETY_CIRCUIT_OPEN),
        (GB, "03", Fault.DOOR_OPENING),
        (GB, "99", None),
    ]


@pytest.mark.parametrize(("codes", "pressed"), [(["90"], True), ([4, 90], True), (["00"], False), ([], False)])
def test_code_90_is_the_alarm_button(codes: list[int | str], pressed: bool) -> None:
    status = read_status(GB, message_codes=codes)
    assert status.alarm_button is pressed
    assert all(raw.code != "90" for raw in status.faults)


def test_code_90_is_the_alarm_button_in_the_canonical_profile_too() -> None:
    assert read_status(faults=["90"]).alarm_button


@pytest.mark.parametrize(
    ("codes", "power_status", "power"),
    [
        ([], None, PowerStatus.UNKNOWN),
        ([41], None, PowerStatus.LOST),
        ([41], "battery", PowerStatus.BATTERY),
    ],
)
def test_mains_off_tells_of_the_power_where_nothing_else_does(
    codes: list[int], power_status: str | None, power: PowerStatus
) -> None:
    assert read_status(GB, message_codes=codes, power_status=power_status).power_status is power


@pytest.mark.parametrize(("value", "present"), [(1, True), (0, False), (True, True), (False, False), (None, None)])
def test_a_truth_of_the_standard_is_a_boolean_or_a_bit(value: object, present: bool | None) -> None:
    assert read_status(GB, passenger_status=value).passenger_present is present


# What is refused, and why


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"door_zone": "true"}, 'door_zone: expected true (the car is in a door zone) or false, got "true"'),
        ({"door_zone": 1}, "door_zone: expected true (the car is in a door zone) or false, got 1"),
        ({"boot": True}, "boot: expected a whole number from 0 that counts the controller's restarts, got true"),
        ({"boot": -1}, "boot: expected a whole number from 0 that counts the controller's restarts, got -1"),
        ({"boot": 2**63}, f"boot: expected a whole number from 0 that counts the controller's restarts, got {2**63}"),
        ({"seq": "5"}, 'seq: expected a whole number from 0 that counts the messages of one boot, got "5"'),
        ({"seq": 5.0}, "seq: expected a whole number from 0 that counts the messages of one boot, got 5.0"),
        ({"car_status": "flying"}, 'car_status: expected one of stopped, running, got "flying"'),
        ({"passenger_status": "yes"}, "passenger_status: expected true (someone is inside), false, or null"),
        ({"car_position": True}, "car_position: expected a floor as a number, or its label of 1 to 16 characters"),
        ({"car_position": "a\x00b"}, "car_position: expected a floor as a number"),
        ({"car_position": ""}, "car_position: expected a floor as a number"),
        ({"ts": "yesterday"}, "ts: expected an instant as RFC 3339 with its zone, as 2026-05-01T08:00:00Z"),
        ({"ts": "2026-05-01T08:00:00"}, "ts: expected an instant as RFC 3339 with its zone"),
        ({"ts": 1_777_622_400}, "ts: expected an instant as RFC 3339 with its zone"),
        ({"faults": "03"}, "faults: expected a list of at most 64 fault codes"),
        ({"faults": [None]}, "faults: expected a list of at most 64 fault codes"),
        ({"faults": ["03"] * 65}, "faults: expected a list of at most 64 fault codes"),
        ({"load_percent": float("nan")}, "load_percent: expected the load in percent of the rated load, a number"),
        ({"service_mode": 1}, "service_mode: expected one of stopped, normal, inspection"),
    ],
)
def test_a_status_with_a_wrong_value_is_refused_by_field_and_expectation(changes: dict[str, Any], reason: str) -> None:
    assert refusal("status", write({**STATUS, **changes})).startswith(reason)


@pytest.mark.parametrize("field", [name for name in STATUS if name not in ("ts", "faults")])
def test_a_status_without_a_field_is_refused_by_name(field: str) -> None:
    fields = {name: value for name, value in STATUS.items() if name != field}
    assert refusal("status", write(fields)).startswith(f"{field} is missing: expected ")


def test_many_faults_of_a_payload_are_told_in_short() -> None:
    assert refusal("status", b"{}").endswith("; and 7 more")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not JSON: "),
        (b"{", "not JSON: "),
        (b"\xff\xfe", "not JSON: "),
        (b"[" * 5000, "not JSON: "),
        (b"[]", "expected a JSON object, got []"),
        (b"null", "expected a JSON object, got null"),
        (b'"' + b"x" * 60 + b'"', 'expected a JSON object, got "xxx'),
        (b"{" + b" " * MOST_BYTES, "8,193 bytes: a payload has at most 8,192"),
    ],
)
@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_no_json_object_is_refused_on_every_channel(channel: str, payload: bytes, reason: str) -> None:
    assert refusal(channel, payload).startswith(reason)


def test_a_payload_of_just_eight_kibibytes_is_read() -> None:
    payload = write(ALARM)
    assert parse("alarm", payload + b" " * (MOST_BYTES - len(payload)), None) == read("alarm", ALARM)


@pytest.mark.parametrize(("born_with", "in_message"), [("of-its-own", None), (None, "of-its-own"), (GB, "of-its-own")])
def test_a_status_in_a_profile_nobody_knows_is_refused_and_the_known_ones_are_named(
    born_with: str | None, in_message: str | None
) -> None:
    reason = refusal("status", write({**STATUS, "profile": in_message}), born_with)
    assert reason == f'profile: expected one of {", ".join(sorted(load_profiles()))}, got "of-its-own"'


def test_a_profile_nobody_knows_keeps_the_lift_on_line_and_its_alarms_coming() -> None:
    assert read("link", {**BIRTH, "profile": "of-its-own"}) == Link(
        boot=17, online=True, profile="of-its-own", firmware="f-1"
    )
    assert isinstance(read("alarm", ALARM, "of-its-own"), Alarm)
    assert isinstance(read("test", TEST, "of-its-own"), TestCall)


@pytest.mark.parametrize(("code", "kept"), [("03", "03"), (3, "3"), ("door_opening", "door_opening"), ("00", "00")])
def test_a_fault_in_a_profile_nobody_knows_is_kept_as_it_was_sent(code: int | str, kept: str) -> None:
    report = read("fault", {**FAULT, "code": code}, "of-its-own")
    assert isinstance(report, FaultReport)
    assert report.fault == RawFault(profile="of-its-own", code=kept, fault=None)


@pytest.mark.parametrize(
    ("profile", "code"), [(None, "00"), (GB, 0), (GB, 43), ("city-centre", "0402"), ("shanghai-vendor", 0)]
)
def test_a_report_of_what_the_profile_knows_to_be_no_fault_is_refused(profile: str | None, code: int | str) -> None:
    reason = refusal("fault", write({**FAULT, "code": code}), profile)
    assert reason == f"code: {json.dumps(code)} is no fault in profile {profile or 'canonical'}: the status tells it"


DIALECTS: list[tuple[str, dict[str, Any]]] = [
    (GB, {"message_codes": [4]}),
    ("special-equipment-platform", {"door_zone": 2, "door_status": 1, "passenger_status": 1, "message_codes": ["04"]}),
    ("chongqing", {"message_codes": ["4"]}),
    ("vendor-reused-codes", {"message_codes": ["04"]}),
    (
        "shanghai-vendor",
        {"service_mode": 0, "door_zone": 1, "door_status": 0, "passenger_status": 1, "message_codes": [6]},
    ),
    ("city-centre", {"message_codes": [203]}),
    (
        "bacnet-135-2020",
        {"car_status": 1, "car_direction": 1, "door_zone": False, "door_status": 0, "message_codes": [8]},
    ),
]


@pytest.mark.parametrize(("profile", "said"), DIALECTS, ids=[profile for profile, _ in DIALECTS])
def test_every_dialect_says_in_its_own_numbers_that_a_car_stands_outside_the_door_zone_with_someone_inside(
    profile: str, said: dict[str, Any]
) -> None:
    status = read_status(profile, **said)
    assert [raw.fault for raw in status.faults] == [Fault.STOPPED_OUTSIDE_ZONE]
    assert replace(status, faults=()) == read_status(GB)


def test_every_profile_but_our_own_has_its_example_here() -> None:
    assert {profile for profile, _ in DIALECTS} == load_profiles().keys() - {"canonical"}


@pytest.mark.parametrize(
    ("profile", "changes", "reason"),
    [
        ("special-equipment-platform", {"door_zone": 0}, "door_zone: expected one of 1, 2 in this profile, got 0"),
        (
            "special-equipment-platform",
            {"door_zone": True},
            "door_zone: expected one of 1, 2 in this profile, got true",
        ),
        ("shanghai-vendor", {"service_mode": 3}, "service_mode: expected one of 0, 1, 2 in this profile, got 3"),
        ("bacnet-135-2020", {"car_status": 0}, "car_status: expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9 in this profile"),
    ],
)
def test_a_value_of_another_dialect_is_refused_not_guessed(profile: str, changes: dict[str, Any], reason: str) -> None:
    said = {**GB_STATUS, **dict(DIALECTS)[profile], **changes}
    assert refusal("status", write(said), profile).startswith(reason)


def test_a_value_that_the_profile_has_not_is_refused() -> None:
    reason = refusal("status", write({**GB_STATUS, "service_mode": 8}), GB)
    assert reason == "service_mode: expected one of 0, 1, 2, 3, 4, 5, 6, 7 in this profile, got 8"


def test_no_lift_publishes_on_our_own_channels() -> None:
    assert refusal("alarm/ack", b'{"number":1}') == 'no lift publishes on channel "alarm/ack"'


# Topics


def test_a_lifts_topic_names_area_lift_and_channel() -> None:
    assert parse_topic("lifts/v1/410105/L-1_a/status") == ("410105", "L-1_a", "status")


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("lifts/v1/41010/L1/alarm", 'the area is 6 digits, not "41010"'),
        ("lifts/v1/４１０１０５/L1/alarm", "the area is 6 digits"),
        ("lifts/v1/410105/L 1/alarm", 'a lift_id is 1 to 32 letters, digits, _ or -, not "L 1"'),
        (f"lifts/v1/410105/{'x' * 33}/alarm", "a lift_id is 1 to 32 letters"),
        ("lifts/v1/410105//alarm", 'a lift_id is 1 to 32 letters, digits, _ or -, not ""'),
        ("lifts/v1/410105/L1/alarm/ack", 'a channel is one of status, alarm, fault, test, link, not "alarm/ack"'),
        ("lifts/v1/410105/L1/alarm\n", "a channel is one of status, alarm, fault, test, link"),
        ("lifts/v1/410105/L1", "a lift publishes on lifts/v1/{area}/{lift_id}/{channel}"),
        ("lifts/v2/410105/L1/alarm", "a lift publishes on lifts/v1/{area}/{lift_id}/{channel}"),
        ("", "a lift publishes on lifts/v1/{area}/{lift_id}/{channel}"),
    ],
)
def test_a_topic_that_is_none_of_ours_is_refused_with_the_reason(topic: str, reason: str) -> None:
    with pytest.raises(BadTopic) as caught:
        parse_topic(topic)
    assert caught.value.reason.startswith(reason)


def test_a_crews_topic_names_company_and_crew() -> None:
    assert parse_crew_topic("crews/v1/C1/crew-7/position") == ("C1", "crew-7")


@pytest.mark.parametrize("topic", ["crews/v1/C1/position", "crews/v1/C1/a/b/position", "lifts/v1/410105/L1/alarm"])
def test_a_topic_that_is_no_crews_is_refused(topic: str) -> None:
    with pytest.raises(BadTopic):
        parse_crew_topic(topic)


# Crews' phones


def test_a_position_in_wgs84_is_taken_as_it_is() -> None:
    assert parse_position(write(POSITION)) == (AT, 113.625, 34.746, "wgs84")


def test_a_position_in_the_chinese_datum_is_moved_to_where_it_is() -> None:
    shifted = {**POSITION, "lon": 113.63104626808881, "lat": 34.7448164183785, "datum": "gcj02"}
    position = parse_position(write(shifted))
    assert (position.lon, position.lat) == pytest.approx((113.625, 34.746), abs=1e-8)
    assert position.datum == "gcj02"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lon": 181}, "lon: expected degrees from -180 to 180, got 181"),
        ({"lat": "34"}, 'lat: expected degrees from -90 to 90, got "34"'),
        ({"lat": float("inf")}, "lat: expected degrees from -90 to 90, got Infinity"),
        ({"datum": "bd09"}, 'datum: expected wgs84 or gcj02, got "bd09"'),
    ],
)
def test_a_position_that_is_none_is_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadPayload) as caught:
        parse_position(write({**POSITION, **changes}))
    assert caught.value.reason == reason


def test_a_position_without_its_datum_is_refused() -> None:
    with pytest.raises(BadPayload, match="datum is missing"):
        parse_position(b'{"lon":113.6,"lat":34.7}')


def test_a_position_of_a_megabyte_is_refused() -> None:
    with pytest.raises(BadPayload, match="1,000,000 bytes"):
        parse_position(b" " * 1_000_000)


# The published schemas


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_every_schema_is_one_and_takes_what_the_contract_shows(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    Draft202012Validator(schema(name)).validate({**GOOD, "position": POSITION}[name])


def test_a_schema_says_in_words_what_each_field_is() -> None:
    assert all(field["description"] for field in schema("status")["properties"].values())


def test_there_is_no_other_schema() -> None:
    with pytest.raises(KeyError):
        schema("alarm/ack")
