"""What operators note beside a case's course: who handles it, or leaves it, and a line. Nothing moves by it."""

from __future__ import annotations

from dataclasses import replace

from rescue.desk.demands import Refused
from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.holds import Left
from rescue.incident import Incident
from rescue.timeline import Actor


def claim(draft: Draft, incident: Incident, _acted: OperatorActed, by: Actor) -> Incident:
    """This operator handles the case; one that was left is taken over."""
    claimed = replace(incident, claimed_by=by.name, left=None)
    left = incident.left
    if left is None:
        return draft.record(claimed, "claimed", f"{by.name} handles the case", by)
    said = f"{by.name} takes the case over from {left.by}{_quoted(left.note)}"
    return draft.record(claimed, "claimed", said, by, left_by=left.by, note=left.note)


def unclaim(draft: Draft, incident: Incident, _acted: OperatorActed, by: Actor) -> Incident:
    """Nobody handles it."""
    return draft.record(replace(incident, claimed_by=None), "unclaimed", f"{by.name} lets the case go", by)


def leave(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """Whoever handles the case goes, and leaves it to the next; a supervisor may say so of somebody who has gone."""
    handler = incident.claimed_by
    if handler is None:
        raise Refused("nobody handles the case")
    if handler != by.name and not acted.is_supervisor:
        raise Refused(f"{handler} handles the case")
    left = replace(incident, claimed_by=None, left=Left(by=handler, note=acted.reason, at=draft.now))
    said = f"{handler} leaves the case to the next{_quoted(acted.reason)}"
    return draft.record(left, "left", said, by, left_by=handler, note=acted.reason)


def _quoted(note: str) -> str:
    return f": {note}" if note else ""


def note(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """A line for the timeline."""
    if not acted.reason:
        raise Refused("a note needs its text")
    return draft.record(incident, "noted", acted.reason, by)
