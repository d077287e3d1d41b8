"""The demonstration at a glance: as a screen for a terminal, as one line for a log. Draws; collects nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from simulators.tally import Case, handover_waits

STAGES = ("open", "dispatched", "en_route", "on_scene", "released")
STAGE_STYLES = {"open": "bold red", "dispatched": "yellow", "en_route": "cyan", "on_scene": "blue",
                "released": "green", "closed": "dim", "false_alarm": "dim", "stood_down": "dim",
                "merged": "dim"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How a person gets into the console, and what else there is to try in a browser."""

    url: str
    name: str
    password: str
    phone: str
    """A link that makes any browser the phone of one crew, once."""
    plate: str
    """What the code on the plate in one lift's car leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything shown at one instant."""

    now: datetime
    elapsed_s: float
    login: Login
    life_factor: float
    lifts_online: int
    messages_per_s: float
    stages: Mapping[str, int]
    """Open entrapments by status."""
    others: Mapping[str, int]
    """Open cases of other kinds."""
    handovers_waiting: int
    """Cases at level 3 for which nobody has called the fire brigade yet."""
    comforts_missed: int
    """How often nobody has spoken to passengers in time."""
    latest: Sequence[Case]
    ended: Mapping[str, int]
    """Entrapments that people have ended, by how."""
    reopened: int
    mean_arrival_s: float | None
    lines: Sequence[str]


def write_banner(login: Login, life_factor: float) -> str:
    """What a newcomer must know before the first case."""
    return (
        f"console  {login.url}   name {login.name}   password {login.password}\n"
        f"a crew's phone  {login.phone}\n"
        f"in a lift  {login.plate}\n"
        f"Faster than life: crews, their work on site and callers live {life_factor:g} times faster than people do. "
        "Lifts, deadlines and the service keep the real clock."
    )


def write_line(summary: Summary) -> str:
    """The summary as one line of a log."""
    stages = ", ".join(f"{summary.stages.get(stage, 0)} {stage.replace('_', ' ')}" for stage in STAGES)
    return (
        f"{summary.lifts_online} lifts online, {summary.messages_per_s:.0f} messages/s; {stages}; "
        f"{_others(summary)}; {_reminders(summary)}; {_ended(summary)}, mean arrival {_arrival(summary)}"
    )


def draw_screen(summary: Summary) -> RenderableType:
    """The summary as a screen."""
    return Group(
        Panel(_draw_head(summary), title="lift rescue, a demonstration", title_align="left"),
        _draw_cases(summary),
        Panel(Text("\n".join(summary.lines), no_wrap=True, overflow="ellipsis"), title="events", title_align="left"),
        Text("Ctrl-C stops everything", style="dim"),
    )


def _draw_head(summary: Summary) -> Text:
    head = Text(write_banner(summary.login, summary.life_factor) + "\n\n")
    head.append(f"{summary.lifts_online} lifts online", style="bold")
    head.append(f"   {summary.messages_per_s:.0f} messages/s   running for {_clock(summary.elapsed_s)}\n")
    for stage in STAGES:
        head.append(f"{summary.stages.get(stage, 0)} {stage.replace('_', ' ')}   ", style=STAGE_STYLES[stage])
    head.append(f"{_ended(summary).replace(', ', '   ')}   mean arrival {_arrival(summary)}\n")
    head.append(_reminders(summary) + "\n", style="bold red" if summary.handovers_waiting else "")
    head.append(_others(summary), style="dim")
    return head


def _draw_cases(summary: Summary) -> Table:
    table = Table(title="latest cases", title_justify="left", expand=True)
    for column in ("case", "kind", "stage", "clock", "level", "crew", "lift", "address"):
        table.add_column(column, no_wrap=True, overflow="ellipsis", ratio=4 if column == "address" else None)
    for case in sorted(summary.latest, key=lambda case: int(case["number"]), reverse=True):
        table.add_row(*_draw_row(case, summary.now))
    return table


def _draw_row(case: Case, now: datetime) -> tuple[RenderableType, ...]:
    stage = "merged" if case.get("merged_into_id") else case["status"]
    assignment = case.get("assignment") or {}
    lift_id, address = _draw_place(case)
    return (
        str(case["number"]),
        case["kind"].replace("_", " "),
        Text(stage.replace("_", " "), style=STAGE_STYLES.get(stage, "")),
        _clock(_stay_s(case, now)),
        _level(case),
        assignment.get("crew_id", ""),
        lift_id,
        address,
    )


def _level(case: Case) -> RenderableType:
    level = str(case["level"])
    return Text(f"{level} call {case['handover']['call']}", "bold red") if handover_waits(case) else level


def _draw_place(case: Case) -> tuple[str, str]:
    """The lift and where it is; of a case about many lifts, how many they are and their building or area."""
    lift = case["lift"]
    if lift is None:
        return f"{case['affected']} lifts", case["building"] or f"area {case['area']}"
    return lift["lift_id"], f"{lift.get('address', '')} {lift.get('building', '')}"


def _stay_s(case: Case, now: datetime) -> float:
    """How long people have been, or were, inside; where nobody is, how long the case has lasted."""
    until = case.get("released_at") or case.get("closed_at")
    end = datetime.fromisoformat(until) if until else now
    return (end - datetime.fromisoformat(case["clock"]["trapped_since"] or case["opened_at"])).total_seconds()


def _reminders(summary: Summary) -> str:
    """What a person should have done by now, or soon."""
    return f"hand-overs waiting: {summary.handovers_waiting}, comfort missed: {summary.comforts_missed}"


def _ended(summary: Summary) -> str:
    """The first two always; the rare ends only once there are any."""
    rare = {"stood down": summary.ended.get("stood_down"), "merged": summary.ended.get("merged"),
            "reopened": summary.reopened}  # fmt: skip
    counts = [f"{summary.ended.get('closed', 0)} closed", f"{summary.ended.get('false_alarm', 0)} false alarms"]
    return ", ".join([*counts, *(f"{count} {how}" for how, count in rare.items() if count)])


def _others(summary: Summary) -> str:
    kinds = [f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(summary.others.items())]
    return f"other cases: {', '.join(kinds) or 'none'}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, int(seconds)), 60)
    return f"{minutes}:{rest:02d}"


def _arrival(summary: Summary) -> str:
    return "-" if summary.mean_arrival_s is None else f"{summary.mean_arrival_s:.0f} s"
