"""Who had how much of the processors for a while: parts of a bench by their processes, and everybody else together.

A process that was born and ended within the while counts to the others unless its parent, watched too, waited for it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil


@dataclass(frozen=True, slots=True)
class Part:
    """A process with or without what it started, or only that."""

    pid: int
    with_children: bool = True
    with_itself: bool = True


@dataclass(slots=True)
class Shares:
    """In cores, known once the while is over."""

    cores: dict[str, float] = field(default_factory=dict)

    def row(self) -> dict[str, float]:
        """The same, as a bench prints it."""
        return {f"{name}_cores": round(share, 2) for name, share in self.cores.items()}


@contextmanager
def shares_of(parts: Mapping[str, Part]) -> Iterator[Shares]:
    """What each part has of the cores in here, and `others` what is left of the machine's work."""
    shares, began_at = Shares(), time.monotonic()
    busy, used = _busy_s(), {name: _used_s(part) for name, part in parts.items()}
    yield shares
    took_s = time.monotonic() - began_at
    for name, part in parts.items():
        shares.cores[name] = max(0.0, _used_s(part) - used[name]) / took_s
    shares.cores["others"] = max(0.0, (_busy_s() - busy) / took_s - sum(shares.cores.values()))


def _used_s(part: Part) -> float:
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(part.pid)
        itself = [root] if part.with_itself else []
        children = root.children(recursive=True) if part.with_children else []
        return sum(map(_own_s, [*itself, *children]))
    return 0.0


def _own_s(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))
