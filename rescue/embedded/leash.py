"""Becomes another program, which then lives no longer than its parent.

A script of its own (`python -I -S leash.py PARENT SIGNAL UID GID PROGRAM ARGUMENT…`) and not a function to run between
fork and exec, because nothing of ours is safe there once we have threads. Standard library only.

On Linux the kernel sends SIGNAL when the parent dies, however it dies; other systems have no such service, and there a
killed parent leaves the program running until the next start finds its lock held.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

_PR_SET_PDEATHSIG = 1


def _open_as_many_files_as_allowed() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _become(uid: int, gid: int) -> None:
    if os.geteuid() != uid:
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)


def _die_with(parent: int, signal: int) -> None:
    """To be called last: changing the user would undo it. The parent may have died before it took effect."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def _main(parent: str, signal: str, uid: str, gid: str, *command: str) -> None:
    _open_as_many_files_as_allowed()
    _become(int(uid), int(gid))
    _die_with(int(parent), int(signal))
    os.execv(command[0], command)  # noqa: S606 - the program is ours, and no shell is wanted.


if __name__ == "__main__":
    try:
        _main(*sys.argv[1:])
    except OSError as exc:
        sys.exit(f"cannot run {sys.argv[5]}: {exc.strerror}")
