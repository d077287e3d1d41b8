from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple

import pytest

from simulators.bench.background import (
    BORN_AT,
    Reel,
    draw_life,
    send_at_once,
    send_evenly,
    write_reel,
)
from simulators.bench.intake import Intake
from simulators.bench.latency import Watch, percentile, read_metrics
from simulators.bench.throughput import Counter, measure_memory
from simulators.city import build_city
from simulators.errors import BrokerUnreachableError, SimulatorError

CITY = build_city(lifts=60, seed=1)
RETAINED = 0x01
A_CONNACK = bytes((0x20, 2, 0, 0))


class Published(NamedTuple):
    flags: int
    topic: str
    body: dict[str, object]


def published_in(packets: bytes) -> Iterator[Published]:
    """Every PUBLISH of a stream of packets, read by the letter of MQTT 3.1.1."""
    at = 0
    while at < len(packets):
        first, at = packets[at], at + 1
        length, shift = 0, 0
        while True:
            digit, at = packets[at], at + 1
            length |= (digit & 0x7F) << shift
            shift += 7
            if digit < 0x80:
                break
        body, at = packets[at : at + length], at + length
        if first >> 4 == 3:
            topic_ends = 2 + int.from_bytes(body[:2], "big")
            yield Published(first & 0x0F, body[2:topic_ends].decode(), json.loads(body[topic_ends:]))


class Sink:
    """A broker that accepts one sender and keeps whatever it writes."""

    def __init__(self, listening: socket.socket) -> None:
        self.url = f"mqtt://127.0.0.1:{listening.getsockname()[1]}"
        self.received = b""
        self._listening = listening
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            connection.sendall(A_CONNACK)
            while part := connection.recv(65_536):
                self.received += part

    def close(self) -> None:
        self._reading.join(timeout=10)


@contextmanager
def sink() -> Iterator[Sink]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        standing = Sink(listening)
        try:
            yield standing
        finally:
            standing.close()


def a_reel(path: Path, reports: int) -> Reel:
    said = islice(draw_life(CITY.lifts, seed=1), reports)
    return write_reel(path / "reports", (one.report for one in said))


def test_every_lift_speaks_once_before_any_speaks_again() -> None:
    said = [one.report.lift_id for one in islice(draw_life(CITY.lifts, seed=1), 3 * len(CITY.lifts))]
    assert sorted(said[: len(CITY.lifts)]) == sorted(lift.lift_id for lift in CITY.lifts)


def test_no_report_of_the_background_is_a_repeat() -> None:
    said = [one.report for one in islice(draw_life(CITY.lifts, seed=1), 2000)]
    names = [(report.lift_id, report.body["boot"], report.body["seq"]) for report in said]
    assert len(set(names)) == len(names)
    assert {report.channel for report in said} == {"status"}


def test_a_reel_is_the_reports_as_packets_and_knows_where_each_begins(tmp_path: Path) -> None:
    reel = a_reel(tmp_path, 300)
    packets = reel.path.read_bytes()
    drawn = [one.report for one in islice(draw_life(CITY.lifts, seed=1), 300)]
    assert [(one.topic, one.body) for one in published_in(packets)] == [(one.topic, one.body) for one in drawn]
    cut = reel.cut(100, 150)
    assert len(cut) == 50
    part = published_in(packets[cut.starts[0] : cut.starts[-1]])
    assert [one.topic for one in part] == [one.topic for one in drawn[100:150]]


def test_what_is_sent_at_once_is_the_whole_reel_and_says_that_it_is_of_now(tmp_path: Path) -> None:
    reel = a_reel(tmp_path, 200)
    with sink() as broker:
        sent = send_at_once(broker.url, reel)
    received = list(published_in(broker.received))
    assert sent.messages == len(received) == 200
    ages = {datetime.now(UTC) - datetime.fromisoformat(str(one.body["ts"])) for one in received}
    assert all(timedelta(0) <= age < timedelta(minutes=1) for age in ages)
    assert not any(one.flags & RETAINED for one in received)


def test_the_file_is_never_written_to_so_a_second_round_sends_the_same(tmp_path: Path) -> None:
    reel = a_reel(tmp_path, 50)
    before = reel.path.read_bytes()
    with sink() as broker:
        send_evenly(broker.url, reel, per_s=5000, for_s=10, retained_every=2)
    assert reel.path.read_bytes() == before


def test_an_even_background_retains_every_nth_report_and_keeps_its_pace(tmp_path: Path) -> None:
    reel = a_reel(tmp_path, 400)
    with sink() as broker:
        sent = send_evenly(broker.url, reel, per_s=2000, for_s=60, retained_every=4)
    received = list(published_in(broker.received))
    assert sent.messages == len(received) == 400
    assert [bool(one.flags & RETAINED) for one in received] == [turn % 4 == 0 for turn in range(400)]
    assert sent.per_s <= 2000 * 1.05


def test_an_even_background_stops_when_its_time_is_over(tmp_path: Path) -> None:
    reel = a_reel(tmp_path, 400)
    with sink() as broker:
        sent = send_evenly(broker.url, reel, per_s=100, for_s=0.2, retained_every=4)
    assert sent.messages == len(list(published_in(broker.received))) < 60


def test_a_broker_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"mqtt://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(BrokerUnreachableError, match="background's connection"):
        send_at_once(nobody, a_reel(tmp_path, 1))


def test_a_count_is_over_with_its_last_message_and_gives_the_rate() -> None:
    counter = Counter(3)
    counter.count()
    counter.count()
    assert not counter.done.is_set()
    counter.count()
    assert counter.done.is_set()
    assert counter.messages_per_s > 0


def test_the_way_in_takes_what_the_city_says_and_refuses_nothing() -> None:
    intake = Intake(CITY.lifts)
    for one in islice(draw_life(CITY.lifts, seed=1), 500):
        intake.take(one.report.topic, one.report.payload, False, None)
    intake.check(500)


def test_a_bench_that_measured_refusing_says_so_instead_of_printing_a_figure() -> None:
    intake = Intake(CITY.lifts)
    intake.take("lifts/v1/410105/NOBODY/status", b"{}", False, None)
    with pytest.raises(SimulatorError, match="1 BadPayload"):
        intake.check(1)


def test_a_message_that_did_not_come_in_is_missed() -> None:
    with pytest.raises(SimulatorError, match="0 of 1 reports came in"):
        Intake(CITY.lifts).check(1)


def test_a_lift_that_has_been_heard_for_minutes_takes_at_most_a_kilobyte_and_a_half() -> None:
    lifts = build_city(lifts=2000, seed=1).lifts
    heard = sum(1 for _ in takewhile(lambda one: one.at < BORN_AT + 120, draw_life(lifts, seed=1)))
    assert heard > 3 * len(lifts)
    assert 200 < measure_memory(lifts, seed=1, life_s=120) <= 1500


def test_a_percentile_is_a_wait_that_was_really_seen() -> None:
    waits = [float(n) for n in range(1, 301)]
    assert percentile(waits, 50) == 150.0
    assert percentile(waits, 99) == 297.0
    assert percentile([7.04], 99) == 7.0
    assert percentile([], 50) is None


def test_a_wait_ends_with_the_first_sign_and_lifts_without_one_are_left_out() -> None:
    first, second = CITY.lifts[:2]
    watch = Watch(published={first.lift_id: 10.0, second.lift_id: 10.5})
    watch.committed[first.lift_id] = 10.25
    assert watch.waits_ms(watch.committed, [first, second]) == [250.0]
    assert not watch.has_answers([first])
    watch.note_message(f"lifts/v1/{first.area}/{first.lift_id}/alarm/ack", b'{"number":1}')
    seen_at = watch.acknowledged[first.lift_id]
    watch.note_message(f"lifts/v1/{first.area}/{first.lift_id}/alarm/ack", b'{"number":1}')
    assert watch.acknowledged[first.lift_id] == seen_at
    assert watch.has_answers([first])


def test_the_services_counts_are_read_from_its_metrics_page() -> None:
    page = "# HELP rescue_messages_total rescue messages\n# TYPE rescue_messages_total counter\n"
    assert read_metrics(page + "rescue_messages_total 8000.0\n") == {"rescue_messages_total": 8000.0}
