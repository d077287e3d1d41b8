"""A lift that says too much is left out by itself; its alarms never are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from devices.errors import Flooded
from devices.faults import Fault
from devices.fleet import Fleet
from devices.messages import (
    Alarm,
    AlarmEnded,
    AlarmRaised,
    EndOfAlarm,
    EntrapmentFound,
    Event,
    FaultCleared,
    FaultRaised,
    FaultReport,
    LiftId,
    Message,
)
from devices.slot import Rules
from tests.unit.devices.faults import cleared, raised
from tests.unit.devices.lifts import AREA, BETWEEN, BUTTON, LIFT, NOON, RESTING

MOST = 400
NEIGHBOUR = LiftId("L2")
PRESS_AS_CODE = FaultReport(reported_at=None, boot=99, seq=1, fault=BUTTON, raised=True)


class Babbler:
    """A fleet of two, one of which never stops."""

    def __init__(self) -> None:
        self.fleet = Fleet(Rules())
        self.fleet.add(LIFT, AREA)
        self.fleet.add(NEIGHBOUR, AREA)
        self.now = NOON
        self.refused: list[Flooded] = []
        self._seq = 0

    def says(self, message: Message) -> list[Event]:
        try:
            return list(self.fleet.observe(AREA, LIFT, message, self.now))
        except Flooded as flooded:
            self.refused.append(flooded)
            return []

    def babbles(self, statuses: int, within_s: float = 9.0) -> list[Event]:
        """So many statuses, evenly over that time."""
        events = list[Event]()
        for _ in range(statuses):
            self._seq += 1
            events += self.says(replace(RESTING, seq=self._seq))
            self.now += within_s / statuses
        return events

    def is_flooding(self) -> bool:
        return any(one.fault is Fault.FLOODING for one in self.fleet.view(LIFT, self.now).conditions)


@pytest.fixture
def lift() -> Babbler:
    return Babbler()


def of_alarms(events: Iterable[Event]) -> list[type[Event]]:
    return [type(event) for event in events if isinstance(event, AlarmRaised | AlarmEnded | EntrapmentFound)]


def test_four_hundred_messages_in_ten_seconds_are_taken(lift: Babbler) -> None:
    assert lift.babbles(MOST) == []
    assert lift.refused == []


def test_beyond_four_hundred_in_ten_seconds_messages_are_left_out_and_that_is_told_once(lift: Babbler) -> None:
    [event] = lift.babbles(3 * MOST)
    assert isinstance(event, FaultRaised)
    assert (event.fault, event.raw) == (Fault.FLOODING, None)
    assert event.reasons == ("flooding: more than 400 messages in 10 s: the rest is left out, but for alarms",)
    assert len(lift.refused) == 2 * MOST - 1
    assert [flooded.is_first for flooded in lift.refused] == [True] + [False] * (2 * MOST - 2)


def test_a_lift_that_floods_for_minutes_is_told_of_once_and_heard_a_little(lift: Babbler) -> None:
    events = [event for _ in range(30) for event in lift.babbles(2 * MOST, within_s=10.0)]
    assert raised(events) == [Fault.FLOODING]
    assert cleared(events) == []
    assert lift.fleet.view(LIFT, lift.now).age_s is not None
    assert sum(flooded.is_first for flooded in lift.refused) == 30


def test_what_is_left_out_changes_nothing(lift: Babbler) -> None:
    lift.babbles(2 * MOST)
    before = lift.fleet.view(LIFT, lift.now)
    assert lift.says(replace(BETWEEN, seq=10_000)) == []
    assert lift.fleet.view(LIFT, lift.now) == before


def test_a_calm_window_ends_it(lift: Babbler) -> None:
    lift.babbles(2 * MOST)
    lift.now = NOON + 10
    assert lift.babbles(10, within_s=10.0) == []
    assert lift.is_flooding()
    [event] = lift.babbles(1)
    assert isinstance(event, FaultCleared)
    assert not lift.is_flooding()


def test_no_status_ends_it_before(lift: Babbler) -> None:
    lift.babbles(2 * MOST)
    lift.now = NOON + 10
    assert lift.babbles(MOST) == []
    assert lift.is_flooding()


def test_a_flood_after_a_calm_time_is_told_again(lift: Babbler) -> None:
    events = list[Event]()
    for _ in range(2):
        events += lift.babbles(2 * MOST)
        for _ in range(3):
            lift.now += 60
            events += lift.babbles(1)
    assert raised(events) == [Fault.FLOODING] * 2
    assert cleared(events) == [Fault.FLOODING] * 2


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (Alarm(reported_at=None, boot=17, number=1), [AlarmRaised]),
        (EndOfAlarm(reported_at=None, boot=17, number=1), [AlarmEnded]),
        (replace(RESTING, boot=99, alarm_button=True), [EntrapmentFound]),
        (PRESS_AS_CODE, [EntrapmentFound]),
    ],
    ids=["alarm", "end of alarm", "button in a status", "button as a code"],
)
def test_whatever_tells_of_the_alarm_button_is_always_taken(
    lift: Babbler, message: Message, found: list[type[Event]]
) -> None:
    lift.babbles(2 * MOST)
    refused = len(lift.refused)
    assert of_alarms(lift.says(message)) == found
    assert len(lift.refused) == refused


def test_a_thousand_alarms_are_a_thousand_alarms(lift: Babbler) -> None:
    events = [e for n in range(1000) for e in lift.says(Alarm(reported_at=None, boot=17, number=n))]
    assert sum(isinstance(event, AlarmRaised) for event in events) == 1000
    assert lift.refused == []


def test_the_alarm_that_is_one_message_too_many_comes_before_the_news_of_the_flood(lift: Babbler) -> None:
    lift.babbles(MOST)
    events = lift.says(Alarm(reported_at=None, boot=17, number=1))
    assert isinstance(events[0], AlarmRaised)
    assert raised(events) == [Fault.FLOODING]


def test_the_neighbour_of_a_lift_that_floods_is_heard(lift: Babbler) -> None:
    lift.babbles(2 * MOST)
    assert lift.fleet.observe(AREA, NEIGHBOUR, BETWEEN, lift.now) == ()
    assert lift.fleet.view(NEIGHBOUR, lift.now).status == BETWEEN


def test_people_suspected_before_the_flood_are_found_within_it(lift: Babbler) -> None:
    lift.says(replace(BETWEEN, seq=5000))
    lift._seq = 0
    lift.babbles(2 * MOST)
    assert any(isinstance(event, EntrapmentFound) for event in lift.fleet.expire(NOON + 30))
