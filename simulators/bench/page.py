"""docs/benchmarks.md, written from a run of the benches and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulators.bench.against import Held, hold
from simulators.results import Row, describe, keys_of

HEAD = """# Benchmarks

Written by `simulate bench all --write docs/benchmarks.md`; edit nothing here by hand. Each figure is held against its
floor or peer in the same run, so that what else the machine did cancels out. What was measured, and what it means, is
told bench by bench: [ingest](benchmarks-ingest.md), [desk](benchmarks-desk.md), [detection](benchmarks-detection.md),
[dispatch](benchmarks-dispatch.md), [load](benchmarks-load.md), [the consoles' map](map.md) and [socket](live.md),
[reports](reports.md).
"""
PEER = """## Beside others

ThingsBoard, the best known open platform for telemetry, publishes 5,000 devices and 5,000 messages a second at 95 % of
2 virtual cores for its single-node edition.{ours}

The two are not the same work: ThingsBoard stores every value it hears and runs rules that its users wrote; we keep what
changes and decide one question. Its cores were virtual ones of a cloud, its broker and load on other machines; our
broker, database and load share the two cores. A whole city for ten minutes is in [load](benchmarks-load.md).
"""
THEIRS_PER_S = 5_000.0
THEIR_CORES = 2 * 0.95


def write_page(results: Mapping[str, Sequence[Row]], seed: int) -> str:
    """The page of these results, by bench."""
    about = ", ".join(f"{name} {value}" for name, value in describe().items())
    held = [line for bench, rows in results.items() for line in hold(bench, rows)]
    tables = "\n".join(f"## {bench}\n\n{_table(rows)}" for bench, rows in results.items())
    peer = PEER.format(ours=_beside_thingsboard(results.get("ingest", ())))
    return f"{HEAD}\nSeed {seed}, {about}.\n\n{_summary(held)}\n{peer}\n{tables}"


def _beside_thingsboard(ingest: Sequence[Row]) -> str:
    """What this run's heaviest talk asked of the cores, and how that compares; nothing if it was not measured."""
    talks = [row for row in ingest if row.get("machine_cpu")]
    if not talks:
        return ""
    most = max(talks, key=lambda row: float(row["background_per_s"]))
    per_s, cores = float(most["background_per_s"]), float(most["machine_cpu"])
    times = per_s / cores / (THEIRS_PER_S / THEIR_CORES)
    return (
        f" In this run ours took in {per_s:,.0f} a second, alarms among them, with {cores:.2f} cores of this machine\n"
        f"busy: {times:.1f} times as many for each core."
    )


def _summary(held: Sequence[Held]) -> str:
    rows: list[Row] = [
        {
            "what": one.what,
            "ours": _say(one.ours),
            "against": one.against,
            "theirs": _say(one.theirs),
            "ratio": _ratio(one),
            "better is": "more" if one.more_is_better else "less",
        }
        for one in held
    ]
    return _table(rows)


def _ratio(held: Held) -> str:
    return "" if held.ratio is None else f"{held.ratio:.2f}"


def _say(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def _table(rows: Sequence[Row]) -> str:
    keys = keys_of(rows)
    lines = [keys, ["---"] * len(keys), *([_cell(row.get(key)) for key in keys] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|")
