"""Who uses how much of the machine: processor and memory of broker, database, service and simulator, by psutil.

What a process that has ended had used is lost with it: the database's short-lived workers are seen while they live.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import psutil

PARTS = ("broker", "database", "service", "tracker", "simulator")
MEGABYTE = 1 << 20


class Use(NamedTuple):
    """Cores kept busy since the last look, and memory now, by part."""

    cpu: Mapping[str, float]
    rss_mb: Mapping[str, int]


@dataclass(slots=True)
class Usage:
    """Looks at the service's processes and at ours."""

    service_pid: int
    _seconds: dict[tuple[int, float], float] = field(default_factory=dict)
    _at: float = field(default_factory=time.perf_counter)

    def look(self) -> Use:
        """Since the last look."""
        cpu: defaultdict[str, float] = defaultdict(float)
        rss: defaultdict[str, float] = defaultdict(float)
        now = time.perf_counter()
        before, self._seconds = self._seconds, {}
        for part, process in self._processes():
            try:
                times, key = process.cpu_times(), (process.pid, process.create_time())
                # What processes share is counted once, where the kernel tells it apart; psutil's RSS does not.
                rss[part] += process.memory_info().rss - (process.memory_info().shared if part == "database" else 0)
            except psutil.NoSuchProcess:
                continue
            self._seconds[key] = times.user + times.system
            cpu[part] += self._seconds[key] - before.get(key, 0.0)
        passed_s, self._at = now - self._at, now
        return Use(
            cpu={part: round(cpu[part] / passed_s, 2) for part in PARTS if part in cpu},
            rss_mb={part: round(rss[part] / MEGABYTE) for part in PARTS if part in rss},
        )

    def _processes(self) -> Iterator[tuple[str, psutil.Process]]:
        ours = psutil.Process(os.getpid())
        service = _descendants(self.service_pid)
        for process in [psutil.Process(self.service_pid), *service]:
            yield _part_of(process, self.service_pid), process
        known = {process.pid for process in service} | {self.service_pid}
        for process in [ours, *_descendants(ours.pid)]:
            if process.pid not in known:
                yield "simulator", process


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _part_of(process: psutil.Process, service_pid: int) -> str:
    if process.pid == service_pid:
        return "service"
    try:
        name = process.name()
    except psutil.NoSuchProcess:
        return "service"
    if name.startswith("nats"):
        return "broker"
    return "database" if name.startswith("postgres") else "tracker"
