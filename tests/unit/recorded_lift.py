"""Tracker and recorder side by side, as the ingest joins them, and a lift that speaks in bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from devices.fleet import Fleet, OwnRules
from devices.messages import (
    Alarm,
    AlarmRaised,
    EndOfAlarm,
    EntrapmentFound,
    Event,
    FaultReport,
    LiftId,
    Link,
    Message,
    Status,
)
from devices.messages import TestCall as PeriodicCall
from devices.payloads import parse, parse_topic
from devices.slot import Rules
from devices.tracker import carries_alarm
from rescue.black_box.recorder import Recorder
from rescue.black_box.recording import Recording, read_recording, write_recording
from rescue.black_box.ring import Ring
from rescue.desk.inputs import instant_of
from rescue.incident import IncidentId
from rescue.timeline import Actor, Entry, Fact, chain, instant
from tests.unit.devices.lifts import AREA, BETWEEN, LEVELLED_OPEN, LIFT, NOON, RUNNING

OTHER = LiftId("L2")
RULES = Rules()
MEGABYTE = 1024 * 1024


class Centre:
    """Tracker and recorder side by side, as the ingest joins them."""

    def __init__(self, ring: Ring, rules: Rules = RULES, own: OwnRules | None = None) -> None:
        self.now = NOON
        self.fleet = Fleet(rules, about_to_wake=lambda lift_id, now: self.recorder.about_to_wake(lift_id, now))
        self.recorder = Recorder(ring, self.fleet, rules, lambda _: own)
        self.events: list[Event] = []
        self._seq = 0
        for lift_id in (LIFT, OTHER):
            self.fleet.add(lift_id, AREA, own)

    def hears(self, message: Message, lift_id: LiftId = LIFT) -> None:
        """The lift says this, now."""
        channel, payload = on_the_wire(message)
        self.hears_bytes(f"lifts/v1/{AREA}/{lift_id}/{channel}", json.dumps(payload).encode())

    def hears_bytes(self, topic: str, payload: bytes) -> None:
        area, lift_id, channel = parse_topic(topic)
        message = parse(channel, payload, self.fleet.profile_of(lift_id))
        self.recorder.expect(lift_id, self.now, is_alarm=carries_alarm(message))
        events = self.fleet.observe(area, lift_id, message, self.now)
        self.recorder.heard(lift_id, topic, payload, self.now, events)
        self.events += [event for event in events if event.lift_id == LIFT]

    def sees(self, status: Status, lift_id: LiftId = LIFT) -> None:
        """A status that is the lift's newest."""
        self._seq += 1
        self.hears(replace(status, boot=17, seq=self._seq, reported_at=self.now), lift_id)

    def waits(self, seconds: float) -> None:
        """Time passes; the tracker is woken a moment after it wants to be."""
        until = self.now + seconds
        while (by := self.fleet.next_deadline()) is not None and by + 0.4 <= until:
            self.now = max(self.now, by + 0.4)
            self._wake()
        self.now = until

    def recording(self) -> Recording:
        """What the black box holds of the lift, by way of the database's text."""
        return read_recording(write_recording(self.recorder.read(LIFT, self.now)))

    def _wake(self) -> None:
        events = self.fleet.expire(self.now)
        self.recorder.woken(events, self.now)
        self.events += [event for event in events if event.lift_id == LIFT]


@contextmanager
def open_centre(size: int = MEGABYTE, rules: Rules = RULES, own: OwnRules | None = None) -> Iterator[Centre]:
    with closing(Ring(size)) as ring:
        yield Centre(ring, rules, own)


def on_the_wire(message: Message) -> tuple[str, Mapping[str, Any]]:
    """The channel and payload a lift would say this with."""
    head: dict[str, Any] = {"boot": message.boot}
    if not isinstance(message, Link):
        at = message.reported_at
        head["ts"] = None if at is None else datetime.fromtimestamp(min(max(at, 0), 4e9), UTC).isoformat()
    match message:
        case Status():
            plain = asdict(message)
            named = {"passenger_status": plain.pop("passenger_present"), "faults": [f.code for f in message.faults]}
            for name in ("reported_at", "alarm_button", "load_percent", "car_speed_mps"):
                del plain[name]
            return "status", plain | head | named
        case Alarm():
            return "alarm", head | {
                "number": message.number, "state": "raised", "button_held_s": message.button_held_s,
            }  # fmt: skip
        case EndOfAlarm():
            return "alarm", head | {"number": message.number, "state": "ended"}
        case FaultReport():
            state = "raised" if message.raised else "cleared"
            profile = {"profile": "gb24476-2017"} if message.fault.profile == "gb24476-2017" else {}
            return "fault", head | {"seq": message.seq, "code": message.fault.code, "state": state, **profile}
        case PeriodicCall():
            return "test", head | {"number": message.number, "battery": "ok" if message.battery_ok else "low"}
        case Link():
            return "link", head | {"online": message.online}


def get_stuck(centre: Centre) -> None:
    """A ride that ends between landings with somebody inside."""
    centre.sees(LEVELLED_OPEN)
    centre.waits(20)
    centre.sees(replace(RUNNING, passenger_present=True))
    centre.waits(5)
    centre.sees(BETWEEN)
    centre.waits(31)


def opening(event: Event, at: float, **changed: Fact) -> Entry:
    """The line that the desk writes into the timeline of case i1 of this finding."""
    assert isinstance(event, AlarmRaised | EntrapmentFound)
    alarm = {"alarm": event.number} if isinstance(event, AlarmRaised) else {}
    since = event.at if isinstance(event, AlarmRaised) else event.since
    facts: dict[str, Fact] = {
        "source": "iot",
        "confidence": event.evidence.confidence,
        "reasons": list(event.evidence.reasons),
        "since": instant(instant_of(since)),
    }
    return chain(
        incident_id=IncidentId("i1"),
        seq=1,
        at=instant_of(at),
        what="opened",
        actor=Actor(kind="lift", name=LIFT, channel="mqtt"),
        said="Opened at level 1",
        data={**facts, **alarm, **changed},
        previous="",
    )
