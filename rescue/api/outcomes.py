"""How the desk's verdict on an input is answered: taken, or the reason why not as a problem."""

from __future__ import annotations

from rescue.api.context import Context
from rescue.api.problems import Conflict, Stale
from rescue.desk.board import Outcome, Verdict
from rescue.incident import IncidentId
from rescue.timeline import instant


async def demand_taken(outcome: Outcome, context: Context) -> None:
    """Return if the desk took the input. Raises Conflict or Stale."""
    match outcome.verdict:
        case Verdict.OPENED | Verdict.JOINED | Verdict.DONE | Verdict.NOTHING:
            return
        case Verdict.NOT_FOUND | Verdict.REFUSED:
            # What is asked for was found before the desk was told: if the desk has it no more, its case is over.
            raise Conflict(outcome.reason)
        case Verdict.STALE:
            raise await _stale(outcome, context)


async def _stale(outcome: Outcome, context: Context) -> Stale:
    """The refusal that says who acted last: it is they who changed the case."""
    entries = await context.store.timeline_of(outcome.incident_id or IncidentId(""))
    if not entries:
        return Stale(outcome.reason, acted_by=None, acted_at=None)
    last = entries[-1]
    detail = f"{outcome.reason}; {last.actor.name} acted last, at {instant(last.at)}: {last.said}"
    return Stale(detail, acted_by=last.actor.name, acted_at=last.at)
