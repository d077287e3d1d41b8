"""Whom the servers run as. As ourselves; but PostgreSQL refuses to run as root, so root makes a system user for them.

That user must then get to the servers' programs and data, which may lie below a directory closed to others (root's
home, say). The narrowest cure is taken: an access list entry that lets this one user pass, and no more, on each such
directory. Nobody else gains anything, and nothing becomes readable.
"""

from __future__ import annotations

import os
import pwd
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import structlog

from rescue.embedded.errors import NoPassage

SYSTEM_USER = "lift-rescue"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of the machine."""

    name: str
    uid: int
    gid: int

    @classmethod
    def for_servers(cls) -> Self:
        """Ourselves, or as root the system user, made if need be. Raises `NoPassage`."""
        if os.geteuid() != 0:
            return cls(name="this user", uid=os.geteuid(), gid=os.getegid())
        entry = _system_user()
        return cls(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)

    def own(self, path: Path) -> None:
        """Make the file or directory the account's, and its alone."""
        path.chmod(0o700 if path.is_dir() else 0o600)
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)

    def let_through_to(self, path: Path) -> None:
        """See that the account can pass every directory above `path`. Raises `NoPassage`."""
        if os.geteuid() != 0:
            return
        for directory in reversed(path.parents):
            if not self._may_pass(directory.stat()):
                self._let_pass(directory)

    def _may_pass(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)

    def _let_pass(self, directory: Path) -> None:
        try:
            entries = _read_access_list(directory)
            if entries.get((_USER, self.uid), 0) & entries[_MASK, _NOBODY] & _PASS:
                return
            entries[_USER, self.uid] = entries.get((_USER, self.uid), 0) | _PASS
            entries[_MASK, _NOBODY] |= _PASS
            os.setxattr(directory, _ACCESS_LIST, _pack(entries))
        except OSError as exc:
            raise NoPassage(
                f"user {self.name} cannot pass {directory} ({exc.strerror}): start as a user other than root, "
                f"choose another place, or run: chmod o+x {directory}"
            ) from None
        log.info("let the servers' user pass", user=self.name, directory=str(directory))


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _make_system_user()
        return pwd.getpwnam(SYSTEM_USER)


def _make_system_user() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as exc:
        said = getattr(exc, "stderr", None) or str(exc)
        raise NoPassage(
            f"PostgreSQL does not run as root, and system user {SYSTEM_USER} cannot be made for it ({said.strip()}): "
            "make that user, or start as a user other than root"
        ) from None


# POSIX access lists as Linux keeps them: a version, then entries of (tag, permissions, id) in the order of the tags.

_ACCESS_LIST = "system.posix_acl_access"
_VERSION = struct.Struct("<I")
_ENTRY = struct.Struct("<HHI")
_OWNER, _USER, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NOBODY = 0xFFFFFFFF
"""The id in entries that name nobody."""
_PASS = 0o1


def _read_access_list(directory: Path) -> dict[tuple[int, int], int]:
    """The permissions by tag and id, as a list that has a mask; made from the mode bits where there is none yet."""
    if _ACCESS_LIST in os.listxattr(directory):
        packed = os.getxattr(directory, _ACCESS_LIST)[_VERSION.size :]
        entries = {(tag, who): allowed for tag, allowed, who in _ENTRY.iter_unpack(packed)}
    else:
        mode = directory.stat().st_mode
        entries = {(_OWNER, _NOBODY): mode >> 6 & 7, (_GROUP, _NOBODY): mode >> 3 & 7, (_OTHER, _NOBODY): mode & 7}
    entries.setdefault((_MASK, _NOBODY), entries[_GROUP, _NOBODY])
    return entries


def _pack(entries: dict[tuple[int, int], int]) -> bytes:
    ordered = (_ENTRY.pack(tag, allowed, who) for (tag, who), allowed in sorted(entries.items()))
    return _VERSION.pack(2) + b"".join(ordered)
