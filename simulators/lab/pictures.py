"""The year in pictures, as SVG: who waits how long, how sure that is, and at which hour.

Colours are told apart by the colour-blind, and each policy's line has a form of its own as well. Text stays text, so
that a screen reader and a search find it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulators.lab.figures import Lived, bounds, by_hour

COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")
LINES = ("-", "--", "-", "-.", ":", "--", "-.", ":")
TARGET_MIN, LIMIT_MIN = 15, 30
LONGEST_MIN = 40
STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "lab", "font.family": "sans-serif", "font.size": 10}


def draw_waits(years: Sequence[Lived]) -> str:
    """Which share of calls has help within so many minutes."""
    figure, axes = _sheet(8, 4)
    for number, year in enumerate(years):
        minutes = np.sort(year.minutes)
        share = np.arange(1, len(minutes) + 1) / len(minutes) * 100
        thin = np.unique(np.linspace(0, len(minutes) - 1, 300).astype(int))
        axes.plot(minutes[thin], share[thin], LINES[number % 8], color=COLOURS[number % 8], label=year.policy)
    for limit in (TARGET_MIN, LIMIT_MIN):
        axes.axvline(limit, color="#999999", linewidth=0.8)
    axes.set(xlim=(0, LONGEST_MIN), ylim=(0, 100), xlabel="minutes from the call", ylabel="% of calls have help")
    axes.legend(frameon=False, loc="lower right")
    return _svg(figure)


def draw_ranges(years: Sequence[Lived], seed: int) -> str:
    """Mean, P90 and P99 of each policy, with their 95 % ranges."""
    figure, axes = _sheet(8, 0.5 + 0.5 * len(years))
    for line, year in enumerate(years):
        low, high = bounds(year, seed)
        found = {
            "mean": year.minutes.mean(),
            "p90": np.percentile(year.minutes, 90),
            "p99": np.percentile(year.minutes, 99),
        }
        for name, mark in (("mean", "o"), ("p90", "s"), ("p99", "D")):
            axes.plot([low[name], high[name]], [line, line], color=COLOURS[line % 8], linewidth=2)
            axes.plot(found[name], line, mark, color=COLOURS[line % 8], label=name if line == 0 else None)
    axes.axvline(LIMIT_MIN, color="#999999", linewidth=0.8)
    axes.set(yticks=range(len(years)), yticklabels=[year.policy for year in years], xlabel="minutes", xlim=(0, None))
    axes.invert_yaxis()
    axes.legend(frameon=False, loc="lower right")
    return _svg(figure)


def draw_hours(years: Sequence[Lived]) -> str:
    """Mean minutes at each hour of the day."""
    figure, axes = _sheet(8, 3.2)
    for number, year in enumerate(years):
        hours = by_hour(year)
        axes.plot(list(hours), list(hours.values()), LINES[number % 8], color=COLOURS[number % 8], label=year.policy)
    axes.set(xlabel="hour of the day", ylabel="mean minutes", xlim=(0, 23), ylim=(0, None))
    axes.legend(frameon=False, ncols=3, loc="lower center", fontsize=8)
    return _svg(figure)


def _sheet(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure) -> str:
    file = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(file, format="svg", metadata={"Date": None})
    text = file.getvalue()
    return text[text.index("<svg") :]
