"""What a lift's mark says, and which lifts a client is told of: read as docs/live.md says, with nothing of ours."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

import rescue
from devices.fleet import Fleet
from devices.messages import Alarm, CarStatus, LiftId, ServiceMode, Status
from devices.slot import Rules
from rescue.live.marks import FIELDS, IN_A_FRAME, Marks, describe_bits
from tests.unit.devices.lifts import AREA, BETWEEN_UNKNOWN, NOON, RESTING, STOPPED_OUTSIDE

LIFTS = [LiftId(f"L{number}") for number in range(5)]
DOCUMENT = Path(rescue.__file__).parent.parent / "docs" / "live.md"


class Frame(NamedTuple):
    """A frame as a console reads it."""

    forget: bool
    at: float
    moment: int
    lifts: int
    records: dict[int, tuple[int, int, int]]


def read(frame: bytes) -> Frame:
    layout, forget, size, number, at, moment, lifts, spare = struct.unpack_from("<BBHIdIIQ", frame)
    assert (layout, size, spare, len(frame)) == (1, 12, 0, 32 + 12 * number)
    records = {place: (bits, floor, age) for place, bits, floor, age in struct.iter_unpack("<IIhH", frame[32:])}
    return Frame(bool(forget), at, moment, lifts, records)


class Watched:
    """A fleet whose lifts are marked, moment by moment."""

    def __init__(self, lifts: list[LiftId] = LIFTS) -> None:
        self.fleet = Fleet(Rules())
        for lift_id in lifts:
            self.fleet.add(lift_id, AREA)
        self.fleet.keep_heard()
        self.marks = Marks(Rules())
        self.marks.know(lifts)
        self.look(NOON)

    def hear(self, lift_id: LiftId, status: Status, at: float = NOON) -> None:
        self.fleet.observe(AREA, lift_id, status, at)

    def look(self, at: float = NOON) -> None:
        self.marks.note(self.fleet.take_heard())
        self.marks.find_late(at)
        self.marks.close_moment(at)

    def since(self, moment: int | None) -> list[Frame]:
        return [read(frame) for frame in self.marks.frames_since(moment)]

    def words(self, place: int) -> dict[str, str]:
        """All that is said of the lift at this place."""
        bits, _, _ = self.since(None)[0].records[place]
        return {one.name: one.words[bits >> one.shift & (1 << one.width) - 1] for one in describe_bits()}


def test_a_lift_is_marked_as_it_said() -> None:
    watched = Watched()
    inside = replace(BETWEEN_UNKNOWN, seq=9, passenger_present=True, faults=(STOPPED_OUTSIDE,), car_position="12")
    watched.hear(LIFTS[2], inside)
    watched.look()
    assert watched.words(2) == {
        "link": "online",
        "situation": "between_landings",
        "door": "closed",
        "direction": "none",
        "power": "mains",
        "service": "normal",
        "inside": "somebody",
        "running": "no",
        "door_zone": "no",
        "faulty": "yes",
        "trapped": "no",
        "alarm": "no",
    }
    assert watched.since(None)[0].records[2][1:] == (12, 0)


def test_people_inside_and_the_alarm_button_are_marked() -> None:
    watched = Watched()
    watched.hear(LIFTS[0], replace(BETWEEN_UNKNOWN, seq=2))
    watched.fleet.observe(AREA, LIFTS[0], Alarm(reported_at=None, boot=1, number=1, button_held_s=4), NOON)
    watched.fleet.expire(NOON + 31)
    watched.look(NOON + 31)
    assert {name: watched.words(0)[name] for name in ("trapped", "alarm")} == {"trapped": "yes", "alarm": "yes"}


def test_a_lift_never_heard_is_as_old_as_can_be_and_on_no_floor() -> None:
    watched = Watched()
    assert watched.words(4)["link"] == "unheard"
    assert watched.since(None)[0].records[4][1:] == (-32768, 65534)


def test_a_lift_that_falls_silent_is_late_and_then_off_line() -> None:
    watched = Watched()
    watched.hear(LIFTS[0], replace(RESTING, seq=2))
    watched.look()
    links = []
    for after_s in (0, 149, 155, 400):
        watched.fleet.expire(NOON + after_s)
        watched.look(NOON + after_s)
        links.append(watched.words(0)["link"])
    assert links == ["online", "online", "late", "offline"]


def test_while_we_hear_nobody_no_lift_is_called_late() -> None:
    watched = Watched()
    watched.hear(LIFTS[0], replace(RESTING, seq=2))
    watched.fleet.stop_listening()
    watched.look(NOON + 170)
    assert watched.words(0)["link"] == "online"


def test_whoever_was_told_a_moment_is_told_what_was_heard_since_however_many_were_missed() -> None:
    watched = Watched()
    told = watched.marks.moment
    watched.hear(LIFTS[1], replace(RESTING, seq=2, car_position="3"))
    watched.look(NOON + 1)
    watched.hear(LIFTS[1], replace(RESTING, seq=3, car_position="4"))
    watched.hear(LIFTS[3], replace(RESTING, seq=2, car_position="7"))
    watched.look(NOON + 3)
    (frame,) = watched.since(told)
    assert (frame.forget, frame.moment, frame.lifts) == (False, told + 2, 5)
    assert {place: floor for place, (_, floor, _) in frame.records.items()} == {1: 4, 3: 7}
    assert watched.since(told + 1)[0].records.keys() == {1, 3}
    assert watched.marks.frames_since(told) is watched.marks.frames_since(told)


def test_a_moment_in_which_nothing_was_heard_is_none() -> None:
    watched = Watched()
    moment = watched.marks.moment
    watched.look(NOON + 5)
    assert watched.marks.moment == moment


def test_everything_is_told_in_frames_of_so_many_and_only_the_first_says_to_forget() -> None:
    lifts = [LiftId(f"N{number}") for number in range(IN_A_FRAME + 1)]
    frames = Watched(lifts).since(None)
    assert [(frame.forget, len(frame.records)) for frame in frames] == [(True, IN_A_FRAME), (False, 1)]


def test_a_lift_that_is_new_is_put_at_the_end_and_one_without_a_place_is_left_out() -> None:
    watched = Watched()
    newcomer = LiftId("N")
    watched.fleet.add(newcomer, AREA)
    watched.hear(newcomer, replace(RESTING, seq=2))
    watched.look()
    assert watched.since(None)[0].lifts == 5
    watched.marks.know([newcomer, *LIFTS])
    watched.hear(newcomer, replace(RESTING, seq=3))
    watched.look()
    assert watched.marks.place_of(newcomer) == 5
    assert watched.words(5)["link"] == "online"


@given(st.lists(st.tuples(st.sampled_from(LIFTS), st.sampled_from(ServiceMode), st.booleans()), max_size=20), st.data())
def test_whoever_skips_moments_shows_what_whoever_came_now_is_shown(
    heard: list[tuple[LiftId, ServiceMode, bool]], data: st.DataObject
) -> None:
    watched, told = Watched(), None
    shown: dict[int, int] = {}
    for seq, (lift_id, mode, runs) in enumerate(heard, start=2):
        status = CarStatus.RUNNING if runs else CarStatus.STOPPED
        watched.hear(lift_id, replace(RESTING, seq=seq, service_mode=mode, car_status=status), NOON + seq)
        watched.look(NOON + seq)
        if data.draw(st.booleans()):
            shown |= {place: bits for f in watched.since(told) for place, (bits, _, _) in f.records.items()}
            told = watched.marks.moment
    shown |= {place: bits for f in watched.since(told) for place, (bits, _, _) in f.records.items()}
    assert shown == {place: bits for place, (bits, _, _) in watched.since(None)[0].records.items()}


def test_the_documentation_says_where_each_fact_stands() -> None:
    rows = re.findall(r"^\| (\d+)(?:-(\d+))? \| (\w+) \| ([^|]+) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    documented = {name: (int(first), int(last or first)) for first, last, name, _ in rows if name not in {"u8", "u16"}}
    assert {one.name: (one.shift, one.shift + one.width - 1) for one in FIELDS} == {
        name: place for name, place in documented.items() if name in {one.name for one in FIELDS}
    }
    said = {name: words.partition(":")[0].strip().split(", ") for _, _, name, words in rows}
    assert {one.name: [str(word) for word in one.words] for one in FIELDS} == {
        one.name: said[one.name] for one in FIELDS
    }


def test_the_bits_of_two_facts_never_overlap_and_hold_every_word() -> None:
    taken = [bit for one in FIELDS for bit in range(one.shift, one.shift + one.width)]
    assert taken == list(range(len(taken)))
    assert all(len(one.words) <= 1 << one.width for one in FIELDS)
