"""A straight line through what was measured, and how sure its slope is: is it steady, or does it only look so?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import linear_regression
from typing import NamedTuple


class Line(NamedTuple):
    """The least squares' slope and its standard error, in units of y per unit of x."""

    slope: float
    error: float


def fit(points: Sequence[tuple[float, float]]) -> Line | None:
    """None for fewer than three points, through which any line goes."""
    if len(points) < 3:
        return None
    xs, ys = zip(*points, strict=True)
    slope, intercept = linear_regression(xs, ys)
    beside = sum((y - intercept - slope * x) ** 2 for x, y in points)
    middle = sum(xs) / len(xs)
    spread = sum((x - middle) ** 2 for x in xs)
    return Line(slope, math.sqrt(beside / (len(points) - 2) / spread))
