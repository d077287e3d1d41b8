"""What a bench's rows come to when held against their floor, their peer or their goal, a line each.

Only ratios are read here: both sides of each were measured in the same run, so that the machine's mood cancels. A bench
without a peer is held against the goal that the project has set itself, and detection against the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulators.results import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One figure of ours and what it is held against."""

    what: str
    ours: float
    against: str
    theirs: float
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours over theirs; None where theirs is nothing."""
        return self.ours / self.theirs if self.theirs else None


def hold(bench: str, rows: Sequence[Row]) -> list[Held]:
    """The lines of one bench, in the order of its rows; none of a bench that is not known here."""
    measured = [row for row in rows if "failed" not in row]
    return list(_LINES[bench](measured)) if bench in _LINES else []


def _ingest(rows: Sequence[Row]) -> Iterator[Held]:
    by_method = {str(row.get("method")): row for row in rows}
    if {"product", "floor"} <= by_method.keys():
        product, floor = (float(by_method[name]["messages_per_s"]) for name in ("product", "floor"))
        yield Held(
            what="status messages taken in, a second",
            ours=product,
            against="no-op paho subscriber",
            theirs=floor,
            more_is_better=True,
        )


def _desk(rows: Sequence[Row]) -> Iterator[Held]:
    """A desk that keeps up commits as often as somebody calls: only where alarms waited does its pace say something."""
    for row in rows:
        if row.get("of_floor") is not None:
            yield Held(
                what=f"cases committed a second at {row['alarms_per_s']} alarms/s",
                ours=float(row["committed_per_s"]),
                against="bare commits",
                theirs=float(row["floor_per_s"]),
                more_is_better=True,
            )


def _dispatch(rows: Sequence[Row]) -> Iterator[Held]:
    for name in dict.fromkeys(row["instance"] for row in rows):
        by_method = {str(row["method"]): row for row in rows if row["instance"] == name}
        for peer in ("greedy", "vroom", "optimum"):
            if {"ours", peer} <= by_method.keys():
                yield from _beside(str(name), peer, by_method["ours"], by_method[peer])


def _beside(instance: str, peer: str, ours: Row, theirs: Row) -> Iterator[Held]:
    figures = {
        "mean_arrival_s": "mean arrival, s",
        "p95_arrival_s": "P95 arrival, s",
        "answer_ms": "time to answer, ms",
    }
    for key, words in figures.items():
        # The closest idle crew answers without a reason, and the optimum knows nothing but seconds.
        if key != "answer_ms" or peer == "vroom":
            yield Held(what=f"{instance}: {words}", ours=float(ours[key]), against=peer, theirs=float(theirs[key]))


def _detection(rows: Sequence[Row]) -> Iterator[Held]:
    for row in rows:
        for key in ("recall", "precision"):
            if row.get(key) is not None:
                what = f"detection, {row['mix']}: {key}"
                yield Held(what=what, ours=float(row[key]), against="the truth", theirs=1.0, more_is_better=True)


def _live(rows: Sequence[Row]) -> Iterator[Held]:
    for row in rows:
        if row.get("live_cpu") is not None:
            what = f"cores for {row['consoles']} consoles at {row['changes_per_s']} changes/s"
            yield Held(what=what, ours=float(row["live_cpu"]), against="goal", theirs=0.1)


def _console(rows: Sequence[Row]) -> Iterator[Held]:
    goals = {
        "frame_mean_ms": ("mean frame while panning, ms", 20.0),
        "paint_p95_ms": ("P95 from the socket to the screen, ms", 50.0),
        "row_ms": ("from an alarm on the socket to its row, at most, ms", 100.0),
    }
    for row in rows:
        for key, (words, goal) in goals.items():
            if row.get(key) is not None:
                yield Held(what=f"console, {row['level']}: {words}", ours=float(row[key]), against="goal", theirs=goal)


def _reports(rows: Sequence[Row]) -> Iterator[Held]:
    for row in rows:
        yield Held(what=f"a month by {row['report']}, ms", ours=float(row["ms"]), against="goal", theirs=1000.0)


_LINES: Mapping[str, Callable[[Sequence[Row]], Iterator[Held]]] = {
    "ingest": _ingest,
    "desk": _desk,
    "dispatch": _dispatch,
    "detection": _detection,
    "live": _live,
    "console": _console,
    "reports": _reports,
}
