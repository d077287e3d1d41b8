"""A disk so small that it can be filled: a file system in memory, mounted where only we and our children see it.

That takes root, and a kernel that lets root have its own view of what is mounted; it vanishes with the last of us, so
nothing need be cleaned up after a kill -9. Where this is not allowed there is no such disk, and why is said.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from contextlib import suppress
from pathlib import Path

SIZE_MB = 256
SPARED_BYTES = 64 * 1024
"""Left free, as on a disk that some log has filled: not even this is enough for one more segment."""
_CLONE_NEWNS = 0x00020000


class NoSmallDisk(Exception):
    """It cannot be had here, and this is why."""


class SmallDisk:
    """Holds the directory's file system."""

    def __init__(self, directory: Path) -> None:
        """Mounts it, as long as this process has but one thread. Raises NoSmallDisk."""
        self._directory = directory
        self._ballast = directory / "ballast"
        if os.geteuid() != 0:
            raise NoSmallDisk("needs root to mount a small file system")
        _leave_the_others()
        _mount("-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(directory))

    def fill(self) -> None:
        """Takes what is free."""
        left = os.statvfs(self._directory)
        wanted = left.f_bavail * left.f_frsize - SPARED_BYTES
        with self._ballast.open("wb") as file, suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, max(1, wanted))

    def free(self) -> None:
        """Gives it back."""
        self._ballast.unlink(missing_ok=True)

    def unmount(self) -> None:
        """Nothing may use it any more."""
        subprocess.run(["umount", str(self._directory)], check=False, capture_output=True)


def _leave_the_others() -> None:
    """What is mounted from now on is mounted for this process and its children only."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) != 0:
        raise NoSmallDisk(f"a view of its own of what is mounted: {os.strerror(ctypes.get_errno())}")
    _mount("--make-rprivate", "/")


def _mount(*arguments: str) -> None:
    try:
        subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise NoSmallDisk(f"cannot mount: {said.strip()}") from None
