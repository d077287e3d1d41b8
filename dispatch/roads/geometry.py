"""Metres on the ground, for a network of a city or a province.

A network is laid flat about its own middle: within 200 km of it, lengths are true to a few thousandths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from dispatch.travel import EARTH_RADIUS_M

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

M_A_DEGREE = math.radians(EARTH_RADIUS_M)
"""Of latitude."""


@dataclass(frozen=True, slots=True)
class Plane:
    """The flat ground: metres east and north of the equator at longitude 0, true at `lat`."""

    lat: float

    def lift(self, at: Floats) -> Floats:
        """Points as rows of longitude and latitude."""
        places: Floats = at / np.array([M_A_DEGREE * math.cos(math.radians(self.lat)), M_A_DEGREE])
        return places

    def lay(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """Points as rows of east and north."""
        east = np.asarray(lon, float) * (M_A_DEGREE * math.cos(math.radians(self.lat)))
        return np.stack([east, np.asarray(lat, float) * M_A_DEGREE], axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Points along courses: where they are, on which course, and at which share of it."""

    at: Floats
    course: Ints
    share: Floats


def steps_m(at: Floats) -> Floats:
    """The distance from each point to the next."""
    distances: Floats = np.hypot(*np.diff(at, axis=0).T)
    return distances


def ranges(starts: npt.NDArray[Any], counts: npt.NDArray[Any]) -> Ints:
    """The numbers start, start + 1 … of each start in turn, so many as its count."""
    ends = np.cumsum(counts)
    within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
    numbers: Ints = np.repeat(starts, counts) + within
    return numbers


def sample(at: Floats, begins: npt.NDArray[Any], every_m: float) -> Samples:
    """Points of each course at most `every_m` apart, its corners and ends among them.

    `at` holds the corners of all courses, one course after the other; `begins` where each begins, and at last the end.
    """
    corners = np.diff(begins)
    course = np.repeat(np.arange(len(corners)), corners)
    leads_on = np.append(course[1:] == course[:-1], False)
    run_m = np.concatenate([[0.0], np.cumsum(np.where(leads_on[:-1], steps_m(at), 0.0))]) if len(at) else np.empty(0)
    step_m = np.where(leads_on, np.append(np.diff(run_m), 0.0), 0.0)
    cuts = np.where(leads_on, np.maximum(1, np.ceil(step_m / every_m)), 1).astype(np.int64)
    corner = np.repeat(np.arange(len(at)), cuts)
    part = ranges(np.zeros(len(at), np.int64), cuts) / cuts[corner]
    ahead = np.minimum(corner + 1, len(at) - 1)
    begin_m, end_m = run_m[begins[:-1]], run_m[begins[1:] - 1]
    on = course[corner]
    along_m = run_m[corner] + part * step_m[corner] - begin_m[on]
    return Samples(
        at=at[corner] + part[:, None] * (at[ahead] - at[corner]),
        course=on,
        share=np.clip(along_m / np.maximum(end_m - begin_m, 1e-9)[on], 0.0, 1.0),
    )


def inside(at: Floats, ring: Floats) -> Flags:
    """Whether each point lies within the closed ring: a ray from it crosses the ring an odd number of times."""
    crossed = np.zeros(len(at), np.bool_)
    for (east, north), (next_east, next_north) in pairwise(ring):
        spans = (north > at[:, 1]) != (next_north > at[:, 1])
        if not spans.any():
            continue
        slope = (next_east - east) / (next_north - north)
        crossed ^= spans & (at[:, 0] < east + (at[:, 1] - north) * slope)
    return crossed


def distance_to_line_m(at: Floats, line: Floats) -> Floats:
    """How far each point is from the nearest of the line."""
    nearest = np.full(len(at), np.inf)
    for start, end in pairwise(line):
        way = end - start
        share = np.clip((at - start) @ way / max(way @ way, 1e-9), 0.0, 1.0)
        nearest = np.minimum(nearest, np.hypot(*(at - start - share[:, None] * way).T))
    return nearest
