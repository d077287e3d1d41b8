"""Cases put to the dispatcher: each as a callout, with every crew as the board has them now.

Decides what the dispatcher is told and nothing of its answer. Only crews that could set out now are put as free: who is
about to finish elsewhere is refused with the time it takes, and is asked when it has finished.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from dispatch.crews import CompanyId, CrewId
from dispatch.problem import Callout, Problem, SoonFree
from dispatch.rules import Rules
from dispatch.triage import Stake
from rescue.desk.draft import Draft
from rescue.desk.outages import is_in_area_cut
from rescue.desk.resting import rests_until
from rescue.desk.stakes import building_of, priority, required_of, stake_of
from rescue.escalation import REACHES, Asks
from rescue.incident import Assignment, AssignmentStatus, Incident, IncidentId

NOT_WAITED_FOR_S = 0.0
"""How soon a busy crew must be free to be asked: at once. People do not wait for it while another could set out."""
UNDER_WAY = frozenset({AssignmentStatus.OFFERED, AssignmentStatus.ACCEPTED, AssignmentStatus.EN_ROUTE})
"""In these a crew may be turned round."""


def problem_of(draft: Draft, *incidents: Incident) -> Problem:
    """These cases and every crew. Whoever is asked for one of them and has not answered may be asked for another."""
    ids = {incident.incident_id for incident in incidents}
    holders = draft.holders()
    told = _told(holders, ids)
    others = {crew_id: one for crew_id, one in holders.items() if crew_id not in told.values()}
    busy = {crew_id: why for crew_id, why in draft.busy().items() if crew_id in others}
    return Problem(
        callouts=[callout_of(draft, incident) for incident in incidents],
        crews=list(draft.board.crews.values()),
        companies=draft.board.companies,
        busy={crew_id: _busy_with(others[crew_id], why, ids) for crew_id, why in busy.items()},
        now=draft.now,
        rules=Rules(on_site_s=draft.policy.on_site_s, soon_free_within_s=NOT_WAITED_FOR_S),
        soon_free=dict(_soon_free(draft, others)),
        bound_for=dict(_bound_for(draft, others)),
        resting=dict(_resting(draft)),
        published=told,
        pins={one.incident_id: told[one.incident_id] for one in incidents if one.chosen_by and one.incident_id in told},
        attended=frozenset(aim.building for one in others.values() if (aim := draft.aim(one.incident_id)).building),
    )


def callout_of(draft: Draft, incident: Incident) -> Callout:
    """The incident as the solver sees it."""
    policy = draft.policy_of(incident)
    return Callout(
        incident_id=incident.incident_id,
        lift_position=incident.lift.position if incident.lift else None,
        contractor_id=incident.lift.company_id if incident.lift else None,
        level=REACHES[policy.level(incident.level).asks],
        priority=priority(incident),
        waiting_since=incident.trapped_since,
        excluded=_excluded(draft, incident),
        required_qualifications=required_of(incident),
        stake=stake_of(incident),
        building=building_of(incident.lift) or None,
        radius_m=policy.nearby_within_m,
    )


def _excluded(draft: Draft, incident: Incident) -> dict[CrewId, str]:
    """Crews that refused a while ago, and at level 2 their whole company: it has had its turn, others come now."""
    policy, crews = draft.policy_of(incident), draft.board.crews
    lasts = timedelta(seconds=policy.refusal_lasts_s)
    refused = {crew_id: r for crew_id, r in incident.refusals.items() if draft.now - r.at < lasts}
    had_turn: set[CompanyId] = set()
    if policy.level(incident.level).asks is Asks.NEARBY and not is_in_area_cut(draft, incident):
        had_turn = {crews[c].company_id for c, r in refused.items() if c in crews and r.level < incident.level}
    others = {c.crew_id: "its company was asked at level 1" for c in crews.values() if c.company_id in had_turn}
    return others | {crew_id: refusal.reason for crew_id, refusal in refused.items()}


def _told(holders: Mapping[CrewId, Assignment], ids: set[IncidentId]) -> dict[str, CrewId]:
    """Whom these cases are offered to."""
    offers = (one for one in holders.values() if one.status is AssignmentStatus.OFFERED)
    return {one.incident_id: one.crew_id for one in offers if one.incident_id in ids}


def _busy_with(held: Assignment, why: str, ids: set[IncidentId]) -> str:
    return f"{held.status.replace('_', ' ')} for this case" if held.incident_id in ids else why


def _soon_free(draft: Draft, holders: Mapping[CrewId, Assignment]) -> Iterator[tuple[CrewId, SoonFree]]:
    """At work, and not yet for longer than it takes: of those who are, nobody knows when they will have done."""
    for crew_id, one in holders.items():
        if one.status is AssignmentStatus.ON_SCENE and one.on_scene_at is not None:
            free_at = one.on_scene_at + timedelta(seconds=draft.policy.on_site_s)
            if free_at > draft.now:
                yield crew_id, SoonFree(free_at=free_at, position=draft.aim(one.incident_id).place)


def _bound_for(draft: Draft, holders: Mapping[CrewId, Assignment]) -> Iterator[tuple[CrewId, Stake]]:
    """On their way to where nobody is inside. Between people an operator decides: what one gains the other loses."""
    for crew_id, one in holders.items():
        if one.status in UNDER_WAY and draft.aim(one.incident_id).stake is Stake.NOBODY:
            yield crew_id, Stake.NOBODY


def _resting(draft: Draft) -> Iterator[tuple[CrewId, datetime]]:
    for one in draft.worked():
        until = rests_until(one, draft.policy)
        if until and until > draft.now:
            yield one.crew_id, until
