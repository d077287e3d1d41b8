"""The directory in which one service keeps everything that must outlast it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rescue.embedded.account import Account
from rescue.embedded.errors import DataDirInUse, DataDirNotWritable


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDir:
    """A data directory that is ours: only `claim` makes one."""

    path: Path
    account: Account
    """Whom the servers in it run as."""

    def make_room(self, name: str) -> Path:
        """A directory for the account alone, with a way to it."""
        room = self.path / name
        room.mkdir(exist_ok=True)
        self.account.own(room)
        self.account.let_through_to(room)
        return room

    def write_for_account(self, name: str, text: str) -> Path:
        """A file for the account alone."""
        path = self.path / name
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
        self.account.own(path)
        return path


@contextmanager
def claim(path: Path) -> Iterator[DataDir]:
    """Make the directory if need be, and keep every other process out of it.

    Raises `DataDirNotWritable`, `DataDirInUse` or `NoPassage`. The first claim of a process that ends ends them all, so
    that this alone keeps two services apart, and each server's own lock (see `part`) protects its files.
    """
    path = path.absolute()
    lock = _open_lock(path)
    try:
        _hold(lock, path)
        yield DataDir(path=path, account=Account.for_servers())
    finally:
        os.close(lock)


def _open_lock(path: Path) -> int:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path / "rescue.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except FileExistsError:
        raise DataDirNotWritable(path, "it is not a directory") from None
    except OSError as exc:
        raise DataDirNotWritable(path, exc.strerror or str(exc)) from None


def _hold(lock: int, path: Path) -> None:
    """By a lock of the process (not inherited, and no obstacle to a second claim of ours)."""
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(lock, 20, 0).decode(errors="replace").strip()
        raise DataDirInUse(path, f"process {holder}" if holder else "another process") from None
    os.pwrite(lock, f"{os.getpid():<12}\n".encode(), 0)
