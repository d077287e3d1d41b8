"""What a load says is as published, in order and on the right connection; and what it cannot do it says beforehand."""

from __future__ import annotations

import itertools
import json
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.errors import BrokerUnreachableError, SimulatorError
from simulators.load.descriptors import demand_descriptors
from simulators.load.lines import Lines, open_lines
from simulators.load.picture import draw_load
from simulators.load.run import Load, Result, Second, run_load
from simulators.load.talk import BASES, Talk, Topic, is_at_rest, steps_of
from simulators.load.town import draw_town
from simulators.load.usage import Use

NOW = 1_790_000_000.0
LIFTS = [Topic("410105", f"L{number}") for number in range(4 * BASES)]


def read_packet(packet: bytes) -> tuple[bool, str, dict[str, object]]:
    """Retained, topic and JSON of a PUBLISH with QoS 0."""
    assert packet[0] & ~1 == 0x30
    length, begins = packet[1], 2
    if length & 0x80:
        length, begins = (length & 0x7F) + (packet[2] << 7), 3
    assert begins + length == len(packet)
    ends = begins + 2 + int.from_bytes(packet[begins : begins + 2])
    return bool(packet[0] & 1), packet[begins + 2 : ends].decode(), json.loads(packet[ends:])


def turn(talk: Talk, number: int, first: int = 0, last: int | None = None) -> list[bytes]:
    pieces = talk.packets(first, len(talk) if last is None else last, number, NOW)
    return [b"".join(pieces[n : n + 3]) for n in range(0, len(pieces), 3)]


def test_every_lift_speaks_on_its_topic_and_its_numbers_rise() -> None:
    talk = Talk(LIFTS, 5.0)
    seen = [[read_packet(packet) for packet in said] for said in (talk.births(NOW), turn(talk, 1), turn(talk, 2))]
    for said in seen:
        assert [topic for _, topic, _ in said] == [lift.of("status") for lift in LIFTS]
    for one in zip(*seen, strict=True):
        numbers = [body["seq"] for _, _, body in one]
        assert numbers == sorted(set(numbers))


def test_each_lift_wants_its_birth_and_one_status_a_minute_to_be_retained() -> None:
    talk = Talk(LIFTS, 5.0)
    assert all(read_packet(packet)[0] for packet in talk.births(NOW))
    minute = [turn(talk, number) for number in range(steps_of(5.0))]
    for own in zip(*minute, strict=True):
        assert sum(read_packet(packet)[0] for packet in own) == 1


def test_half_of_the_lifts_rest_and_the_others_make_two_rides_a_minute() -> None:
    talk = Talk(LIFTS, 5.0)
    minute = [[read_packet(packet)[2] for packet in turn(talk, number)] for number in range(steps_of(5.0))]
    for number, own in enumerate(zip(*minute, strict=True)):
        directions = {body["car_direction"] for body in own}
        assert directions == ({"none"} if is_at_rest(number) else {"none", "up", "down"})


def test_a_lift_that_goes_dark_says_so_at_once_and_from_then_on() -> None:
    talk = Talk(LIFTS, 5.0)
    turn(talk, 7)
    cut = [read_packet(packet) for packet in talk.darken(2, 5, frozenset({3}), 7, NOW)]
    assert [(body["power_status"], body["door_zone"]) for _, _, body in cut] == [
        ("lost", True), ("lost", False), ("lost", True),
    ]  # fmt: skip
    before, after = (read_packet(turn(talk, number)[3])[2]["seq"] for number in (7, 8))
    assert before < cut[1][2]["seq"] < after  # type: ignore[operator]
    assert read_packet(turn(talk, 8)[3])[2]["power_status"] == "lost"


@contextmanager
def ears(number: int) -> Iterator[tuple[list[socket.socket], list[socket.socket]]]:
    """Connections, and what is at their other ends."""
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(number)]
        for pair in pairs:
            for end in pair:
                stack.enter_context(end)
        yield [one for one, _ in pairs], [other for _, other in pairs]


@given(lifts=st.integers(1, 40), connections=st.integers(1, 40), cuts=st.lists(st.integers(0, 40)))
@settings(max_examples=60, deadline=None)
def test_a_lift_speaks_always_on_the_same_connection_and_nothing_is_said_twice(
    lifts: int, connections: int, cuts: list[int]
) -> None:
    connections = min(lifts, connections)
    edges = sorted({0, lifts, *(cut for cut in cuts if cut < lifts)})
    with ears(connections) as (ours, theirs):
        lines = Lines(ours, lifts)
        for _ in range(2):
            for first, last in itertools.pairwise(edges):
                lines.write(first, [bytes((lift,)) for lift in range(first, last)])
        heard = [other.recv(1000) for other in theirs]
    once = [part[: len(part) // 2] for part in heard]
    assert [part * 2 for part in once] == heard
    assert b"".join(once) == bytes(range(lifts))


def test_a_lift_that_loses_its_connection_is_counted_and_a_gateway_that_does_is_an_error() -> None:
    with ears(2) as (ours, theirs):
        own = Lines(ours, 2)
        theirs[0].close()
        own.look()
        own.write(0, [b"unheard", b"heard"])
        assert (own.lost, theirs[1].recv(100)) == (1, b"heard")
    with ears(1) as (ours, theirs):
        theirs[0].close()
        with pytest.raises(BrokerUnreachableError, match="gateway"):
            Lines(ours, 2).look()


def test_a_broker_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        pytest.raises(BrokerUnreachableError, match=f"{port}.*refused"),
        open_lines(f"mqtt://127.0.0.1:{port}", LIFTS, 1),
    ):
        pass


def test_too_few_descriptors_are_found_before_anything_is_started() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with pytest.raises(SimulatorError, match=f"{most:,} are allowed: raise it by `ulimit"):
        demand_descriptors(most)


def test_more_connections_than_lifts_are_refused() -> None:
    with pytest.raises(SimulatorError, match="more than the 100 lifts"):
        run_load(Load(lifts=100, period_s=1.0, minutes=1.0, connections=101))


def test_those_who_call_rest_and_are_not_among_those_who_go_dark() -> None:
    town = draw_town(1_000, 1, callers=50, cut=300)
    assert town.cut is not None
    numbers = {lift.lift_id: number for number, lift in enumerate(town.city.lifts)}
    callers = [numbers[lift.lift_id] for lift in town.callers]
    assert len(set(callers)) == 50
    assert all(is_at_rest(number) and not town.cut.first <= number < town.cut.last for number in callers)
    assert (town.cut.last - town.cut.first, len(town.trapped)) == (300, 4)
    with pytest.raises(SimulatorError, match="too few are left"):
        draw_town(100, 1, callers=50, cut=30)


def test_a_load_is_drawn_even_if_nothing_came_of_it(tmp_path: Path) -> None:
    use = Use(cpu={"service": 0.5}, rss_mb={"service": 100})
    second = Second(at_s=1.0, sent=10, received=8, refused=0, waiting=2, behind=0, use=use)
    for result in (
        Result(rows=[], seconds=[second], waits=[(0.0, 12.0, None), (0.5, 10.0, 20.0)]),
        Result(rows=[], seconds=[], waits=[]),
    ):
        file = tmp_path / "load.svg"
        file.write_text(draw_load(result, "a < b"), "utf-8")
        assert ElementTree.parse(file).getroot().tag.endswith("svg")
