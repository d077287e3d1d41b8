"""The hand-over: at the last level a person calls the fire brigade, is told what to say, and confirms it was done.

A case at the last level always has its hand-over, whichever way it came there; `see_to_handovers` makes sure of that
after every decision, and keeps what is to be said up to date until the call is confirmed. Limit: until then people are
reminded after `hand_over_within_s`, then each time twice as late, and at last every `mark_repeats_after_s`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rescue.desk.briefing import brief
from rescue.desk.demands import Refused, demand_people, demand_trapped
from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.desk.letting_go import held, raise_level
from rescue.escalation import FIRE_BRIGADE, remind_at
from rescue.incident import Deadline, Handover, Incident
from rescue.timeline import Actor, instant


def see_to_handovers(draft: Draft) -> None:
    """Every case of this decision that has come to the last level has a call to be made, and the words for it."""
    for incident in list(draft.incidents.values()):
        if incident.is_final or not incident.is_entrapment or incident.level < FIRE_BRIGADE:
            continue
        if incident.handover is None:
            _begin(draft, incident)
        elif Deadline.HAND_OVER_BY in incident.deadlines:
            _keep_up(draft, incident, incident.handover)


def _begin(draft: Draft, incident: Incident) -> Incident:
    policy = draft.policy_of(incident)
    level = policy.level(FIRE_BRIGADE)
    words = brief(incident, held(draft, incident), draft.rules.time_zone)
    handover = Handover(
        name=level.name,
        name_zh=level.name_zh,
        call=level.call,
        say=words.en,
        say_zh=words.zh,
        asked_at=draft.now,
    )
    waits = replace(incident, handover=handover).due(hand_over_by=draft.after(policy.hand_over_within_s))
    said = f"Call the {_whom(handover)} and say: {words.en}"
    return draft.record(waits, "hand_over_due", said, call=level.call, say=words.en, say_zh=words.zh)


def _keep_up(draft: Draft, incident: Incident, handover: Handover) -> None:
    words = brief(incident, held(draft, incident), draft.rules.time_zone)
    if (words.en, words.zh) != (handover.say, handover.say_zh):
        draft.save(replace(incident, handover=replace(handover, say=words.en, say_zh=words.zh)))


def hand_over(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """The operator has called, or says why no call was needed. Whoever calls before the last level engages it."""
    demand_people(incident, "there is nobody to hand over")
    if not (acted.spoke_to or acted.reason):
        raise Refused("say who was spoken to, or why no call was needed")
    if incident.level < FIRE_BRIGADE:
        demand_trapped(incident)
        reason = acted.reason or f"{by.name} has called already"
        incident = raise_level(draft, incident, reason, to=FIRE_BRIGADE, actor=by)
    known = incident if incident.handover else _begin(draft, incident)
    assert known.handover is not None, "it was begun just now"
    return _confirmed(draft, known, known.handover, acted, by)


def _confirmed(draft: Draft, incident: Incident, handover: Handover, acted: OperatorActed, by: Actor) -> Incident:
    if handover.confirmed_at:
        raise Refused(f"{handover.confirmed_by} has confirmed the call at {instant(handover.confirmed_at)}")
    confirmed = replace(
        handover, confirmed_at=draft.now, confirmed_by=by.name, spoke_to=acted.spoke_to, note=acted.reason
    )
    done = replace(incident, handover=confirmed).without(Deadline.HAND_OVER_BY)
    spoke = f"{by.name} called the {_whom(handover)} and spoke to {acted.spoke_to}"
    said = spoke if acted.spoke_to else f"{by.name} did not call the {_whom(handover)}"
    because = f": {acted.reason}" if acted.reason else ""
    return draft.record(
        done, "handed_over", said + because, by, call=handover.call, spoke_to=acted.spoke_to, say=handover.say
    )


def pass_hand_over(draft: Draft, incident: Incident, _by: datetime) -> Incident:
    """Nobody has confirmed the call yet."""
    handover = incident.handover
    if handover is None or handover.confirmed_at:
        return draft.save(incident)
    policy = draft.policy_of(incident)
    by = remind_at(handover.asked_at, draft.now, policy.hand_over_within_s, policy)
    waited_s = (draft.now - handover.asked_at).total_seconds()
    said = f"Nobody has confirmed the call to the {_whom(handover)} for {waited_s / 60:.0f} min"
    return draft.record(incident.due(hand_over_by=by), "hand_over_overdue", said, call=handover.call)


def _whom(handover: Handover) -> str:
    return f"{handover.name} ({handover.call})"
