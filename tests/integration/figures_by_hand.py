"""The figures of docs/reports.md, computed in plain Python from a history: what the database must come to as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from devices.messages import Confidence
from rescue.incident import TRAPPED, Assignment, AssignmentId, Incident, IncidentId, Kind, Lift, Status
from rescue.reports.figures import NAMES, Group
from rescue.reports.span import Span
from rescue.timeline import Entry

MONTH_S = 365.25 * 86_400 / 12
JUDGED = {Status.RELEASED, Status.CLOSED, Status.STOOD_DOWN}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, as of when, by whom."""

    span: Span
    zone: ZoneInfo
    now: datetime
    company: str | None = None


@dataclass(kw_only=True)
class Past:
    """Everything that was ever stored."""

    incidents: dict[IncidentId, Incident] = field(default_factory=dict)
    assignments: dict[AssignmentId, Assignment] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    lifts: Sequence[Lift] = ()


class Case:
    """One case, looked at for one question."""

    def __init__(self, incident: Incident, past: Past, question: Question) -> None:
        self.incident = incident
        self.question = question
        told = [entry for entry in past.entries if entry.incident_id == incident.incident_id]
        self.beginnings = [entry for entry in told if entry.what in {"opened", "rose", "trapped_again"}]
        asked = [one for one in past.assignments.values() if one.incident_id == incident.incident_id]
        self.attempts = [one for one in asked if question.company in {None, one.company_id}]

    @property
    def is_asked_for(self) -> bool:
        opened_at = self.incident.opened_at
        within = self.question.span.since <= opened_at < self.question.span.until
        return within and (self.question.company is None or bool(self.attempts))

    @property
    def local(self) -> datetime:
        return self.incident.opened_at.astimezone(self.question.zone)

    @property
    def found_at(self) -> datetime:
        return self.beginnings[-1].at

    @property
    def found_as(self) -> object:
        return next((e.data["confidence"] for e in self.beginnings if "confidence" in e.data), None)

    @property
    def is_false(self) -> bool:
        return self.incident.status is Status.FALSE_ALARM

    @property
    def counts(self) -> bool:
        merely_possible = self.incident.evidence.confidence is Confidence.POSSIBLE and not self.incident.released_at
        if self.is_false or self.incident.merged_into_id:
            return False
        return not merely_possible

    @property
    def is_unconfirmed(self) -> bool:
        return not self.counts and not self.is_false and not self.incident.merged_into_id

    @property
    def is_judged(self) -> bool:
        return self.is_false or (self.counts and self.incident.status in JUDGED)

    @property
    def until_at(self) -> datetime:
        return self.incident.released_at or self.incident.closed_at or self.question.now

    @property
    def offered_at(self) -> datetime | None:
        return min((a.offered_at for a in self.attempts if a.offered_at >= self.found_at), default=None)

    @property
    def accepted_at(self) -> datetime | None:
        since = (a.accepted_at for a in self.attempts if a.offered_at >= self.found_at)
        return min(filter(None, since), default=None)

    @property
    def seen_at(self) -> datetime | None:
        arrived_at = self.incident.arrived_at
        if arrived_at is None or arrived_at not in {a.on_scene_at for a in self.attempts}:
            return None
        return max(arrived_at, self.found_at)

    @property
    def promise(self) -> tuple[float, float] | None:
        """How long the crew that arrived took from its acceptance, and was told to take."""
        for one in self.attempts:
            if (
                one.on_scene_at
                and one.on_scene_at == self.incident.arrived_at
                and one.accepted_at
                and one.eta_s is not None
            ):
                return (one.on_scene_at - one.accepted_at).total_seconds(), one.eta_s
        return None

    @property
    def month(self) -> tuple[object, int, int]:
        return self.incident.lift_id, self.local.year, self.local.month

    def keys(self, repeats: bool) -> dict[Group, str | None]:
        lift = self.incident.lift
        return {
            Group.TOTAL: "",
            Group.HOUR: f"{self.local:%H}",
            Group.DAY: f"{self.local:%Y-%m-%d}",
            Group.AREA: self.incident.area,
            Group.COMPANY: self.question.company or (lift and lift.company_id) or "",
            Group.PLACE_TYPE: lift.place_type if lift else "",
            Group.LEVEL: str(self.incident.level),
            Group.KIND: self.incident.kind,
            Group.USER_UNIT: lift.user_unit if lift else "",
            Group.AGE: age_of(lift, self.question),
            Group.REPEAT_LIFT: self.incident.lift_id if repeats else None,
        }


Figures = dict[str, float | None]


def compute(past: Past, question: Question) -> dict[Group, dict[str, Figures]]:
    """Every figure of every group of every grouping."""
    cases = [case for one in past.incidents.values() if (case := Case(one, past, question)).is_asked_for]
    monthly: defaultdict[tuple[object, int, int], int] = defaultdict(int)
    for case in cases:
        monthly[case.month] += case.counts and case.incident.is_entrapment
    grouped: defaultdict[Group, defaultdict[str, list[Case]]] = defaultdict(lambda: defaultdict(list))
    grouped[Group.TOTAL][""] = []
    for case in cases:
        repeats = case.incident.is_entrapment and monthly[case.month] >= 3
        for group, key in case.keys(repeats).items():
            if key is not None and (case.incident.is_entrapment or group is Group.KIND):
                grouped[group][key].append(case)
    stock = lifts_by_group(past.lifts, question)
    return {
        group: {
            key: counts_of(found)
            if group is Group.KIND and key != Kind.ENTRAPMENT
            else figures_of(found, monthly, stock.get((group, key)), question)
            for key, found in keys.items()
        }
        for group, keys in grouped.items()
    }


def lifts_by_group(lifts: Iterable[Lift], question: Question) -> dict[tuple[Group, str], int]:
    """How many lifts there are in each group; of a company that asks, its own."""
    counted: defaultdict[tuple[Group, str], int] = defaultdict(int)
    for lift in lifts:
        if question.company not in {None, lift.company_id}:
            continue
        for group, key in (
            (Group.TOTAL, ""),
            (Group.AREA, lift.area),
            (Group.COMPANY, lift.company_id or ""),
            (Group.PLACE_TYPE, lift.place_type),
            (Group.USER_UNIT, lift.user_unit),
            (Group.AGE, age_of(lift, question)),
        ):
            counted[group, key] += 1
    if question.company is not None:
        counted.setdefault((Group.TOTAL, ""), 0)
    return counted


def age_of(lift: Lift | None, question: Question) -> str:
    """The band of a lift's whole years on the span's first day."""
    text = lift.attributes.get("commissioned_on") if lift else None
    if not text:
        return ""
    born, day = date.fromisoformat(text), question.span.since.astimezone(question.zone).date()
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return "00-04" if years < 5 else "05-09" if years < 10 else "10-14" if years < 15 else "15+"


def counts_of(cases: list[Case]) -> Figures:
    """Of a kind in which nobody is inside."""
    good = [case for case in cases if not case.is_false]
    return dict.fromkeys(NAMES) | {
        "cases": len(good),
        "false_alarms": len(cases) - len(good),
        "unreleased": sum(case.incident.status in TRAPPED for case in good),
    }


def figures_of(
    cases: list[Case], monthly: dict[tuple[object, int, int], int], lifts: int | None, question: Question
) -> Figures:
    """A long list, as long as the report is."""
    good = [case for case in cases if case.counts]
    released = [case for case in good if case.incident.released_at]
    responses = [c for c in good if c.accepted_at or lasted(c.offered_at, c.until_at, 180)]
    arrivals = [c for c in good if c.seen_at or lasted(c.found_at, c.until_at, 1800)]
    months = (question.span.until - question.span.since).total_seconds() / MONTH_S
    own = [c for c in good if question.company in {None, c.incident.lift.company_id if c.incident.lift else ""}]
    figures: Figures = {
        "cases": len(good),
        "false_alarms": sum(case.is_false for case in cases),
        "merged": sum(case.incident.merged_into_id is not None for case in cases),
        "unconfirmed": sum(case.is_unconfirmed for case in cases),
        "unreleased": sum(case.incident.status in TRAPPED for case in good),
        "lifts": lifts,
        "cases_per_lift_month": len(own) / lifts / months if lifts and months else None,
        "repeat_lifts": len({c.incident.lift_id for c in cases if c.incident.is_entrapment and monthly[c.month] >= 3}),
        "responses_due": len(responses),
        "responded_in_3_min_share": share(responses, lambda c: within(c.offered_at, c.accepted_at, 180)),
        "arrivals_due": len(arrivals),
        "arrived_in_30_min_share": share(arrivals, lambda c: within(c.found_at, c.seen_at, 1800)),
        **spread("offer", [(c.found_at, c.offered_at) for c in good]),
        **spread("acceptance", [(c.offered_at, c.accepted_at) for c in good]),
        **spread("arrival", [(c.found_at, c.seen_at) for c in good]),
        **spread("on_site", [(c.seen_at, c.incident.released_at) for c in good]),
        **spread("total", [(c.found_at, c.incident.released_at) for c in good]),
        **promises([case.promise for case in good if case.promise]),
        "level_2_share": share(good, lambda c: c.incident.level >= 2),
        "level_3_share": share(good, lambda c: c.incident.level >= 3),
        "self_recovered_share": share(good, recovered),
        "releases": len(released),
        "called_back_share": share(released, lambda c: c.incident.called_back_at is not None),
        "cause_filed_share": share(released, lambda c: c.incident.cause_code is not None),
    }
    for number in range(1, 8):
        filed = [c for c in good if (c.incident.cause_code or "").startswith(str(number))]
        figures[f"cause_{number}"] = len(filed)
    for confidence in Confidence:
        judged = [c for c in cases if c.is_judged and c.found_as == confidence]
        figures[f"judged_{confidence}"] = len(judged)
        figures[f"precision_{confidence}"] = share(judged, lambda c: not c.is_false)
    return figures


def promises(ways: list[tuple[float, float]]) -> Figures:
    """How well crews kept what was told when they accepted."""
    errors = [took_s - told_s for took_s, told_s in ways if 0 < took_s < 4 * 3600]
    return {
        "eta_count": len(errors),
        "eta_late_mean_s": fmean(errors) if errors else None,
        "eta_off_mean_s": fmean(map(abs, errors)) if errors else None,
        "eta_within_5_min_share": fmean(abs(error) <= 300 for error in errors) if errors else None,
        "eta_left_out": len(ways) - len(errors),
    }


def recovered(case: Case) -> bool:
    return case.incident.status is Status.STOOD_DOWN or case.incident.release_method == "self_recovered"


def lasted(since: datetime | None, until: datetime, limit_s: float) -> bool:
    return since is not None and (until - since).total_seconds() >= limit_s


def within(since: datetime | None, until: datetime | None, limit_s: float) -> bool:
    return since is not None and until is not None and (until - since).total_seconds() <= limit_s


def share(cases: Sequence[Case], holds: Callable[[Case], bool]) -> float | None:
    return fmean(holds(case) for case in cases) if cases else None


def spread(name: str, ends: Iterable[tuple[datetime | None, datetime | None]]) -> Figures:
    """Count, mean and interpolated percentiles of what has both ends."""
    took = sorted((until - since) / timedelta(seconds=1) for since, until in ends if since and until)
    figures: Figures = {f"{name}_count": len(took), f"{name}_mean_s": fmean(took) if took else None}
    for part in (50, 90, 99):
        figures[f"{name}_p{part}_s"] = percentile(took, part / 100) if took else None
    return figures


def percentile(ordered: Sequence[float], part: float) -> float:
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
