"""Bugs that somebody could write into the desk, each as an exchange of text in one file.

Each breaks a promise of the desk; a plant that changes nothing anybody could see has no place here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plant:
    """`bug` says what goes wrong when `right`, which stands once in `file`, is exchanged for `wrong`."""

    bug: str
    file: str
    right: str
    wrong: str

    def planted(self, house: Path) -> str:
        """The file's text with the bug in it. Raises StalePlant where the code has changed."""
        text = (house / self.file).read_text("utf-8")
        if text.count(self.right) != 1:
            raise StalePlant(self, text.count(self.right))
        return text.replace(self.right, self.wrong)


class StalePlant(Exception):
    """The code a plant speaks of has changed: the plant must follow it."""

    def __init__(self, plant: Plant, found: int) -> None:
        super().__init__(f"'{plant.bug}': its text stands {found} times in {plant.file}, not once")


ALARMS, ANSWERS, ASKING, BOARD = (f"rescue/desk/{name}.py" for name in ("alarms", "answers", "asking", "board"))
DEADLINES, DRAFT, OPERATORS, SIGNS = (f"rescue/desk/{name}.py" for name in ("deadlines", "draft", "operators", "signs"))
CONDITIONS, OUTAGES, SETTLING, TRAPPED = (
    f"rescue/desk/{name}.py" for name in ("conditions", "outages", "settling", "trapped")
)
AFTERWARDS, COMFORTING, ENDING, MERGING, REOPENING = (
    f"rescue/desk/{name}.py" for name in ("afterwards", "comforting", "ending", "merging", "reopening")
)
BRIEFING, HANDING_OVER, LETTING_GO, REDIRECTING, RELIEVING, TELLING = (
    f"rescue/desk/{name}.py"
    for name in ("briefing", "handing_over", "letting_go", "redirecting", "relieving", "telling")
)
EXPECTING, PLANNING, PROBLEMS, REPLANNING, RESTING, STAKES = (
    f"rescue/desk/{name}.py" for name in ("expecting", "planning", "problems", "replanning", "resting", "stakes")
)
ATTENDING, HOLDING, HOLDING_BACK, SECOND_THOUGHTS, SHELVING = (
    f"rescue/desk/{name}.py" for name in ("attending", "holding", "holding_back", "second_thoughts", "shelving")
)
POLICIES = "rescue/policies.py"
ESCALATION, TIMELINE = "rescue/escalation.py", "rescue/timeline.py"

PLANTS = (
    # alarms
    Plant(
        "a late alarm is taken for a new one",
        ALARMS,
        "ledger.ended_number:\n        return News.LATE",
        "ledger.ended_number:\n        return News.NEW",
    ),
    Plant(
        "an alarm of before a restart is taken for a new one",
        ALARMS,
        "return News.LATE if _is_from_before(ledger, alarm, now, policy) else News.NEW",
        "return News.NEW",
    ),
    Plant(
        "a controller that was replaced is never heard again",
        ALARMS,
        "if alarm.number > ledger.number or _is_old(ledger, now, policy):",
        "if alarm.number > ledger.number:",
    ),
    Plant(
        "an end silences alarms nobody has heard of",
        ALARMS,
        "number = min(ended.number, ledger.number)",
        "number = ended.number",
    ),
    Plant(
        "what is known of a lift's alarms is forgotten with its case",
        BOARD,
        "        self.incidents.pop(incident.incident_id, None)\n",
        "        self.incidents.pop(incident.incident_id, None)\n        self.ledgers.pop(incident.lift_id, None)\n",
    ),
    Plant(
        "an alarm is acknowledged only when it is new",
        SIGNS,
        "    if news is not alarms.News.NEW:\n",
        "    if news is not alarms.News.NEW:\n        draft.effects.clear()\n",
    ),
    Plant(
        "an alarm is acknowledged where its lift does not listen",
        SIGNS,
        "event.heard_in or event.area, event.number)",
        "event.area, event.number)",
    ),
    Plant(
        "the end of an alarm is not acknowledged",
        SIGNS,
        "    if ledger and event.number <= ledger.number:\n",
        "    if False:\n",
    ),
    Plant(
        "the end of an alarm nobody has heard of is acknowledged",
        SIGNS,
        "    if ledger and event.number <= ledger.number:\n",
        "    if ledger:\n",
    ),
    # one case a lift
    Plant("a lift has a case for each report", TRAPPED, "    if incident is None:\n", "    if True:\n"),
    Plant(
        "people trapped again in a released case are not asked for",
        TRAPPED,
        "    if incident.status is Status.RELEASED:\n        return set_going",
        "    if False:\n        return set_going",
    ),
    Plant(
        "people hurt in a lift stuck again do not raise the level",
        TRAPPED,
        "set_going(draft, raise_if_grave(draft, _trapped_again(draft, joined, report)))",
        "set_going(draft, _trapped_again(draft, joined, report))",
    ),
    Plant("a finished case stays on the board", BOARD, "        if incident.is_final:\n", "        if False:\n"),
    # evidence and signs
    Plant(
        "the newest evidence counts, not the strongest",
        TRAPPED,
        "max(known.confidence, new.confidence, key=lambda c: c.rank)",
        "new.confidence",
    ),
    Plant(
        "a merely possible entrapment is offered at once",
        TRAPPED,
        "    if not is_sure(incident.evidence):\n",
        "    if False:\n",
    ),
    Plant(
        "nobody is asked when nobody verifies",
        DEADLINES,
        'return ask(draft, draft.record(likely, "unverified", "Not verified in time: treated as likely"))',
        'return draft.record(likely, "unverified", "Not verified in time: treated as likely")',
    ),
    Plant(
        "signs of release outlive newer reports of people inside",
        TRAPPED,
        "signs=incident.signs - _taken_back(report)",
        "signs=incident.signs",
    ),
    Plant(
        "the end of an older alarm is a sign of release",
        SIGNS,
        "    if ended[-1].ended_at is None:\n",
        "    if False:\n",
    ),
    Plant("a crew is stood down on one sign", ENDING, "if len(signs) < 2 and", "if len(signs) < 1 and"),
    # asking
    Plant(
        "nobody is asked again when nobody could be asked",
        ASKING,
        "later = incident.due(ask_by=kept_until(draft, incident, by))",
        "later = incident",
    ),
    Plant(
        "a crew that refused is asked again at once",
        PROBLEMS,
        "if draft.now - r.at < lasts",
        "if draft.now - r.at < 0 * lasts",
    ),
    Plant(
        "a company that had its turn at level 1 is asked again at level 2",
        PROBLEMS,
        "if c in crews and r.level < incident.level}",
        "if c in crews and r.level < 0}",
    ),
    Plant(
        "a crew that was only offered a case is asked for another",
        BOARD,
        "if assignment.status in HOLDS_CREW:\n            self.holders",
        'if assignment.status in HOLDS_CREW and assignment.status != "offered":\n            self.holders',
    ),
    Plant(
        "a crew is asked twice in one decision",
        DRAFT,
        "held = (a for a in self.assignments.values() if a.status in HOLDS_CREW)",
        "held: tuple[Assignment, ...] = ()",
    ),
    Plant(
        "a crew that declines stays held",
        LETTING_GO,
        "replace(assignment, status=status, ended_at=draft.now, end_reason=reason)",
        "replace(assignment, ended_at=draft.now, end_reason=reason)",
    ),
    Plant(
        "a level is never exhausted",
        ESCALATION,
        "return incident.level < FIRE_BRIGADE and incident.asked_at_level >= policy.attempts_per_level",
        "return False",
    ),
    Plant(
        "a higher level begins with the attempts of the lower",
        LETTING_GO,
        "raised = replace(incident, level=level, asked_at_level=0, escalation_held=None)",
        "raised = replace(incident, level=level, escalation_held=None)",
    ),
    Plant(
        "the level is raised in words only",
        LETTING_GO,
        "raised = replace(incident, level=level, asked_at_level=0, escalation_held=None)",
        "raised = replace(incident, asked_at_level=0, escalation_held=None)",
    ),
    Plant(
        "an operator's choice of crew has no limit in time",
        ASKING,
        "return carry_offer(draft, _engaged_in_time(draft, asked), assignment",
        "return carry_offer(draft, asked, assignment",
    ),
    Plant(
        "a case that lost its crew has no new limit in time",
        LETTING_GO,
        "return freed.due(engage_by=draft.after(draft.policy_of(incident).accept_within_s)) if starts_anew else freed",
        "return freed",
    ),
    Plant(
        "who was no longer asked is not in the history",
        LETTING_GO,
        '    freed = draft.record(freed, "withdrawn", said, attempt=assignment.attempt, crew_id=assignment.crew_id)\n',
        "    freed = draft.save(freed)\n",
    ),
    # answers
    Plant(
        "the attempt an answer quotes is not checked",
        ANSWERS,
        "if answered.attempt != assignment.attempt:",
        "if False:",
    ),
    Plant(
        "an answer counts however far the assignment is",
        ANSWERS,
        "if answered.answer not in MAY.get(assignment.status, frozenset()):",
        "if False:",
    ),
    Plant(
        "a company accepts with the crew of another",
        ANSWERS,
        "if crew is None or crew.company_id != assignment.company_id:",
        "if crew is None:",
    ),
    Plant(
        "a company accepts with a crew that is on another case",
        ANSWERS,
        '    return f"crew {crew_id} is {draft.busy()[crew_id]}" if crew_id in draft.busy() else ""',
        '    return ""',
    ),
    Plant(
        "an acceptance does not stop the clock to the last level",
        ANSWERS,
        ".without(Deadline.ACCEPT_BY, Deadline.ENGAGE_BY)",
        ".without(Deadline.ACCEPT_BY)",
    ),
    Plant(
        "passengers do not hear that help is on the way",
        ANSWERS,
        "    tell_passengers(draft, going, accepted)\n",
        "",
    ),
    Plant(
        "an undelivered offer ends whatever came of it",
        ANSWERS,
        "if not assignment or not incident or not _stands(assignment, offer):",
        "if not assignment or not incident:",
    ),
    Plant(
        "people found hurt do not raise the level",
        ANSWERS,
        "    if out.injured > incident.injured and out.level < FIRE_BRIGADE:\n",
        "    if False:\n",
    ),
    # deadlines
    Plant(
        "an overdue offer is not withdrawn",
        DEADLINES,
        '    tell_withdrawn(draft, lost, assignment, "not answered in time")\n',
        "",
    ),
    Plant(
        "the engagement of every level takes back the offer that stands",
        DEADLINES,
        '    return raise_level(draft, incident, "nobody has accepted in time',
        '    incident = ask(draft, lose_crew(draft, incident, AssignmentStatus.OVERDUE, "too slow"))\n'
        '    return raise_level(draft, incident, "nobody has accepted in time',
    ),
    Plant(
        "the stay in the car is looked at once",
        DEADLINES,
        "return draft.save(incident.due(stay_by=next_mark_at(incident, draft.now, policy)))",
        "return draft.save(incident)",
    ),
    Plant(
        "a stay found to be longer keeps its marks where they were",
        TRAPPED,
        "return replace(incident, trapped_since=since).due(stay_by=by - earlier)",
        "return replace(incident, trapped_since=since)",
    ),
    Plant(
        "the marks past when an entrapment is found are left out",
        TRAPPED,
        "stay_by=next_mark_at(known, known.trapped_since, draft.policy_of(known))",
        "stay_by=next_mark_at(known, draft.now, draft.policy_of(known))",
    ),
    Plant(
        "a forgotten call-back is forgotten for good",
        DEADLINES,
        "again = incident.due(call_back_by=draft.after(draft.policy_of(incident).mark_repeats_after_s))",
        "again = incident",
    ),
    # operators
    Plant("a case is closed without a call-back", ENDING, "if incident.called_back_at is None:", "if False:"),
    Plant("a case is closed without its cause", ENDING, "    if not cause_code:\n", "    if False:\n"),
    Plant(
        "an operator acts on what is no longer so",
        OPERATORS,
        "if acted.version is not None and acted.version != incident.version:",
        "if False:",
    ),
    # cases in which nobody is inside
    Plant(
        "a flapping fault opens a case",
        CONDITIONS,
        "    if found.is_flapping or not found.opens:\n",
        "    if not found.opens:\n",
    ),
    Plant(
        "flapping is written down each time",
        CONDITIONS,
        "    if found.condition in incident.flapping:\n        return draft.outcome",
        "    if False:\n        return draft.outcome",
    ),
    Plant(
        "a fault asks crews by itself",
        ASKING,
        "    if not incident.is_entrapment:\n        return draft.save(incident)\n",
        "",
    ),
    Plant(
        "a case ends while something else is wrong",
        SETTLING,
        "incident.lift_id is not None and not incident.conditions",
        "incident.lift_id is not None",
    ),
    Plant(
        "a case ends by itself though a crew is on its way",
        SETTLING,
        "    if not is_over or incident.is_entrapment or incident.status is not Status.OPEN:\n",
        "    if not is_over or incident.is_entrapment:\n",
    ),
    Plant(
        "a forgotten fault is forgotten for good",
        DEADLINES,
        "again = incident.due(attend_by=draft.after(attend_within_s(incident.kind, draft.policy_of(incident))))",
        "again = incident",
    ),
    Plant(
        "a fault's case swallows an alarm",
        TRAPPED,
        "    if not incident.is_entrapment:\n        return rise(draft, incident, report, by)\n",
        "    if not incident.is_entrapment:\n        return incident\n",
    ),
    Plant(
        "a case that rises keeps the patience of a fault",
        TRAPPED,
        "    ).without(Deadline.ATTEND_BY)\n",
        "    )\n",
    ),
    Plant(
        "what a case is about falls back",
        CONDITIONS,
        "    if order.index(found.kind) < order.index(incident.kind):\n",
        "    if True:\n",
    ),
    # merged, reopened, said too late
    Plant("a lift that rings is merged away", MERGING, "    if _lift_says_so(incident):\n", "    if False:\n"),
    Plant(
        "a lift that shows people inside is merged away",
        MERGING,
        "    return rings or (incident.is_inferred and Sign.LIFT_RECOVERED not in incident.signs)\n",
        "    return rings\n",
    ),
    Plant(
        "people are merged into a case whose people are out",
        MERGING,
        "    for case in (incident, into):\n",
        "    for case in (incident,):\n",
    ),
    Plant(
        "the crew of a merged case goes home though the other has none",
        MERGING,
        "    if crew and grown.status is Status.OPEN:\n",
        "    if False:\n",
    ),
    Plant(
        "people hurt in a merged case are forgotten",
        MERGING,
        "raise_if_grave(draft, draft.record(known, ",
        "(draft.record(known, ",
    ),
    Plant(
        "a merged case's lift and another building's are taken for one place",
        MERGING,
        "    if not _may_be_one_place(incident, into):\n",
        "    if False:\n",
    ),
    Plant(
        "a lift has two cases once one is reopened",
        REOPENING,
        "    known = draft.incident_of(over.lift_id)\n",
        "    known = None\n",
    ),
    Plant(
        "a case names one of long ago",
        TRAPPED,
        "return before if ended_s <= draft.policy_of(before).follows_within_s else None",
        "return before",
    ),
    Plant(
        "late answers are written down without end",
        AFTERWARDS,
        "    if over.late_entries >= LATE_KEPT:\n",
        "    if False:\n",
    ),
    Plant(
        "a case that is over counts its changes from one",
        DRAFT,
        "    def _before(self, incident_id: IncidentId) -> Incident | None:\n        if self.finished and",
        "    def _before(self, incident_id: IncidentId) -> Incident | None:\n        if False and self.finished and",
    ),
    # comfort
    Plant(
        "passengers are spoken to once",
        COMFORTING,
        "    again = incident.due(comfort_by=draft.after(draft.policy_of(incident).comfort_every_s))\n",
        "    again = incident\n",
    ),
    Plant(
        "nobody speaks to people found in a lift with a fault",
        TRAPPED,
        "    risen = remind(draft, risen)\n",
        "",
    ),
    Plant(
        "missed reminders are written down without end",
        COMFORTING,
        "    if incident.comforts_missed >= MISSES_KEPT:\n",
        "    if False:\n",
    ),
    # mass events
    Plant(
        "lifts that suffer together stay apart",
        OUTAGES,
        "    if len(neighbours) < policy.mass_in_building:\n",
        "    if True:\n",
    ),
    Plant(
        "lifts of one street are one building",
        STAKES,
        'return f"{lift.address} {lift.building}".strip() if lift else ""',
        'return lift.building if lift else ""',
    ),
    Plant(
        "yesterday's outage counts for today's",
        OUTAGES,
        "if one.joined_at >= draft.after(-policy.mass_window_s)]",
        "]",
    ),
    Plant(
        "a lift that recovers is still counted",
        OUTAGES,
        "fewer = replace(parent, recovered=parent.recovered + 1)",
        "fewer = parent",
    ),
    Plant(
        "an outage is over while people are trapped in it",
        OUTAGES,
        "    return any(one.parent_id == parent.incident_id for one in draft.open_incidents())\n",
        "    return False\n",
    ),
    Plant(
        "an outage stays open for ever",
        "rescue/desk/__init__.py",
        "    outcome = _take(draft, envelope)\n    see_to_waiting(draft)\n    settle_parents(draft)\n",
        "    outcome = _take(draft, envelope)\n    see_to_waiting(draft)\n",
    ),
    Plant(
        "a building's outage stays beside its area's",
        OUTAGES,
        "    for one in lesser:\n        settle(",
        "    for one in lesser[:0]:\n        settle(",
    ),
    Plant(
        "people trapped in an outage are not found under it",
        TRAPPED,
        "return set_going(draft, outages.adopt(draft, opened))",
        "return set_going(draft, opened)",
    ),
    Plant(
        "two cases of one decision bear one number",
        DRAFT,
        "return self.board.next_number + self._opened",
        "return self.board.next_number",
    ),
    Plant(
        "a case opened a moment ago is not known to the next news",
        DRAFT,
        "incident_id = self._by_lift.get(lift_id) or self.board.by_lift.get(lift_id)",
        "incident_id = self.board.by_lift.get(lift_id)",
    ),
    # levels, hand-over, relief, redirection
    Plant(
        "in an area without power levels 1 and 2 are not asked together",
        ASKING,
        "if incident.level == 1 and is_in_area_cut(draft, incident):",
        "if False:",
    ),
    Plant(
        "a contractor too far away is asked all the same",
        ESCALATION,
        "asks is Asks.CONTRACTOR and eta_s > policy.reach_within_s",
        "asks is Asks.CONTRACTOR and eta_s > 10 * policy.reach_within_s",
    ),
    Plant(
        "the time that has passed does not count towards the limit of arrival",
        ESCALATION,
        "arrival_s = (now - max(incident.opened_at, incident.trapped_since)).total_seconds() + eta_s",
        "arrival_s = eta_s",
    ),
    Plant(
        "the first rule goes before later ones", POLICIES, "for rule in self.rules:", "for rule in self.rules[::-1]:"
    ),
    Plant(
        "people are reminded of the call once a minute for ever",
        ESCALATION,
        "min(max(within_s, waited_s), max(within_s, policy.mark_repeats_after_s))",
        "within_s",
    ),
    Plant(
        "what is to be said grows old",
        HANDING_OVER,
        "if (words.en, words.zh) != (handover.say, handover.say_zh):",
        "if False:",
    ),
    Plant(
        "a call that was made is made again",
        HANDING_OVER,
        "    if handover.confirmed_at:\n        raise Refused",
        "    if False:\n        raise Refused",
    ),
    Plant(
        "a call that was made is still waited for",
        HANDING_OVER,
        "done = replace(incident, handover=confirmed).without(Deadline.HAND_OVER_BY)",
        "done = replace(incident, handover=confirmed)",
    ),
    Plant("people trapped again are not called for again", TRAPPED, "        handover=None,\n", ""),
    Plant(
        "whoever is called does not hear that somebody is hurt",
        BRIEFING,
        "if incident.injured else []",
        "if False else []",
    ),
    Plant(
        "a crew that accepted is not watched",
        ANSWERS,
        "    going = watch(draft, going, accepted)\n",
        "",
    ),
    Plant(
        "a crew that accepts and will be late is taken for one in time",
        ANSWERS,
        "return going if answered.eta_s is None else engage_if_late(draft, going, accepted)",
        "return going",
    ),
    Plant(
        "the late crew drives on beside the one that relieves it",
        RELIEVING,
        """return take_over(draft, withdraw_crew(draft, incident, f"crew {relief.crew_id} comes in its place"))""",
        "return incident",
    ),
    Plant(
        "a relief that would be later still is asked",
        RELIEVING,
        "return draft.after(choice.eta_s) < expected_by - margin",
        "return True",
    ),
    Plant(
        "a silent crew never brings the next level",
        RELIEVING,
        "while relieved.relief_id is None and relieved.level < FIRE_BRIGADE:",
        "while False:",
    ),
    Plant(
        "a crew that has set out after the reminder is relieved all the same",
        RELIEVING,
        "return expected.without(Deadline.SET_OUT_BY, Deadline.RELIEVE_BY)",
        "return expected.without(Deadline.SET_OUT_BY)",
    ),
    Plant(
        "an offer in relief outlives the case's end",
        LETTING_GO,
        "return withdraw_crew(draft, withdraw_relief(draft, incident, reason), reason, final=final)",
        "return withdraw_crew(draft, incident, reason, final=final)",
    ),
    Plant(
        "cases that matter as much take crews from each other",
        REDIRECTING,
        "if stake_of(other) >= stake_of(incident):",
        "if stake_of(other) > stake_of(incident):",
    ),
    Plant(
        "a crew is called away from people beside whom it stands",
        REDIRECTING,
        "if holds.status is AssignmentStatus.ON_SCENE:",
        "if False:",
    ),
    Plant(
        "a case that lost its crew to another is not asked again",
        ASKING,
        "return now if now.assignment_id else ask(draft, now)",
        "return now",
    ),
    # what the dispatcher is told
    Plant(
        "authorised staff are not asked for",
        PROBLEMS,
        "required_qualifications=required_of(incident)",
        "required_qualifications=frozenset()",
    ),
    Plant("what is at stake is not told", PROBLEMS, "stake=stake_of(incident)", "stake=Stake.CONFIRMED"),
    Plant(
        "people wait for a crew that is about to finish elsewhere",
        PROBLEMS,
        "NOT_WAITED_FOR_S = 0.0",
        "NOT_WAITED_FOR_S = 900.0",
    ),
    Plant(
        "a crew that has long been at work counts as free",
        PROBLEMS,
        "            if free_at > draft.now:\n",
        "            if True:\n",
    ),
    Plant(
        "crews are turned round between people",
        PROBLEMS,
        "if one.status in UNDER_WAY and draft.aim(one.incident_id).stake is Stake.NOBODY:",
        "if one.status in UNDER_WAY:",
    ),
    Plant("a rest never ends", PROBLEMS, " and until > draft.now:", ":"),
    Plant("every rescue earns a rest", RESTING, ">= policy.rest_after_s", ">= 0"),
    Plant(
        "a rest ends with the case of the work",
        BOARD,
        "if self.holders.get(attempt.crew_id) is attempt:",
        "self.worked.pop(attempt.crew_id, None)\n            if self.holders.get(attempt.crew_id) is attempt:",
    ),
    Plant(
        "a crew is said to be still to come where it goes already",
        EXPECTING,
        "still = (incident_id for incident_id in route if incident_id in board.waiting)",
        "still = iter(route)",
    ),
    Plant(
        "a building to which somebody is going is seen to like any other",
        PROBLEMS,
        "attended=frozenset(aim.building for one in others.values() if (aim := draft.aim(one.incident_id)).building)",
        "attended=frozenset()",
    ),
    Plant("a change of crews need not pay for itself", PROBLEMS, "published=told", "published={}"),
    Plant(
        "an operator's choice counts as long as the case is open",
        ASKING,
        "chosen_by=None if actor == MACHINE else actor.name",
        "chosen_by=incident.chosen_by or (None if actor == MACHINE else actor.name)",
    ),
    # many wait
    Plant(
        "who waits is not thought of when a crew becomes free",
        "rescue/desk/__init__.py",
        "    outcome = _take(draft, envelope)\n    see_to_waiting(draft)\n",
        "    outcome = _take(draft, envelope)\n",
    ),
    Plant(
        "whoever looks first gets the crew",
        ASKING,
        "if one.incident_id != incident.incident_id] if choice else []",
        "if one.incident_id != incident.incident_id] if False else []",
    ),
    Plant("a plan is not followed", PLANNING, "Dealt(), _next_ones(draft, waiting)", "Dealt(), list(waiting)"),
    Plant(
        "a case that is newer than the plan waits for the next",
        PLANNING,
        "one.incident_id in following or one.incident_id not in known",
        "one.incident_id in following",
    ),
    Plant(
        "a plan's stops at cases that are seen to count",
        REPLANNING,
        "if (case := draft.incident(one)) and _is_unanswered(draft, case))",
        "if draft.incident(one))",
    ),
    Plant(
        "a plan takes back an offer that was accepted",
        REPLANNING,
        "incident.is_entrapment and offer.status is AssignmentStatus.OFFERED)",
        "incident.is_entrapment)",
    ),
    Plant(
        "a plan takes back what an operator chose",
        PROBLEMS,
        "for one in incidents if one.chosen_by and one.incident_id in told}",
        "for one in incidents if not told and one.incident_id in told}",
    ),
    Plant(
        "an offer that we changed counts as one that failed",
        REPLANNING,
        "max(0, freed.asked_at_level - 1)",
        "freed.asked_at_level",
    ),
    Plant(
        "a plan leaves crews idle",
        REPLANNING,
        "    changed = _change_offers(draft)\n    _ask_for_waiting(draft)\n",
        "    changed = _change_offers(draft)\n",
    ),
    # what operators may think better of
    Plant("nobody has time to think better of a deed", HOLDING, "    if hold_s <= 0:\n", "    if True:\n"),
    Plant(
        "a deed is held for longer than the policy allows",
        HOLDING,
        "hold_s = min(acted.hold_s or 0.0, draft.policy_of(incident).undo_within_s)",
        "hold_s = acted.hold_s or 0.0",
    ),
    Plant(
        "what could not be done is held all the same",
        HOLDING,
        "    _DEEDS[Undoable(acted.action)](draft, incident, acted, by)\n    draft.go_back(mark)\n",
        "    draft.go_back(mark)\n",
    ),
    Plant("a deed is done and held", HOLDING, "acted, by)\n    draft.go_back(mark)\n", "acted, by)\n"),
    Plant(
        "a deed that was undone is done",
        HOLDING,
        'free = replace(incident, held=None).without(Deadline.CARRY_OUT_BY)\n    return draft.record(free, "undone"',
        'free = incident\n    return draft.record(free, "undone"',
    ),
    Plant("what ends a case is done however late", HOLDING, "draft.now - by > LATEST", "draft.now - by > 1e6 * LATEST"),
    Plant(
        "a held deed is done in the machine's name",
        HOLDING,
        'Actor(kind="operator", name=held.by, channel="http")',
        'Actor(kind="machine", name=held.by, channel="desk")',
    ),
    Plant(
        "a call does not drop the end that is held",
        TRAPPED,
        "    if incident.held and incident.held.ends_case:\n",
        "    if False:\n",
    ),
    Plant(
        "an end that is held outlives worse news",
        SECOND_THOUGHTS,
        "if why and incident.held.ends_case else incident",
        "if False else incident",
    ),
    Plant(
        "worse news drops a dispatch too",
        SECOND_THOUGHTS,
        "if why and incident.held.ends_case else incident",
        "if why else incident",
    ),
    Plant(
        "a case that is over still holds a deed",
        SECOND_THOUGHTS,
        "    if Deadline.CARRY_OUT_BY not in incident.deadlines:\n",
        "    if False:\n",
    ),
    Plant(
        "a crew taken in the same moment is taken again",
        REDIRECTING,
        "holds = draft.holders().get(crew_id)",
        "holds = draft.board.holders.get(crew_id)",
    ),
    Plant(
        "an operator keeps a level past the limit of those who are surely inside",
        HOLDING_BACK,
        "if is_sure and not acted.is_supervisor else in_all",
        "if False else in_all",
    ),
    Plant(
        "a level is kept again and again",
        HOLDING_BACK,
        "since = before.since if before else draft.now",
        "since = draft.now",
    ),
    Plant(
        "a supervisor's limit becomes everybody's",
        HOLDING_BACK,
        "limit = min(engage_by, before.engage_by) if before else engage_by",
        "limit = engage_by",
    ),
    Plant(
        "a level that is kept asks nobody of its own",
        ASKING,
        "draft.policy_of(incident)) and not keeps_level(draft, incident):",
        "draft.policy_of(incident)):",
    ),
    Plant(
        "a level that is kept rises when its crews are used up",
        ASKING,
        "    if incident.level < FIRE_BRIGADE and not keeps_level(draft, incident):\n",
        "    if incident.level < FIRE_BRIGADE:\n",
    ),
    Plant(
        "a level goes on being kept when the case gets graver",
        SECOND_THOUGHTS,
        "return let_rise(draft, incident, why) if why else incident",
        "return incident",
    ),
    Plant(
        "a case of people is put aside",
        SHELVING,
        "    if incident.is_entrapment:\n",
        "    if False:\n",
    ),
    Plant("a case is put aside for ever", SHELVING, "draft.now < until <= draft.now + LONGEST", "draft.now < until"),
    Plant(
        "what was put aside stays there when more goes wrong",
        SECOND_THOUGHTS,
        "return bring_back(draft, incident, why) if why else incident",
        "return incident",
    ),
    Plant(
        "what was put aside is not brought back at its time",
        DEADLINES,
        "    if incident.shelved:\n        return bring_back",
        "    if False:\n        return bring_back",
    ),
    Plant(
        "anybody leaves anybody's case",
        ATTENDING,
        "    if handler != by.name and not acted.is_supervisor:\n",
        "    if False:\n",
    ),
    Plant(
        "a case that was taken over still waits to be",
        ATTENDING,
        "claimed = replace(incident, claimed_by=by.name, left=None)",
        "claimed = replace(incident, claimed_by=by.name)",
    ),
    # the decision itself
    Plant(
        "the version stands still",
        DRAFT,
        "before.version + is_news if before else 1",
        "before.version if before else 1",
    ),
    Plant(
        "deciding changes the board",
        DRAFT,
        "        self.incidents[saved.incident_id] = saved\n",
        "        self.incidents[saved.incident_id] = self.board.incidents[saved.incident_id] = saved\n",
    ),
    Plant("each entry begins a chain of its own", DRAFT, "previous=incident.head", 'previous=""'),
    Plant(
        "two effects are one to whoever carries them",
        TELLING,
        ":{incident.version}:{incident.entries}:{type_}:",
        ":{type_}:",
    ),
    Plant(
        "the instant of an entry is not sealed",
        TIMELINE,
        "body = [incident_id, seq, instant(at), what,",
        "body = [incident_id, seq, what,",
    ),
)

HARMLESS = Plant(
    "a comment is worded otherwise", ASKING, '"""Ask this crew: a new attempt', '"""Ask them: a new attempt'
)
"""Nobody may notice this one: it shows that a trial can end the other way."""
