"""The project's measurements, each a ratio against its floor or peer in the same run, so that noise cancels.

A bench is a function of a seed that returns its rows; `simulate bench all` runs every one that is listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulators.bench.detection import measure_detection
from simulators.bench.ingest import measure_ingest
from simulators.results import Row

Bench = Callable[[int], Sequence[Row]]

BENCHES: Mapping[str, Bench] = {"detection": measure_detection, "ingest": measure_ingest}
