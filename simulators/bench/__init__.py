"""The project's measurements, each a ratio against its floor or peer in the same run, so that noise cancels.

A bench is a function of a seed that returns its rows; `simulate bench all` runs every one that is listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulators.bench import console, desk, dispatch, ingest, live, reports
from simulators.bench.console import measure_console
from simulators.bench.desk import measure_desk
from simulators.bench.detection import measure_detection
from simulators.bench.dispatch import measure_dispatch
from simulators.bench.ingest import measure_ingest
from simulators.bench.live import measure_live
from simulators.bench.reports import measure_reports
from simulators.results import Row

Bench = Callable[[int], Sequence[Row]]

BENCHES: Mapping[str, Bench] = {
    "console": measure_console,
    "desk": measure_desk,
    "detection": measure_detection,
    "dispatch": measure_dispatch,
    "ingest": measure_ingest,
    "live": measure_live,
    "reports": measure_reports,
}
GLANCES: Mapping[str, Bench] = {
    "console": lambda seed: measure_console(seed, console.A_GLANCE),
    "desk": lambda seed: measure_desk(seed, desk.A_GLANCE),
    "dispatch": lambda seed: measure_dispatch(seed, dispatch.A_GLANCE, dispatch.A_GLANCE_OF_MASS),
    "ingest": lambda seed: measure_ingest(seed, ingest.A_GLANCE),
    "live": lambda seed: measure_live(seed, live.A_GLANCE),
    "reports": lambda seed: measure_reports(seed, reports.A_GLANCE),
}
"""Seconds instead of minutes, of those that take minutes: that it works, and the order of magnitude."""
