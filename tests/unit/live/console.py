"""A console as docs/live.md tells one to be written: it applies what it is told, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Console:
    """What a console shows. Two are alike if they show the same, however they came by it."""

    epoch: str = ""
    seq: int = 0
    incidents: dict[str, Json] = field(default_factory=dict)
    assignments: dict[str, Json] = field(default_factory=dict)
    crews: dict[str, Json] = field(default_factory=dict)
    operators: Any = None
    last_event: Json = field(default_factory=dict, compare=False)

    def take(self, said: Json) -> None:
        """One message of the server."""
        match said["type"]:
            case "reset":
                self.epoch, self.seq = said["epoch"], said["seq"]
                self.incidents, self.assignments, self.crews = {}, {}, {}
            case "snapshot" | "wall_snapshot":
                assert said["seq"] == self.seq
                self._put(said)
                if said["part"] == 1:
                    self.operators = said["operators"]
            case "event" | "wall_event":
                self._apply(said)

    def _apply(self, event: Json) -> None:
        assert event["seq"] == self.seq + 1, "an event is missing"
        self.seq = event["seq"]
        self.last_event = event
        self._put(event)
        for incident_id in event["closed"]:
            self.incidents.pop(incident_id, None)
        self.assignments = {key: one for key, one in self.assignments.items() if one["incident_id"] in self.incidents}
        for crew_id in event["gone_crews"]:
            self.crews.pop(crew_id, None)
        if event["operators"] is not None:
            self.operators = event["operators"]

    def _put(self, said: Mapping[str, Any]) -> None:
        self.incidents |= {one["id"]: one for one in said["incidents"]}
        self.assignments |= {one["id"]: one for one in said.get("assignments", ())}
        self.crews |= {one["crew_id"]: one for one in said["crews"]}
