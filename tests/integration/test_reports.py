"""The reports: the database's figures are those of the histories, each reads its own, and files say the same."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from devices.faults import Fault
from devices.messages import Confidence, FaultRaised, LiftId
from dispatch.crews import CompanyId, CrewId
from rescue.api.application import ROUTES
from rescue.api.openapi import document
from rescue.desk.board import Decision, Outcome, Verdict, apply
from rescue.desk.inputs import Action, Answer, CompanyAnswered
from rescue.effects import OfferAssignment
from rescue.incident import Assignment, AssignmentId, AssignmentStatus, Incident, Lift, Status
from rescue.reports.figures import DIGITS, FIGURES, Group
from rescue.reports.groups import GROUPS
from rescue.reports.kpi import Report, Reports
from rescue.reports.span import Span, read_span
from rescue.store.postgres import PostgresStore
from rescue.timeline import MACHINE
from tests.integration.centre import ANKANG, BEIHAI, JINSHUI, OFFICERS_PHONE, Centre, open_centre
from tests.integration.figures_by_hand import Figures, Past, Question, compute
from tests.unit.desk.play import COMPANIES, NOON, Play, lift

ZONE = ZoneInfo("Asia/Shanghai")
MARCH = read_span("2026-03-01", "2026-04-01", ZONE)


def _lifts() -> list[Lift]:
    """Some old, some new, some of nobody's, one that no registry knows."""
    first = replace(
        lift("A1"), place_type="mall", user_unit="=HYPERLINK(1)", attributes={"commissioned_on": "2021-03-01"}
    )
    second = replace(lift("A2", None), place_type="office", attributes={"commissioned_on": "2021-03-02"})
    third = replace(lift("A3", CompanyId("S")), user_unit="Estate 3", attributes={"commissioned_on": "2009-12-31"})
    fourth = replace(lift("A4"), attributes={"commissioned_on": "2014-07-01"})
    return [first, second, third, fourth]


class Chronicle(Play):
    """A play of which everything is kept that the store would keep."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.past = Past(lifts=self.lifts)

    def _take(self, decision: Decision) -> Outcome:
        self.past.incidents.update(decision.incidents)
        self.past.assignments.update(decision.assignments)
        self.past.entries += decision.entries
        apply(self.board, decision)
        self.cases |= decision.incidents
        self.attempts += [e.assignment for e in decision.effects if isinstance(e, OfferAssignment)]
        return decision.outcome

    @property
    def is_quiet(self) -> bool:
        """Nobody is trapped anywhere: days may pass, and hardly a deadline with them."""
        return not any(one.is_entrapment for one in self.board.incidents.values())


def _draw(seed: int, cases: int) -> Chronicle:
    """A few weeks in which everybody does what can be done, mostly what helps."""
    rng = Random(seed)
    played = Chronicle(lifts=_lifts(), now=NOON - timedelta(days=9, hours=rng.randrange(24)))
    while len(played.past.incidents) < cases:
        _show(played, rng, rng.choice(["A1", "A1", "A1", "A2", "A3", "A4", "A5"]))
        for _ in range(rng.randrange(2, 14)):
            played.forward(seconds=rng.choice([5, 40, 100, 170, 400, 900, 2000]))
            for case in list(played.board.incidents.values()):
                _go_on(played, rng, case)
        played.forward(seconds=40_000 if played.is_quiet else 10)
    for name in ("A1", "A2", "A5"):
        _show(played, rng, name)
    played.forward(seconds=rng.choice([20, 400, 2500]))
    return played


def _show(played: Chronicle, rng: Random, name: str) -> None:
    match rng.randrange(7):
        case 0 | 1:
            played.entrapment(name, rng.choice(list(Confidence)))
        case 2:
            played.alarm(name, number=len(played.past.entries) + 1)
        case 3:
            played.call(name, injured=rng.random() < 0.3)
        case 4:
            played.fault(name)
        case 5:
            played.fault(name)
            played.forward(seconds=rng.choice([60, 3000]))
            played.entrapment(name)
        case _:
            played.entrapment(name, Confidence.POSSIBLE)
            played.recovery(name)


def _go_on(played: Chronicle, rng: Random, case: Incident) -> None:
    asked = played.board.assignments.get(case.assignment_id or AssignmentId(""))
    said: Answer | None
    match asked.status if asked else None:
        case AssignmentStatus.OFFERED:
            said = rng.choice([Answer.ACCEPT, Answer.ACCEPT, Answer.ACCEPT, Answer.DECLINE])
        case AssignmentStatus.ACCEPTED:
            said = rng.choice([Answer.EN_ROUTE, Answer.ON_SCENE, Answer.RELEASED, Answer.CANNOT_REACH])
        case AssignmentStatus.EN_ROUTE:
            said = rng.choice([Answer.ON_SCENE, Answer.ON_SCENE, Answer.ON_SCENE, Answer.CANNOT_REACH])
        case AssignmentStatus.ON_SCENE:
            said = Answer.RELEASED
        case _:
            said = None
    if asked and said and rng.random() < 0.7:
        _answer(played, rng, asked, said)
    elif rng.random() < 0.4:
        _operate(played, rng, case)


def _answer(played: Chronicle, rng: Random, asked: Assignment, said: Answer) -> None:
    played.tell(
        CompanyAnswered(
            assignment_id=asked.assignment_id,
            attempt=asked.attempt,
            answer=said,
            cause_code=rng.choice([None, "101", "304", "700"]) if said is Answer.RELEASED else None,
            release_method=rng.choice(["self_recovered", "levelled_door"]) if said is Answer.RELEASED else None,
        )
    )


def _operate(played: Chronicle, rng: Random, case: Incident) -> None:
    ends = [Action.FALSE_ALARM, Action.STAND_DOWN, Action.CONFIRM_RELEASE, Action.MERGE, Action.CLAIM, Action.ASSIGN]
    action = rng.choice([Action.CONFIRM_RELEASE, Action.CLOSE] if case.status is Status.RELEASED else ends)
    more: dict[str, Any] = {"cause_code": rng.choice(["201", "700"])} if action is Action.CLOSE else {}
    more |= {"crew_id": CrewId("K3")} if action is Action.ASSIGN else {}
    more |= {"into": rng.choice(list(played.board.incidents))} if action is Action.MERGE else {}
    played.act(action, reason="drawn", incident=case.incident_id, passengers_confirm=True, **more)


async def _store(store: PostgresStore, past: Past) -> Reports:
    await store.put_companies(COMPANIES)
    await store.put_lifts(list(past.lifts))
    decision = Decision(
        outcome=Outcome(verdict=Verdict.DONE),
        incidents=past.incidents,
        assignments=past.assignments,
        entries=tuple(past.entries),
    )
    await store.load_board()
    await store.commit(decision, [], NOON)
    return Reports(store.pool, ZONE)


def _told(report: Report) -> dict[Group, dict[str, dict[str, Any]]]:
    whole = {Group.TOTAL: [report.total], **report.groups}
    return {group: {row.key: dict(row.figures) for row in rows} for group, rows in whole.items() if rows}


def _rounded(figures: Figures) -> dict[str, Any]:
    """As a report tells them; counts exactly."""
    digits = {figure.name: DIGITS[figure.unit] for figure in FIGURES}
    return {
        name: pytest.approx(value, abs=10 ** -digits[name]) if value is not None and digits[name] else value
        for name, value in figures.items()
    }


# --- the figures


@pytest.mark.parametrize("seed", [1, 2, 5])
async def test_the_figures_are_those_of_the_histories(postgres_store: PostgresStore, seed: int) -> None:
    played = _draw(seed, cases=40)
    reports = await _store(postgres_store, played.past)
    now = played.now
    cut = NOON - timedelta(days=4)
    for span in (
        MARCH,
        Span(since=cut, until=cut + timedelta(days=3)),
        Span(since=NOON - timedelta(days=60), until=now),
    ):
        for company in (None, CompanyId("K"), CompanyId("S")):
            report = await reports.kpi(span, GROUPS, company_id=company, now=now)
            by_hand = compute(played.past, Question(span=span, zone=ZONE, now=now, company=company))
            told = _told(report)
            assert {g: set(keys) for g, keys in told.items()} == {g: set(keys) for g, keys in by_hand.items()}
            for group, keys in by_hand.items():
                for key, figures in keys.items():
                    assert told[group][key] == _rounded(figures), (group, key, company)


async def test_of_nothing_there_are_empty_figures_and_no_error(postgres_store: PostgresStore) -> None:
    reports = Reports(postgres_store.pool, ZONE)
    for span in (MARCH, Span(since=NOON, until=NOON)):
        report = await reports.kpi(span, GROUPS, company_id=None, now=NOON)
        assert report.total.figures["cases"] == report.total.figures["lifts"] == 0
        assert report.total.figures["arrival_mean_s"] is None
        assert report.total.figures["cases_per_lift_month"] is None
        assert {group: list(found) for group, found in report.groups.items()} == {group: [] for group in GROUPS}


async def test_where_a_grouping_has_more_groups_than_are_told_the_largest_are_and_the_rest_is_counted(
    postgres_store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = _draw(3, cases=20)
    reports = await _store(postgres_store, played.past)
    span = Span(since=NOON - timedelta(days=30), until=played.now)
    whole = await reports.kpi(span, [Group.COMPANY], company_id=None, now=played.now)
    monkeypatch.setattr("rescue.reports.kpi.MOST_ROWS", 1)
    cut = await reports.kpi(span, [Group.COMPANY], company_id=None, now=played.now)
    companies = whole.groups[Group.COMPANY]
    assert len(companies) > 1
    assert list(cut.groups[Group.COMPANY]) == [companies[0]]
    assert companies[0].figures["cases"] == max(row.figures["cases"] or 0 for row in companies)
    assert cut.left_out == {Group.COMPANY: len(companies) - 1}
    assert whole.left_out == {}


@pytest.mark.parametrize(
    ("commissioned_on", "band"),
    [
        ("2021-03-02", "00-04"),
        ("2021-03-01", "05-09"),
        ("2016-03-02", "05-09"),
        ("2016-03-01", "10-14"),
        ("2011-03-01", "15+"),
        ("2026-05-01", "00-04"),
        ("2021-02-31", "05-09"),
        ("1 March", ""),
        ("99999-01-01", ""),
        (None, ""),
    ],
)
async def test_a_lift_has_whole_years(postgres_store: PostgresStore, commissioned_on: str | None, band: str) -> None:
    assert await postgres_store.pool.fetchval("SELECT age_band($1, '2026-03-01')", commissioned_on) == band


# --- who is told what


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    async with open_centre(postgres_store) as opened:
        await opened.released_case("100001")
        await opened.open_case("100003")
        yield opened


KPI = "/reports/kpi?from=2026-03-01&to=2026-04-01"


@pytest.mark.parametrize("who", ["operator", "supervisor", "admin", "auditor"])
async def test_the_centre_reads_the_figures_of_all(centre: Centre, who: str) -> None:
    body = (await centre.get(who, f"{KPI}&group_by=company,kind")).body
    assert body["total"]["cases"] == 2
    assert {row["key"]: (row["label"], row["cases"]) for row in body["groups"]["company"]} == {
        "ankang": ("安康电梯", 1),
        "beihai": ("北海救援", 1),
    }
    assert [row["key"] for row in body["groups"]["kind"]] == ["entrapment"]
    assert (body["from"], body["to"]) == ("2026-02-28T16:00:00Z", "2026-03-31T16:00:00Z")
    assert (body["time_zone"], body["company_id"], body["left_out"]) == ("Asia/Shanghai", None, {})


async def test_a_company_reads_the_figures_of_its_own_cases_and_no_others(centre: Centre) -> None:
    for company in (ANKANG, BEIHAI):
        body = (await centre.get(company.company_id, f"{KPI}&group_by=all")).body
        assert body["company_id"] == company.company_id
        assert body["total"]["cases"] == 1
        assert [row["key"] for row in body["groups"]["company"]] == [company.company_id]
        assert body["total"]["lifts"] == body["groups"]["company"][0]["lifts"] > 0


@pytest.mark.parametrize(("who", "status"), [("wall", 403), ("nobody", 401)])
async def test_nobody_else_reads_figures(centre: Centre, who: str, status: int) -> None:
    assert (await centre.get(who, KPI)).status == status


async def test_no_report_holds_a_persons_name_or_number(centre: Centre) -> None:
    await centre.open_case("100002", caller={"name": "Ms Wang", "phone": "13800000000"})
    for shape in ("json", "csv"):
        query = f"{KPI}&group_by=all" + ("&format=csv" if shape == "csv" else "")
        text = (await centre.get("operator", query)).text
        for personal in ("Ms Wang", "13800000000", OFFICERS_PHONE, '"Li"'):
            assert personal not in text


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("from=2026-03-01&to=soon", "to", "a day as 2026-03-01"),
        ("from=2026-04-01&to=2026-03-01", "from", "must not be after `to`"),
        ("from=2026-01-01&to=2028-01-01", "to", "within 400 days"),
        ("from=2026-03-01&to=2026-04-01&group_by=weather", "group_by", "there are hour, day, area, company"),
        ("from=2026-03-01&to=2026-04-01&format=pdf", "format", "'csv' or 'xlsx'"),
        ("to=2026-04-01", "from", "required"),
    ],
)
async def test_a_question_that_makes_no_sense_is_answered_with_what_would(
    centre: Centre, query: str, field: str, said: str
) -> None:
    answer = await centre.get("operator", f"/reports/kpi?{query}")
    assert (answer.status, answer.content_type) == (422, "application/problem+json")
    [error] = answer.body["errors"]
    assert error["loc"] == ["query", field]
    assert said in error["msg"]


async def test_a_file_is_given_to_whoever_asks_for_one_and_it_is_written_down(centre: Centre) -> None:
    by_header = await centre.ask("auditor", "GET", f"/api/v1{KPI}", headers={"Accept": "text/csv, */*;q=0.1"})
    by_format = await centre.get("auditor", f"{KPI}&format=csv")
    assert by_header.content_type == by_format.content_type == "text/csv"
    assert by_header.text == by_format.text
    assert by_format.headers["Content-Disposition"] == 'attachment; filename="kpi-2026-03-01-2026-04-01.csv"'
    assert by_format.text.splitlines()[1].startswith("total,,,2,")
    records = (await centre.get("auditor", "/audit?action=exported")).body["items"]
    assert [record["subject"].partition("?")[0] for record in records] == ["report:kpi", "report:kpi"]


async def test_the_answer_is_as_the_document_describes_it(centre: Centre) -> None:
    published = document(ROUTES)
    operation = published["paths"]["/api/v1/reports/kpi"]["get"]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["from", "to", "group_by", "format"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    body = (await centre.get("operator", f"{KPI}&group_by=all")).body
    Draft202012Validator({**schema, "components": published["components"]}).validate(body)
    described = published["components"]["schemas"]["KpiTotal"]["properties"]
    assert {name: one["description"] for name, one in described.items()} == {one.name: one.means for one in FIGURES}


async def test_the_days_figures_tell_entrapments_from_other_cases(centre: Centre) -> None:
    fault = FaultRaised(
        lift_id=LiftId("L2"),
        area=JINSHUI,
        fault=Fault.DOOR_CLOSING,
        raw=None,
        since=NOON.timestamp(),
        at=NOON.timestamp(),
        reported_at=None,
        reasons=(),
    )
    await centre.context.desk.submit(fault, actor=MACHINE)
    figures = (await centre.get("wall", "/figures?since=2026-03-01T00:00:00Z")).body
    assert figures["opened"] == 3
    assert figures["by_status"] == {"released": 1, "dispatched": 1, "open": 1}
    assert figures["by_kind"] == {
        "entrapment": {
            "opened": 2,
            "by_status": {"released": 1, "dispatched": 1},
            "arrivals": 1,
            "mean_arrival_s": 0,
        },
        "fault": {"opened": 1, "by_status": {"open": 1}, "arrivals": 0, "mean_arrival_s": None},
    }


async def test_a_browser_that_takes_anything_gets_json(centre: Centre) -> None:
    answer = await centre.ask("operator", "GET", f"/api/v1{KPI}", headers={"Accept": "text/html,*/*"})
    assert answer.content_type == "application/json"


# --- the command


async def _report(store: PostgresStore, *words: str) -> tuple[int, bytes, str]:
    """What the command prints, and its exit code."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rescue.cli", "report", "kpi", *words),
        env={**os.environ, "RESCUE_DATABASE_URL": store.url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out, err.decode()


async def test_the_command_prints_a_table_or_a_csv_or_writes_a_workbook(centre: Centre, tmp_path: Path) -> None:
    span = ("--from", "2026-03-01", "--to", "2026-04-01")
    code, out, err = await _report(centre.store, *span, "--group-by", "area")
    assert (code, err) == (0, "")
    assert "Entrapments" in out.decode()
    assert "410105" in out.decode()
    code, out, _ = await _report(centre.store, *span, "--format", "csv", "--company", "ankang")
    assert out.splitlines()[1].startswith(b"total,,,1,")
    file = tmp_path / "kpi.xlsx"
    code, out, _ = await _report(centre.store, *span, "--format", "xlsx", "--group-by", "all", "--out", str(file))
    assert (code, out) == (0, b"")
    assert load_workbook(file)["total 合计"]["C3"].value == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "soon", "--to", "2026-04-01"), "rescue: --from: 'soon' is not a day"),
        (("--from", "2026-03-01", "--to", "2026-04-01", "--group-by", "x"), "rescue: --group-by: 'x' is no grouping"),
        (("--from", "2026-03-01", "--to", "2026-04-01", "--format", "xlsx"), "rescue: a workbook is no text"),
    ],
)
async def test_the_command_says_in_one_line_what_it_cannot_do(
    postgres_store: PostgresStore, words: tuple[str, ...], said: str
) -> None:
    code, out, err = await _report(postgres_store, *words)
    assert (code, out) == (1, b"")
    assert err.startswith(said)
    assert err.count("\n") == 1
