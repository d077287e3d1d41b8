"""Anything a lift may say, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from devices.messages import (
    Alarm,
    CarDirection,
    CarStatus,
    DoorStatus,
    EndOfAlarm,
    FaultReport,
    Link,
    Message,
    PowerStatus,
    ServiceMode,
    Status,
    TestCall,
)
from tests.unit.devices.lifts import BUTTON, DOOR_OPENING, STOPPED_OUTSIDE, TRAPPED, UNHEARD_OF

boots = st.integers(0, 3)
seqs = st.integers(0, 40)
numbers = st.integers(0, 5)
clocks = st.none() | st.floats(-1e10, 1e11)
pauses_s = st.sampled_from([0.0, 0.5, 4.0, 11.0, 31.0, 200.0, 310.0])
raw_faults = st.sampled_from([DOOR_OPENING, STOPPED_OUTSIDE, TRAPPED, UNHEARD_OF])

statuses = st.builds(
    Status,
    reported_at=clocks,
    boot=boots,
    seq=seqs,
    service_mode=st.sampled_from(ServiceMode),
    car_status=st.sampled_from(CarStatus),
    car_direction=st.sampled_from(CarDirection),
    car_position=st.sampled_from(["7", "7", "1", "B1", "roof"]),
    door_zone=st.booleans(),
    door_status=st.sampled_from(DoorStatus),
    passenger_present=st.sampled_from([True, False, None]),
    power_status=st.sampled_from(PowerStatus),
    faults=st.lists(raw_faults, max_size=2, unique=True).map(tuple),
    alarm_button=st.sampled_from([False, False, False, True]),
)
alarms = st.builds(
    Alarm, reported_at=clocks, boot=boots, number=numbers, button_held_s=st.none() | st.sampled_from([0.5, 3.0, 9.0])
)
ends = st.builds(EndOfAlarm, reported_at=clocks, boot=boots, number=numbers)
fault_reports = st.builds(
    FaultReport, reported_at=clocks, boot=boots, seq=seqs, fault=raw_faults | st.just(BUTTON), raised=st.booleans()
)
test_calls = st.builds(TestCall, reported_at=clocks, boot=boots, number=numbers, battery_ok=st.booleans())
links = st.builds(Link, boot=boots, online=st.booleans())

messages: st.SearchStrategy[Message] = statuses | statuses | alarms | ends | fault_reports | test_calls | links
histories = st.lists(st.tuples(pauses_s, messages), max_size=25)
"""Messages, each with the pause before it."""
