"""`simulate bench reports`: how long the figures of a month take, in a whole city with three months of cases.

The newest month is decided by the desk, case by case; the months before it are copies of it in the database, there so
that a month has to be found among others. Each report is read five times, of which the median counts. What the figures
mean: docs/reports.md.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

from dispatch.crews import Company, CompanyId, CompanyKind
from rescue.desk.board import Decision, Outcome, Verdict
from rescue.embedded import EmbeddedError
from rescue.embedded.database import embedded_database
from rescue.ports import StoreUnavailable
from rescue.reports.figures import Group
from rescue.reports.files import write_csv, write_workbook
from rescue.reports.kpi import Report, Reports
from rescue.reports.span import Span
from rescue.store.connections import Connection, connect
from rescue.store.migrate import migrate
from rescue.store.postgres import PostgresStore
from simulators.bench.around import tell
from simulators.bench.past import Past, card_of, draw_past
from simulators.city import City, build_city
from simulators.errors import SimulatorError
from simulators.results import Row

ZONE = ZoneInfo("Asia/Shanghai")
MONTH = Span(since=datetime(2026, 3, 1, tzinfo=ZONE), until=datetime(2026, 4, 1, tzinfo=ZONE))
READ_TIMES = 5
SAVED_AT_ONCE = 100
FILLED_WITHIN_S = 300.0
OUTCOME = Outcome(verdict=Verdict.DONE)

_COPY = (
    """
    INSERT INTO incidents (incident_id, body, opened_at)
    SELECT
        incident_id || $1,
        body || jsonb_build_object('incident_id', incident_id || $1, 'number', number + $2::bigint),
        opened_at - $3::interval
    FROM incidents WHERE incident_id NOT LIKE '%~%'
    """,
    """
    INSERT INTO timeline
    SELECT
        incident_id || $1, seq, at - $3::interval, what, actor_kind, actor_name, actor_channel, said, data, previous,
        hash
    FROM timeline WHERE incident_id NOT LIKE '%~%' AND $2::bigint > 0
    """,
    """
    INSERT INTO assignments
    SELECT
        assignment_id || $1, incident_id || $1, attempt, level, crew_id, company_id, status, offered_at - $3::interval,
        accept_by - $3::interval, eta_s, reason, accepted_at - $3::interval, en_route_at - $3::interval,
        on_scene_at - $3::interval, ended_at - $3::interval, end_reason
    FROM assignments WHERE incident_id NOT LIKE '%~%' AND $2::bigint > 0
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is in the database."""

    lifts: int
    entrapments: int
    others: int
    """Cases a month of other kinds."""
    months: int


WHOLE_CITY = Scale(lifts=120_000, entrapments=3_600, others=60_000, months=3)
A_GLANCE = Scale(lifts=2_000, entrapments=60, others=200, months=2)


def measure_reports(seed: int, scale: Scale = WHOLE_CITY) -> Sequence[Row]:
    """A row for each grouping, for all at once, for one company, and for the files. Raises SimulatorError."""
    try:
        with tempfile.TemporaryDirectory(prefix="rescue-bench-") as directory:
            return asyncio.run(_measure(Path(directory) / "data", seed, scale))
    except (EmbeddedError, StoreUnavailable) as error:
        raise SimulatorError(str(error)) from error


async def _measure(directory: Path, seed: int, scale: Scale) -> list[Row]:
    async with embedded_database(directory) as url:
        await migrate(url)
        store = await PostgresStore.connect(url)
        try:
            city = build_city(lifts=scale.lifts, seed=seed)
            await _fill(store, city, seed, scale)
            return await _read_all(Reports(store.pool, ZONE), city.companies[0].company_id, scale)
        finally:
            await store.close()


async def _fill(store: PostgresStore, city: City, seed: int, scale: Scale) -> None:
    await store.put_companies(
        [
            Company(company_id=CompanyId(one.company_id), name=one.name, phone=one.phone, kind=CompanyKind(one.kind))
            for one in city.companies
        ]
    )
    await store.put_lifts([card_of(lift) for lift in city.lifts])
    tell(f"{scale.lifts:,} lifts are registered; the desk decides {scale.entrapments + scale.others:,} cases")
    days = (MONTH.until - MONTH.since).days
    past = draw_past(city, Random(f"reports {seed}"), MONTH.since, days, scale.entrapments, scale.others)
    await _save(store, past)
    connection = await connect(store.url, answer_within_s=FILLED_WITHIN_S)
    try:
        for month in range(1, scale.months):
            await _copy(connection, month, scale)
        await connection.execute("VACUUM ANALYZE")
    finally:
        connection.terminate()


async def _save(store: PostgresStore, past: Iterable[Past]) -> None:
    """As the desk saves, only many cases at once."""
    await store.load_board()
    for some in _in_parts(past, SAVED_AT_ONCE):
        decision = Decision(
            outcome=OUTCOME,
            incidents={one.case.incident_id: one.case for one in some},
            assignments={id_: assignment for one in some for id_, assignment in one.assignments.items()},
            entries=tuple(entry for one in some for entry in one.entries),
        )
        await store.commit(decision, [], MONTH.until)


def _in_parts(past: Iterable[Past], size: int) -> Iterator[list[Past]]:
    rest = iter(past)
    while some := list(islice(rest, size)):
        yield some


async def _copy(connection: Connection, month: int, scale: Scale) -> None:
    """The newest month again, so many months back."""
    numbers = month * (scale.entrapments + scale.others)
    back = month * (MONTH.until - MONTH.since)
    for statement in _COPY:
        await connection.execute(statement, f"~{month}", numbers, back)


async def _read_all(reports: Reports, company_id: str, scale: Scale) -> list[Row]:
    sets = {group.value: (group,) for group in Group} | {"all": tuple(Group)}
    measured = [await _read(reports, name, groups, None) for name, groups in sets.items()]
    measured.append(await _read(reports, "all of one company", tuple(Group), CompanyId(company_id)))
    whole = await _report(reports, tuple(Group), None)
    for name, write in (("all as CSV", write_csv), ("all as a workbook", write_workbook)):
        began = time.perf_counter()
        write(whole)
        measured.append(_row(name, whole, [time.perf_counter() - began]))
    return [{**row, "lifts": scale.lifts} for row in measured]


async def _read(reports: Reports, name: str, groups: Sequence[Group], company_id: CompanyId | None) -> Row:
    took: list[float] = []
    for _ in range(READ_TIMES):
        began = time.perf_counter()
        report = await _report(reports, groups, company_id)
        took.append(time.perf_counter() - began)
    return _row(name, report, took)


async def _report(reports: Reports, groups: Sequence[Group], company_id: CompanyId | None) -> Report:
    return await reports.kpi(MONTH, groups, company_id=company_id, now=MONTH.until + timedelta(days=1))


def _row(name: str, report: Report, took: Sequence[float]) -> Row:
    return {
        "report": name,
        "cases": report.total.figures["cases"],
        "rows": 1 + sum(len(found) for found in report.groups.values()),
        "ms": round(1000 * median(took), 1),
        "slowest_ms": round(1000 * max(took), 1),
    }
