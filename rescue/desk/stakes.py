"""What is at stake in a case, as the dispatcher weighs it, and all of a case that other cases' decisions look at.

Decides how much a case matters and whom its fault asks for. Must not know crews, nor who is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from devices.faults import Fault
from devices.messages import Confidence
from dispatch.crews import GOVERNOR_RESET, UCMP_RESET, Position, Qualification
from dispatch.triage import Stake
from rescue.incident import Deadline, Incident, Lift, Status

NOBODY_INSIDE = 1.0
PRIORITIES = {Confidence.CONFIRMED: 4.0, Confidence.LIKELY: 3.0, Confidence.POSSIBLE: 2.0}
IN_NEED_ADDS = 1.0
STAKES = {
    Confidence.CONFIRMED: Stake.CONFIRMED,
    Confidence.LIKELY: Stake.LIKELY,
    Confidence.POSSIBLE: Stake.POSSIBLE,
}
RESETS: Mapping[str, Qualification] = {
    Fault.UNINTENDED_MOVEMENT.value: UCMP_RESET,
    Fault.OVERSPEED.value: GOVERNOR_RESET,
}
"""What has tripped and may be put right by authorised staff only: unintended movement; governor and safety gear."""


class Aim(NamedTuple):
    """Where a case is, and what waits there."""

    stake: Stake
    place: Position | None
    building: str


NOWHERE = Aim(stake=Stake.CONFIRMED, place=None, building="")
"""What is known of a case of which nothing else is kept."""


def aim_of(incident: Incident) -> Aim:
    """The case as other cases see it."""
    return Aim(
        stake=stake_of(incident),
        place=incident.lift.position if incident.lift else None,
        building=building_of(incident.lift),
    )


def stake_of(incident: Incident) -> Stake:
    """What waits at the lift; those who cannot wait count as such only where people are thought to be inside."""
    if not incident.is_entrapment:
        return Stake.NOBODY
    stake = STAKES[incident.evidence.confidence]
    return Stake.IN_NEED if _are_in_need(incident) and stake is not Stake.POSSIBLE else stake


def priority(incident: Incident) -> float:
    """What each second of waiting weighs; who is surely inside goes before who may be."""
    if not incident.is_entrapment:
        return NOBODY_INSIDE
    return PRIORITIES[incident.evidence.confidence] + IN_NEED_ADDS * _are_in_need(incident)


def required_of(incident: Incident) -> frozenset[Qualification]:
    """Whom its faults ask for, to put the lift right and get the people out."""
    found = {*incident.conditions, *([incident.fault.value] if incident.fault else [])}
    return frozenset(RESETS[fault] for fault in found & RESETS.keys())


def building_of(lift: Lift | None) -> str:
    """What tells one building from another: its name alone does not, for every estate has a building 3."""
    return f"{lift.address} {lift.building}".strip() if lift else ""


def waits_for_a_crew(incident: Incident) -> bool:
    """People are inside, and nobody could be asked yet."""
    return incident.is_entrapment and incident.status is Status.OPEN and Deadline.ASK_BY in incident.deadlines


def _are_in_need(incident: Incident) -> bool:
    return bool(incident.vulnerable or incident.injured)
