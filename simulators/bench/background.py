"""A whole city's reports: drawn beforehand into a file of packets, and sent by a process that does nothing else.

Drawing a report costs more than sending it, and whoever is measured shares its interpreter with nobody. What is sent is
what simulated lifts say as they live through a morning, every lift first of all; only two things are put in at the last
moment: the time, so that a report is as young as a real one, and the wish to be retained. A packet is sent once, for a
second copy would be a repeat, which is cheaper to take in.
"""

from __future__ import annotations

import mmap
import os
import signal
import socket
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from random import Random
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlsplit

from simulators.city import Lift
from simulators.errors import BrokerUnreachableError
from simulators.fleet import WITHOUT_PRESENCE_SENSOR_SHARE, Fleet
from simulators.lift import LiftMachine
from simulators.packets import CONNECTED_WITHIN_S, DISCONNECT, connect_packet, publish_packet
from simulators.reports import Report, write_instant

BORN_AT = 1_763_856_000.0
"""Eight in the morning, when homes and offices move most: a city of 120,000 lifts then says some 8,000 things a second
by itself."""
BOOT = int(BORN_AT)
STEP_S = 1.0
TICK_S = 0.005
PUBLISH_RETAINED = 0x31
STAMP = b'{"ts":"'


class Said(NamedTuple):
    """A status and when the lift said it, in its own life."""

    at: float
    report: Report


def draw_life(lifts: Sequence[Lift], seed: int) -> Iterator[Said]:
    """Every lift's first status, then what the lifts say as they live on, without end."""
    rng = Random(f"background {seed}")
    fleet, now = Fleet([_make_machine(lift, rng) for lift in lifts]), BORN_AT
    while True:
        # A lift born is due again within a minute: none is left for later.
        said = fleet.take_due(now, most=10 * len(lifts))
        yield from (Said(now, report) for report in said if report.channel == "status")
        now += STEP_S


def _make_machine(lift: Lift, rng: Random) -> LiftMachine:
    senses_people = rng.random() >= WITHOUT_PRESENCE_SENSOR_SHARE
    return LiftMachine(lift, boot=BOOT, senses_people=senses_people, born_at=BORN_AT, rng=rng)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """Packets in a file. `starts` has where each begins and, at last, where the last one ends."""

    path: Path
    starts: array[int]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def cut(self, first: int, last: int) -> Reel:
        """The packets from `first` to before `last`."""
        return Reel(path=self.path, starts=self.starts[first : last + 1])


def write_reel(path: Path, reports: Iterable[Report]) -> Reel:
    """Makes each report a packet of QoS 0. OSError when the file cannot be written."""
    starts = array("Q", [0])
    with path.open("wb") as file:
        for report in reports:
            starts.append(starts[-1] + file.write(publish_packet(report.topic, report.payload)))
    return Reel(path=path, starts=starts)


class Sent(NamedTuple):
    """How many messages went out, and in how many seconds."""

    messages: int
    seconds: float

    @property
    def per_s(self) -> float:
        """The rate that was reached, whatever had been asked for."""
        return self.messages / self.seconds


@contextmanager
def sender_process() -> Iterator[ProcessPoolExecutor]:
    """One process to run `send_at_once` and `send_evenly` in, started and ready."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_leave_with_the_bench) as pool:
        pool.submit(int).result()
        yield pool


def _leave_with_the_bench() -> None:
    """Quietly on Ctrl-C, for the bench itself says what there is to say; and by itself when the bench was killed."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_outlive_nobody, daemon=True).start()


def _outlive_nobody() -> None:
    bench = parent_process()
    assert bench is not None, "the sender is a child of the bench"
    bench.join()
    os._exit(1)


def send_at_once(url: str, reel: Reel) -> Sent:
    """As fast as the broker takes it. Raises BrokerUnreachableError."""
    with _load(reel) as packets, _connect(url) as connection:
        began_at = time.perf_counter()
        _stamp(packets, reel.starts[:-1])
        _write(connection, packets, reel.starts[0], reel.starts[-1])
        return Sent(len(reel), time.perf_counter() - began_at)


def send_evenly(url: str, reel: Reel, per_s: float, for_s: float, retained_every: int) -> Sent:
    """So many a second for so long, as far as the broker takes them; each `retained_every`th is to be retained.

    The pace is kept by the clock: what a stall held back goes out after it. Raises BrokerUnreachableError.
    """
    sent, passed_s = 0, 0.0
    with _load(reel) as packets, _connect(url) as connection:
        began_at = time.perf_counter()
        while passed_s < for_s and sent < len(reel):
            due = min(len(reel), 1 + int(passed_s * per_s))
            _stamp(packets, reel.starts[sent:due])
            _retain(packets, reel.starts[sent:due][-sent % retained_every :: retained_every])
            _write(connection, packets, reel.starts[sent], reel.starts[due])
            sent = due
            time.sleep(TICK_S)
            passed_s = time.perf_counter() - began_at
        return Sent(sent, passed_s)


@contextmanager
def _load(reel: Reel) -> Iterator[mmap.mmap]:
    with reel.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as packets:
        yield packets


@contextmanager
def _connect(url: str) -> Iterator[socket.socket]:
    """A connection that the broker has accepted; at the end everything written has been read by it."""
    address = urlsplit(url)
    where = (address.hostname or "127.0.0.1", address.port or 1883)
    try:
        with socket.create_connection(where, CONNECTED_WITHIN_S) as connection:
            connection.sendall(connect_packet("bench-background"))
            connection.recv(4)
            connection.settimeout(None)
            yield connection
            connection.sendall(DISCONNECT)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
    except OSError as error:
        raise BrokerUnreachableError(f"the background's connection to the broker: {error.strerror or error}") from None


def _stamp(packets: mmap.mmap, starts: Iterable[int]) -> None:
    """Says that the reports are of now. An instant always has the same length."""
    instant = write_instant(time.time()).encode()
    for start in starts:
        at = packets.find(STAMP, start) + len(STAMP)
        packets[at : at + len(instant)] = instant


def _retain(packets: mmap.mmap, starts: Iterable[int]) -> None:
    for start in starts:
        packets[start] = PUBLISH_RETAINED


def _write(connection: socket.socket, packets: mmap.mmap, first: int, last: int) -> None:
    with memoryview(packets) as every, every[first:last] as part:
        connection.sendall(part)
