"""What a lift publishes, in the canonical payloads of the published interface, version 1.

Pure formatting: topics, field names and the rules of retaining live here and nowhere else in the simulators. Which
messages a lift sends, and when, is the machine's affair.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

FIRMWARE = "sim-1"
PROFILE = "canonical"


class Fault(StrEnum):
    """The raw codes that these lifts send (GB/T 24476-2017, clause 11)."""

    DOOR_OPENING = "03"
    OUTSIDE_DOOR_ZONE = "04"


class Report(NamedTuple):
    """One message on its way to the broker; a tuple, for there are thousands a second."""

    area: str
    lift_id: str
    channel: str
    body: dict[str, Any]
    qos: int
    retain: bool

    @property
    def topic(self) -> str:
        """Where it is published."""
        return f"lifts/v1/{self.area}/{self.lift_id}/{self.channel}"

    @property
    def payload(self) -> bytes:
        """Its JSON."""
        return json.dumps(self.body, separators=(",", ":")).encode()


def write_instant(at: float) -> str:
    """POSIX seconds as RFC 3339 UTC with Z, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
