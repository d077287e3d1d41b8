"""What operators do to a case: one table of actions, each in the room that says what it means.

With `version`, an action counts only if the case is still as the operator saw it; a refused action changes nothing. A
case that is over takes no action but the one that reopens it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rescue.desk.attending import claim, leave, note, unclaim
from rescue.desk.board import Outcome, Verdict
from rescue.desk.comforting import comfort
from rescue.desk.demands import Refused
from rescue.desk.draft import Draft
from rescue.desk.ending import confirm_release
from rescue.desk.handing_over import hand_over
from rescue.desk.holding import do_or_hold, undo
from rescue.desk.holding_back import hold_escalation
from rescue.desk.inputs import Action, Envelope, OperatorActed
from rescue.desk.merging import merge
from rescue.desk.reopening import reopen
from rescue.desk.sending import escalate
from rescue.desk.shelving import shelve, unshelve
from rescue.desk.triage import triage
from rescue.incident import Incident
from rescue.timeline import Actor


def take_action(draft: Draft, envelope: Envelope, acted: OperatorActed) -> Outcome:
    """Carry out the action, or say why not."""
    finished = envelope.finished.incident if envelope.finished else None
    incident = draft.incident(acted.incident_id) or finished
    if incident is None:
        return draft.outcome(Verdict.NOT_FOUND, "there is no such case")
    if acted.version is not None and acted.version != incident.version:
        reason = f"the case is at version {incident.version}, you saw {acted.version}"
        return draft.outcome(Verdict.STALE, reason, incident)
    try:
        return _carry_out(draft, envelope, incident, acted)
    except Refused as refused:
        draft.forget()
        return draft.outcome(Verdict.REFUSED, refused.reason, incident)


def _carry_out(draft: Draft, envelope: Envelope, incident: Incident, acted: OperatorActed) -> Outcome:
    if acted.action is Action.REOPEN:
        return draft.outcome(Verdict.OPENED, incident=reopen(draft, envelope, incident, acted.reason))
    if incident.is_final:
        raise Refused(f"the case is {incident.status.replace('_', ' ')}: it can only be reopened")
    return draft.outcome(Verdict.DONE, incident=_ACTIONS[acted.action](draft, incident, acted, envelope.actor))


_ACTIONS: Mapping[Action, Callable[[Draft, Incident, OperatorActed, Actor], Incident]] = {
    Action.CLAIM: claim,
    Action.UNCLAIM: unclaim,
    Action.COMFORT: comfort,
    Action.NOTE: note,
    Action.TRIAGE: triage,
    Action.ASSIGN: do_or_hold,
    Action.ESCALATE: escalate,
    Action.HAND_OVER: hand_over,
    Action.STAND_DOWN: do_or_hold,
    Action.FALSE_ALARM: do_or_hold,
    Action.CONFIRM_RELEASE: confirm_release,
    Action.CLOSE: do_or_hold,
    Action.MERGE: merge,
    Action.UNDO: undo,
    Action.HOLD_ESCALATION: hold_escalation,
    Action.SHELVE: shelve,
    Action.UNSHELVE: unshelve,
    Action.LEAVE: leave,
}
