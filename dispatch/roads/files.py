"""The road network and its closures on disk, in a directory of their own.

    network.npz      the arrays of a Network, and beside them who made them and in which form
    closures.json    the closures in force
    lock             held by whoever changes either

Each is written whole, beside the old one, and then put in its place: a reader never sees half of one.
"""

from __future__ import annotations

import fcntl
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from dispatch.roads.closures import Closure, check_times_slower
from dispatch.roads.errors import ClosuresUnusable, NetworkUnusable
from dispatch.roads.geojson import check_geometry
from dispatch.roads.network import Island, Network, Origin

FORM = 1
"""Of both files. A network of another form is imported again."""
ROOM = "roads"
"""The directory's name in the data directory."""

_WORDS = ("names", "origin")
"""What of a network is no array."""
Stamp = tuple[int, int] | None
"""Tells one writing of a file from the next."""


@dataclass(frozen=True, slots=True)
class RoadFiles:
    """The directory that holds them."""

    room: Path

    @classmethod
    def in_data_dir(cls, data_dir: Path) -> RoadFiles:
        """Those of a service that keeps its files there."""
        return cls(data_dir / ROOM)

    @property
    def network(self) -> Path:
        """Its file."""
        return self.room / "network.npz"

    @property
    def closures(self) -> Path:
        """Their file."""
        return self.room / "closures.json"

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Keep everyone else from changing the files. Raises OSError."""
        self.room.mkdir(parents=True, exist_ok=True)
        with (self.room / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def save_network(self, network: Network) -> None:
        """Put it in the place of any before, while `changing`. Raises OSError."""
        words = {"form": FORM, "names": network.names, "origin": asdict(network.origin)}
        arrays = {name: getattr(network, name) for name in _array_names()}
        about = np.frombuffer(json.dumps(words).encode(), np.uint8)
        _replace(self.network, lambda file: np.savez(file, about=about, **arrays))

    def load_network(self) -> Network | None:
        """The network, or None if none was imported. Raises NetworkUnusable."""
        try:
            with self.network.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return _read_network(stored)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise NetworkUnusable(f"{self.network} cannot be read ({error}): import the roads again") from None

    def save_closures(self, closures: Sequence[Closure]) -> None:
        """Put these in the place of all before, while `changing`. Raises OSError."""
        rows = [{**asdict(closure), "since_at": closure.since_at.isoformat()} for closure in closures]
        text = json.dumps({"form": FORM, "closures": rows}, ensure_ascii=False, indent=1)
        _replace(self.closures, lambda file: file.write(text.encode()))

    def load_closures(self) -> list[Closure]:
        """Those in force. Raises ClosuresUnusable."""
        try:
            stored = json.loads(self.closures.read_text("utf-8"))
            return [_read_closure(row) for row in stored["closures"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, ClosuresUnusable) as error:
            raise ClosuresUnusable(f"{self.closures} cannot be read: {error}") from None

    def stamps(self) -> tuple[Stamp, Stamp]:
        """Others after each change of the network, and of the closures."""
        return _stamp(self.network), _stamp(self.closures)


def _array_names() -> tuple[str, ...]:
    return tuple(field.name for field in fields(Network) if field.name not in _WORDS)


def _read_network(stored: Mapping[str, npt.NDArray[Any]]) -> Network:
    about = json.loads(stored["about"].tobytes())
    if about["form"] != FORM:
        raise ValueError(f"it is of form {about['form']}, not {FORM}")
    origin = about["origin"]
    islands = tuple(Island(*island) for island in origin.pop("islands"))
    network = Network(
        **{name: stored[name] for name in _array_names()},
        names=tuple(about["names"]),
        origin=Origin(**origin, islands=islands),
    )
    if not network.pieces or max(network.begin.max(), network.end.max()) >= network.junctions:
        raise ValueError("its junctions are not those of its roads")
    return network


def _read_closure(row: Mapping[str, Any]) -> Closure:
    return Closure(
        closure_id=str(row["closure_id"]),
        name=str(row["name"]),
        geometry=check_geometry(row["geometry"]),
        times_slower=check_times_slower(row["times_slower"]),
        since_at=datetime.fromisoformat(row["since_at"]),
    )


def _replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
