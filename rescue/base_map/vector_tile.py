"""A tile's features as bytes: Mapbox Vector Tile 2, which is protocol buffers, written by hand as it is so little.

Decides nothing of what is drawn. Points are whole numbers on the tile's grid and may lie somewhat beyond it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rescue.base_map.features import Shape, Style

GRID = 4096
"""Steps from one edge of a tile to the other."""

Points: TypeAlias = npt.NDArray[np.int64]
Drawn: TypeAlias = Mapping[Style, Sequence[Points]]
"""The parts of each style: lines, rings (outer ones clockwise as seen, holes the other way) or single points."""

_VERSION, _VARINT, _BYTES = 2, 0, 2
_MOVE, _DRAW, _CLOSE = 1, 2, 7


def encode(drawn: Drawn) -> bytes:
    """The tile."""
    layers: dict[str, dict[Style, Sequence[Points]]] = {}
    for style, parts in drawn.items():
        layers.setdefault(style.layer, {})[style] = parts
    return b"".join(_field(3, _layer(name, styles)) for name, styles in sorted(layers.items()))


def _layer(name: str, styles: Drawn) -> bytes:
    keys: dict[str, int] = {}
    values: dict[str | int, int] = {}
    features = [
        _field(2, _feature(style, parts, _tags(style, keys, values)))
        for style, parts in sorted(styles.items(), key=lambda item: item[0])
    ]
    return b"".join(
        [
            _field(1, name.encode()),
            *features,
            *(_field(3, key.encode()) for key in keys),
            *(_field(4, _value(value)) for value in values),
            _number(5, GRID),
            _number(15, _VERSION),
        ]
    )


def _tags(style: Style, keys: dict[str, int], values: dict[str | int, int]) -> list[int]:
    """Where each key and value of a feature stands in its layer's lists."""
    told: dict[str, str | int] = {"class": style.drawn_as, "name": style.name, "rank": style.rank}
    said = {key: value for key, value in told.items() if value}
    pairs = [(keys.setdefault(key, len(keys)), values.setdefault(value, len(values))) for key, value in said.items()]
    return [number for pair in pairs for number in pair]


def _feature(style: Style, parts: Sequence[Points], tags: Sequence[int]) -> bytes:
    geometry = _points(parts) if style.shape is Shape.POINT else _lines(parts, closed=style.shape is Shape.AREA)
    return _field(2, _varints(tags)) + _number(3, style.shape) + _field(4, _varints(geometry))


def _points(parts: Sequence[Points]) -> list[int]:
    steps = _steps(np.concatenate(parts), np.zeros(2, np.int64))
    return [_command(_MOVE, len(steps) // 2), *steps]


def _lines(parts: Sequence[Points], *, closed: bool) -> list[int]:
    """Each begins where the pen was left; a ring's last point is its first, and is not said again."""
    told: list[int] = []
    pen = np.zeros(2, np.int64)
    for part in parts:
        points = part[:-1] if closed else part
        steps = _steps(points, pen)
        told += [_command(_MOVE, 1), *steps[:2], _command(_DRAW, len(points) - 1), *steps[2:]]
        told += [_command(_CLOSE, 1)] if closed else []
        pen = points[-1]
    return told


def _steps(points: Points, pen: Points) -> list[int]:
    """From each point to the next, x and y by turns, the sign in the last bit: small steps are small numbers."""
    steps = np.diff(points, axis=0, prepend=pen[np.newaxis])
    zigzag: list[int] = ((steps << 1) ^ (steps >> 63)).ravel().tolist()
    return zigzag


def _command(what: int, times: int) -> int:
    return what | times << 3


def _value(value: str | int) -> bytes:
    return _field(1, value.encode()) if isinstance(value, str) else _number(5, value)


def _field(number: int, content: bytes) -> bytes:
    return _varints((number << 3 | _BYTES, len(content))) + content


def _number(number: int, value: int) -> bytes:
    return _varints((number << 3 | _VARINT, value))


def _varints(numbers: Iterable[int]) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    written = bytearray()
    for rest in numbers:
        left = rest
        while left > 127:
            written.append(left & 127 | 128)
            left >>= 7
        written.append(left)
    return bytes(written)
