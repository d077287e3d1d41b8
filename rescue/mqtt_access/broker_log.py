"""Whom the broker turned away, read from its log: it has no other way to tell us.

Counts sign-ins with a bad credential, and messages and subscriptions beyond what a user may; writes the first of each
kind to our own log, then the 2nd, 4th, 8th …, so that a device gone wild fills no disk of ours.
"""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

READ_EVERY_S = 0.5
READ_AT_MOST = 1 << 20
"""Bytes a turn."""
KEPT_AT_MOST = 64 << 20
"""Bytes, of which each message that a device may not send costs 180; then the log is begun anew."""

_SIGN_IN = re.compile(r'\] ([^\s]+) - mid:\d+ .*?- authentication error(?: - User "(.*)")?$')
_BEYOND = re.compile(r'\] ([^\s]+) - mid:\d+ - (".*") - (Publish|Subscription) Violation - Subject "(.*?)"')


@dataclass(slots=True)
class Refusals:
    """What the broker has refused since it was started."""

    sign_ins: int = 0
    topics: int = 0


class BrokerLog:
    """The log of an embedded NATS."""

    def __init__(self, path: Path) -> None:
        self.refused = Refusals()
        self._path = path
        self._offset = 0
        self._rest = b""

    async def run(self) -> None:
        """For ever."""
        while True:
            self.read()
            await asyncio.sleep(READ_EVERY_S)

    def read(self) -> None:
        """Take in what the broker has written since the last time."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                said = file.read(READ_AT_MOST)
        except OSError:
            return
        self._offset += len(said)
        if self._offset > KEPT_AT_MOST:
            self._begin_anew()
        *lines, self._rest = (self._rest + said).split(b"\n")
        for line in lines:
            self._note(line.decode(errors="replace"))

    def _begin_anew(self) -> None:
        os.truncate(self._path, 0)
        self._offset = 0
        log.warning("the broker's log was emptied", bytes=KEPT_AT_MOST, refused_topics=self.refused.topics)

    def _note(self, line: str) -> None:
        if found := _SIGN_IN.search(line):
            self.refused.sign_ins += 1
            _tell(self.refused.sign_ins, "sign-in refused by the broker", address=found[1], user=found[2] or "")
        elif found := _BEYOND.search(line):
            self.refused.topics += 1
            _tell(self.refused.topics, "topic refused by the broker", address=found[1], client=found[2], topic=found[4])


def _tell(count: int, what: str, **details: str) -> None:
    if count & (count - 1) == 0:
        log.warning(what, refused=count, **details)
