"""A case as it begins, whatever opens it: open, at level 1, with nothing known of it but where, since when and why.

Must not know what comes next for a case of this kind: whoever opens it sets its deadlines.
"""

from __future__ import annotations

from datetime import datetime

from devices.messages import Area, Evidence, LiftId
from rescue.desk.draft import Draft
from rescue.incident import Incident, IncidentId, Kind, Lift, Source, Status


def begin(
    draft: Draft,
    incident_id: IncidentId,
    *,
    kind: Kind,
    source: Source,
    lift_id: LiftId | None,
    area: Area,
    lift: Lift | None,
    since: datetime,
    evidence: Evidence,
) -> Incident:
    """The case, not yet saved. What began in the future, by a lift's own clock, begins now."""
    return Incident(
        incident_id=incident_id,
        number=draft.next_number,
        kind=kind,
        status=Status.OPEN,
        version=1,
        level=1,
        source=source,
        lift_id=lift_id,
        area=area,
        lift=lift,
        opened_at=draft.now,
        trapped_since=min(since, draft.now),
        evidence=evidence,
        deadlines={},
    )
