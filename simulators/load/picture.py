"""A load as a picture: what was sent and received, who used the machine, and how long each alarm took. Plain SVG.

Nothing is decided here; every panel is a row of points over the same seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from simulators.load.run import Result

WIDTH, HEIGHT, LEFT, TOP, GAP = 900, 170, 70, 52, 56
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e")
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Lines, or dots, with one scale."""

    title: str
    series: Mapping[str, Points]
    dots: bool = False

    @property
    def top(self) -> float:
        """The highest value; never 0, for it is divided by."""
        return max((y for points in self.series.values() for _, y in points), default=0.0) or 1.0


def draw_load(result: Result, title: str) -> str:
    """The whole picture as the text of an SVG file."""
    panels = [_messages(result), _cores(result), _waits(result)]
    width_s = max((x for panel in panels for points in panel.series.values() for x, _ in points), default=0.0) or 1.0
    height = TOP + len(panels) * (HEIGHT + GAP)
    parts = [_draw_panel(panel, TOP + n * (HEIGHT + GAP), width_s) for n, panel in enumerate(panels)]
    heading = f'<text x="{LEFT}" y="20" font-size="15">{escape(title)}</text>'
    size = f'width="{LEFT + WIDTH + 130}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="white"/>{heading}{"".join(parts)}</svg>\n'
    )


def _messages(result: Result) -> Panel:
    instants = [second.at_s for second in result.seconds]
    spans = [now - before for before, now in zip([0.0, *instants], instants, strict=False)]
    rates = {
        name: [(second.at_s, getattr(second, name) / span) for second, span in zip(result.seconds, spans, strict=True)]
        for name in ("sent", "received")
    }
    waiting = [(second.at_s, float(second.waiting)) for second in result.seconds]
    return Panel(title="messages a second; sent and not yet taken in", series={**rates, "waiting": waiting})


def _cores(result: Result) -> Panel:
    parts = dict.fromkeys(part for second in result.seconds for part in second.use.cpu)
    return Panel(
        title="cores kept busy",
        series={part: [(second.at_s, second.use.cpu.get(part, 0.0)) for second in result.seconds] for part in parts},
    )


def _waits(result: Result) -> Panel:
    return Panel(
        title="from each alarm to its committed case, and to the company's endpoint, in ms",
        series={
            "case": [(at_s, case_ms) for at_s, case_ms, _ in result.waits],
            "webhook": [(at_s, webhook_ms) for at_s, _, webhook_ms in result.waits if webhook_ms is not None],
        },
        dots=True,
    )


def _draw_panel(panel: Panel, top: float, width_s: float) -> str:
    bottom = top + HEIGHT
    frame = f'<rect x="{LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#bbb"/>'
    labels = [
        f'<text x="{LEFT}" y="{top - 6}">{escape(panel.title)}</text>',
        f'<text x="{LEFT - 6}" y="{top + 10}" text-anchor="end">{_figure(panel.top)}</text>',
        f'<text x="{LEFT - 6}" y="{bottom}" text-anchor="end">0</text>',
        f'<text x="{LEFT + WIDTH}" y="{bottom + 14}" text-anchor="end">{width_s:,.0f} s</text>',
    ]
    drawn = []
    for n, (name, points) in enumerate(panel.series.items()):
        colour = COLOURS[n % len(COLOURS)]
        placed = [(LEFT + WIDTH * x / width_s, bottom - HEIGHT * y / panel.top) for x, y in points]
        drawn.append(_dots(placed, colour) if panel.dots else _line(placed, colour))
        drawn.append(f'<text x="{LEFT + WIDTH + 8}" y="{top + 14 + 16 * n}" fill="{colour}">{escape(name)}</text>')
    return frame + "".join([*labels, *drawn])


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def _line(placed: Iterable[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    return f'<polyline points="{path}" fill="none" stroke="{colour}"/>'


def _dots(placed: Iterable[tuple[float, float]], colour: str) -> str:
    return "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.8" fill="{colour}"/>' for x, y in placed)
