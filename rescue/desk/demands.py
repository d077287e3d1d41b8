"""What must be so before an operator's action is carried out, each with its reason for a person."""

from __future__ import annotations

from dataclasses import dataclass

from rescue.incident import TRAPPED, Incident

MANY_LIFTS = "this case is about many lifts: act on the case of one of them"


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """The action is not possible now; `reason` says why, to a person."""

    reason: str


def demand_reason(reason: str) -> None:
    """Whoever ends or changes a case against its course says why."""
    if not reason:
        raise Refused("say why")


def demand_people(incident: Incident, instead: str) -> None:
    """People are, or may be, inside; `instead` says what to do where nobody is."""
    if not incident.is_entrapment:
        raise Refused(f"nobody is known to be inside: {instead}")


def demand_trapped(incident: Incident) -> None:
    """The people are not out yet; of other cases, the work is not done."""
    if incident.status not in TRAPPED:
        raise Refused(f"the case is {incident.status}")
