"""What operators note beside a case's course: who handles it, and a line for its timeline. Nothing moves by it."""

from __future__ import annotations

from dataclasses import replace

from rescue.desk.demands import Refused
from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.incident import Incident
from rescue.timeline import Actor


def claim(draft: Draft, incident: Incident, _acted: OperatorActed, by: Actor) -> Incident:
    """This operator handles the case."""
    return draft.record(replace(incident, claimed_by=by.name), "claimed", f"{by.name} handles the case", by)


def unclaim(draft: Draft, incident: Incident, _acted: OperatorActed, by: Actor) -> Incident:
    """Nobody handles it."""
    return draft.record(replace(incident, claimed_by=None), "unclaimed", f"{by.name} lets the case go", by)


def note(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """A line for the timeline."""
    if not acted.reason:
        raise Refused("a note needs its text")
    return draft.record(incident, "noted", acted.reason, by)
