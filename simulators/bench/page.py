"""docs/benchmarks.md, written from a run of the benches and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulators.bench.against import Held, hold
from simulators.results import Row, describe, keys_of

HEAD = """# Benchmarks

Written by `simulate bench all --write docs/benchmarks.md`; edit nothing here by hand. Each figure is held against its
floor or peer in the same run, so that what else the machine did cancels out. What was measured, and what it means, is
told bench by bench: [ingest](benchmarks-ingest.md), [desk](benchmarks-desk.md), [detection](benchmarks-detection.md),
[dispatch](benchmarks-dispatch.md), [load](benchmarks-load.md), [the consoles' socket](live.md), [reports](reports.md).
"""
PEER = """## Beside others

ThingsBoard, the best known open platform for telemetry, publishes 5,000 devices and 5,000 messages a second at 95 % of
2 virtual cores for its single-node edition. Ours at 24,000 a second on 2 cores is in [load](benchmarks-load.md). The
two are not the same work: ThingsBoard stores every value it hears and runs rules that its users wrote; we keep what
changes and decide one question. Its cores were virtual ones of a cloud, its broker and load on other machines; our
broker, database and load share the two cores.
"""


def write_page(results: Mapping[str, Sequence[Row]], seed: int) -> str:
    """The page of these results, by bench."""
    about = ", ".join(f"{name} {value}" for name, value in describe().items())
    held = [line for bench, rows in results.items() for line in hold(bench, rows)]
    tables = "\n".join(f"## {bench}\n\n{_table(rows)}" for bench, rows in results.items())
    return f"{HEAD}\nSeed {seed}, {about}.\n\n{_summary(held)}\n{PEER}\n{tables}"


def _summary(held: Sequence[Held]) -> str:
    rows: list[Row] = [
        {
            "what": one.what,
            "ours": _say(one.ours),
            "against": one.against,
            "theirs": _say(one.theirs),
            "ratio": _ratio(one),
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
