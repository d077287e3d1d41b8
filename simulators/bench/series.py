"""One bench after the other, however each of them ends: one that fails or takes too long leaves its reason as its row.

All together have a time, and so has each: over it a bench is told to stop as by Ctrl-C, which each of them obeys.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic

from simulators.bench import Bench
from simulators.bench.around import tell
from simulators.errors import SimulatorError
from simulators.results import Row

ALL_WITHIN_S = 900.0
ONE_WITHIN_S = 300.0
FAILED = "failed"
"""The one column of a bench that has no figures."""


class OverTimeError(SimulatorError):
    """A bench was stopped, for others wait for their turn."""


def measure_series(
    benches: Mapping[str, Bench], seed: int, all_within_s: float = ALL_WITHIN_S, one_within_s: float = ONE_WITHIN_S
) -> Iterator[tuple[str, Sequence[Row]]]:
    """Each bench's name and rows, as soon as it is done. Ctrl-C ends the series."""
    began_at = monotonic()
    for number, (name, measure) in enumerate(benches.items(), start=1):
        begun_at = monotonic()
        left_s = all_within_s - (begun_at - began_at)
        tell(f"bench {name}, {number} of {len(benches)}; {begun_at - began_at:.0f} s so far")
        rows = _measure(measure, seed, min(one_within_s, left_s))
        tell(f"bench {name} took {monotonic() - begun_at:.0f} s")
        yield name, rows


def has_failed(rows: Sequence[Row]) -> bool:
    """Whether these tell why there are no figures."""
    return any(FAILED in row for row in rows)


def _measure(measure: Bench, seed: int, within_s: float) -> Sequence[Row]:
    if within_s <= 0:
        return [{FAILED: "not begun, for the time of all benches was over"}]
    try:
        with _within(within_s):
            return measure(seed)
    except SimulatorError as error:
        return [{FAILED: " ".join(str(error).split())}]
    except Exception as error:  # Whatever it is, the other benches are still worth their time.
        return [{FAILED: f"{type(error).__name__}: {' '.join(str(error).split())}"}]


@contextmanager
def _within(limit_s: float) -> Iterator[None]:
    """Raises OverTimeError when the block takes longer."""
    is_over = False

    def end(*_: object) -> None:
        nonlocal is_over
        is_over = True
        signal.raise_signal(signal.SIGINT)

    before, timer = signal.signal(signal.SIGALRM, end), signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    except KeyboardInterrupt:
        if not is_over:
            raise
        raise OverTimeError(f"not done within {limit_s:.0f} s") from None
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer)
