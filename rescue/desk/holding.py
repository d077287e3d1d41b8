"""Undo: a deed that an operator may think better of waits a few seconds before it is done, if it was asked to.

It is looked at twice: when it is asked for, so that nobody waits for what cannot be, and when its time has come, for
the case may have changed. Then it is done in the name of whoever asked. Until then nothing of it is done: crews go on
being asked as if nobody had said anything, and no crew is kept for it. Limits: one deed a case, a newer one in its
place; `undo_within_s`; what ends a case is not done more than a minute late, when the service was away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from rescue.desk.demands import Refused
from rescue.desk.draft import Draft
from rescue.desk.ending import close, false_alarm, stand_down
from rescue.desk.inputs import Action, OperatorActed
from rescue.desk.sending import assign
from rescue.holds import Held, Undoable
from rescue.incident import Deadline, Incident
from rescue.timeline import Actor, instant

Deed: TypeAlias = Callable[[Draft, Incident, OperatorActed, Actor], Incident]

LATEST = timedelta(minutes=1)
"""A word that ends a case is worth no more than what was known when it was said."""

_DEEDS: Mapping[Undoable, Deed] = {
    Undoable.ASSIGN: assign,
    Undoable.STAND_DOWN: stand_down,
    Undoable.FALSE_ALARM: false_alarm,
    Undoable.CLOSE: close,
}
_SAID = frozenset(one.name for one in fields(Held)) & frozenset(one.name for one in fields(OperatorActed)) - {"action"}
"""What is kept of the words that go with a deed."""


def do_or_hold(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """Do it, or hold it for as long as it was asked to be. What was held before is not done."""
    free = _replaced(draft, incident, by) if incident.held else incident
    hold_s = min(acted.hold_s or 0.0, draft.policy_of(incident).undo_within_s)
    if hold_s <= 0:
        return _DEEDS[Undoable(acted.action)](draft, free, acted, by)
    return _hold(draft, free, acted, by, hold_s)


def _replaced(draft: Draft, incident: Incident, by: Actor) -> Incident:
    return drop(draft, incident, f"{by.name} asked for something else")


def _hold(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor, hold_s: float) -> Incident:
    mark = draft.mark()
    _DEEDS[Undoable(acted.action)](draft, incident, acted, by)
    draft.go_back(mark)
    said = {name: getattr(acted, name) for name in _SAID}
    until = draft.after(hold_s)
    held = Held(**said | {"action": Undoable(acted.action), "by": by.name, "at": draft.now, "until": until})
    waits = replace(incident, held=held).due(carry_out_by=until)
    told = f"{by.name} asked for this, to be done in {hold_s:g} s unless it is undone: {_words(held)}"
    facts = {"action": held.action, "crew_id": held.crew_id, "reason": held.reason, "until": instant(until)}
    return draft.record(waits, "held", told, by, **facts)


def undo(draft: Draft, incident: Incident, _acted: OperatorActed, by: Actor) -> Incident:
    """What is held is not done."""
    held = incident.held
    if held is None:
        raise Refused("nothing is held: it was done, undone or dropped")
    free = replace(incident, held=None).without(Deadline.CARRY_OUT_BY)
    return draft.record(free, "undone", f"{by.name} undid: {_words(held)}", by, action=held.action, by=held.by)


def carry_out(draft: Draft, incident: Incident, by: datetime) -> Incident:
    """Nobody has thought better of it: it is done as if it were asked for now, or the case says why not."""
    held = incident.held
    if held is None:
        return draft.save(incident)
    if held.ends_case and draft.now - by > LATEST:
        return drop(draft, incident, "the service was away when it was due")
    mark = draft.mark()
    try:
        return _DEEDS[held.action](draft, replace(incident, held=None), _acted(incident, held), _doer(held))
    except Refused as refused:
        draft.go_back(mark)
        return drop(draft, incident, refused.reason)


def drop(draft: Draft, incident: Incident, because: str) -> Incident:
    """What is held is not done, and the case says why."""
    held = incident.held
    if held is None:
        return incident
    free = replace(incident, held=None).without(Deadline.CARRY_OUT_BY)
    told = f"Not done as {held.by} had asked ({_words(held)}): {because}"
    return draft.record(free, "not_carried_out", told, action=held.action, by=held.by, reason=because)


def _acted(incident: Incident, held: Held) -> OperatorActed:
    said = {name: getattr(held, name) for name in _SAID}
    return OperatorActed(incident_id=incident.incident_id, action=Action(held.action), **said)


def _doer(held: Held) -> Actor:
    return Actor(kind="operator", name=held.by, channel="http")


def _words(held: Held) -> str:
    crew = f" crew {held.crew_id}" if held.crew_id else ""
    because = f", {held.reason}" if held.reason else ""
    return held.action.replace("_", " ") + crew + because
