"""Base map and districts on disk, in a directory of their own.

    roads.pmtiles        the base map with what is to be known of it
    districts.geojson    the outlines

Each is written whole, beside the old one, and then put in its place: whoever reads the old one goes on reading it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pmtiles.reader import MmapSource, Reader

from rescue.base_map.errors import BaseMapUnusable
from rescue.base_map.features import LAST_ZOOM

ROOM = "map"
"""The directory's name in the data directory."""
DEGREE = 10_000_000
"""The header of the file counts ten-millionths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the base map says of itself."""

    version: str
    """Another one after each change."""
    drawn_from: str
    made_at: str
    attribution: str
    max_zoom: int
    bounds: tuple[float, float, float, float]
    """West, south, east, north."""


@dataclass(frozen=True, slots=True)
class BaseMapFiles:
    """The directory that holds them."""

    room: Path

    @classmethod
    def in_data_dir(cls, data_dir: Path) -> BaseMapFiles:
        """Those of a service that keeps its files there."""
        return cls(data_dir / ROOM)

    @property
    def base_map(self) -> Path:
        """Its file."""
        return self.room / "roads.pmtiles"

    @property
    def districts(self) -> Path:
        """Their file."""
        return self.room / "districts.geojson"

    def save_base_map(self, draw: Callable[[BinaryIO], object]) -> None:
        """Put what `draw` writes in the place of any before. Raises OSError."""
        _replace(self.base_map, draw)

    def save_districts(self, outlines: Mapping[str, Any]) -> None:
        """Put these in the place of all before. Raises OSError."""
        text = json.dumps(outlines, ensure_ascii=False)
        _replace(self.districts, lambda file: file.write(text.encode()))

    def read_facts(self) -> Facts | None:
        """What is to be known of the base map, None if there is none. Raises BaseMapUnusable."""
        try:
            with self.base_map.open("rb") as file:
                return _read_facts(file, version_of(self.base_map))
        except FileNotFoundError:
            return None
        except Exception as error:  # the reader says in many ways that a file is not what it should be
            raise BaseMapUnusable(f"{self.base_map} cannot be read ({error}): import the roads again") from None


def version_of(path: Path) -> str:
    """Tells one writing of a file from the next; "" as long as there is none."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_mtime_ns:x}-{status.st_ino:x}"


def _read_facts(file: BinaryIO, version: str) -> Facts:
    reader = Reader(MmapSource(file))
    header, said = reader.header(), reader.metadata()
    west, south, east, north = (header[f"{edge}_e7"] / DEGREE for edge in ("min_lon", "min_lat", "max_lon", "max_lat"))
    return Facts(
        version=version,
        drawn_from=str(said["drawn_from"]),
        made_at=str(said["made_at"]),
        attribution=str(said["attribution"]),
        max_zoom=min(int(header["max_zoom"]), LAST_ZOOM),
        bounds=(west, south, east, north),
    )


def _replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
