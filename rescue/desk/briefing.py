"""What to say to whoever is called: where the lift is, who is inside and how they are, who is under way.

Two languages, each built from the case alone; what is not known is left out. Must not know who calls, or why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from rescue.escalation import GRAVE
from rescue.incident import Assignment, AssignmentStatus, Incident

VULNERABLE: Mapping[str, tuple[str, str]] = {
    "child": ("a child", "儿童"),
    "elderly": ("somebody old", "老人"),
    "pregnant": ("somebody pregnant", "孕妇"),
    **GRAVE,
}
STANDS: Mapping[str, tuple[str, str]] = {
    "outside_zone": ("The car is stuck between landings", "轿厢停在两层之间"),
    "door_will_not_open": ("The car is at a landing and its door does not open", "轿厢在平层，门打不开"),
    "door_not_open": ("The car is at a landing and its door does not open", "轿厢在平层，门打不开"),
    "door_stayed_shut": ("The car is at a landing and its door does not open", "轿厢在平层，门打不开"),
}
"""Where the car is, by the reason for which people are thought to be trapped."""
COMING: Mapping[AssignmentStatus, tuple[str, str]] = {
    AssignmentStatus.ACCEPTED: ("has accepted", "已接单"),
    AssignmentStatus.EN_ROUTE: ("is under way", "已出发"),
    AssignmentStatus.ON_SCENE: ("is there", "已到场"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """The same in English and in Chinese."""

    en: str
    zh: str


def brief(incident: Incident, crew: Assignment | None, time_zone: tzinfo) -> Briefing:
    """All that helps whoever is called, the most important first."""
    parts = [
        _place(incident),
        _people(incident),
        _car(incident),
        _since(incident, time_zone),
        _crew(crew, time_zone),
    ]
    return Briefing(
        en=" ".join(f"{en}." for en, _ in parts if en),
        zh="".join(f"{zh}。" for _, zh in parts if zh),
    )


def _place(incident: Incident) -> tuple[str, str]:
    lift = incident.lift
    if lift is None:
        return f"People are trapped in lift {incident.lift_id}", f"电梯困人，电梯编号 {incident.lift_id}"
    named = [
        (lift.address, "at {}", "地址：{}"),
        (lift.building, "building {}", "楼栋：{}"),
        (lift.entrance, "entrance {}", "入口：{}"),
        (lift.rescue_code or lift.lift_id, "rescue code {}", "救援识别码：{}"),
    ]
    known = [(en.format(value), zh.format(value)) for value, en, zh in named if value]
    return (
        f"People are trapped in a lift {_listed(en for en, _ in known)}",
        f"电梯困人，{_listed_zh(zh for _, zh in known)}",
    )


def _people(incident: Incident) -> tuple[str, str]:
    needs = [VULNERABLE[need] for need in incident.vulnerable if need in VULNERABLE]
    number, number_zh = ("not known", "不详") if incident.people is None else (str(incident.people),) * 2
    hurt = [(f"hurt: {incident.injured}", f"受伤：{incident.injured}")] if incident.injured else []
    told = [(f"Inside: {number}", f"被困人数：{number_zh}"), *hurt, *needs]
    return _listed(en for en, _ in told), _listed_zh(zh for _, zh in told)


def _car(incident: Incident) -> tuple[str, str]:
    codes = (reason.partition(":")[0] for reason in incident.evidence.reasons)
    return next((STANDS[code] for code in codes if code in STANDS), ("", ""))


def _since(incident: Incident, time_zone: tzinfo) -> tuple[str, str]:
    at = _clock(incident.trapped_since, time_zone)
    return f"Trapped since {at}", f"自 {at} 起被困"


def _crew(crew: Assignment | None, time_zone: tzinfo) -> tuple[str, str]:
    if crew is None or crew.status not in COMING:
        return "No crew has accepted yet", "尚无救援人员接单"
    en, zh = COMING[crew.status]
    expected = _expected(crew)
    if expected is None or crew.status is AssignmentStatus.ON_SCENE:
        return f"Crew {crew.crew_id} {en}", f"救援人员 {crew.crew_id} {zh}"
    at = _clock(expected, time_zone)
    return f"Crew {crew.crew_id} {en}, expected at {at}", f"救援人员 {crew.crew_id} {zh}，预计 {at} 到场"


def _expected(crew: Assignment) -> datetime | None:
    since = crew.en_route_at or crew.accepted_at
    return since + timedelta(seconds=crew.eta_s) if since and crew.eta_s is not None else None


def _clock(at: datetime, time_zone: tzinfo) -> str:
    return at.astimezone(time_zone).strftime("%H:%M")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _listed_zh(words: Iterable[str]) -> str:
    return "，".join(words)
