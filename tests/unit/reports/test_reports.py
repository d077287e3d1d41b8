"""What people write to ask for a report, and what a report looks like as a file."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from rescue.reports.figures import FIGURES, HEADINGS, HEADLINE, NAMES, Group, Unit
from rescue.reports.files import write_csv, write_workbook
from rescue.reports.groups import GROUPS, BadGroup, read_groups
from rescue.reports.kpi import Report, Row
from rescue.reports.sheet import harmless
from rescue.reports.span import BadSpan, Span, read_span

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 4, 2, 1, 30, tzinfo=UTC)


def figures(cases: float) -> dict[str, float | None]:
    values: dict[Unit, float | None] = {Unit.COUNT: 0, Unit.SHARE: 0.25, Unit.SECONDS: None, Unit.RATE: 0.0123}
    return {figure.name: values[figure.unit] for figure in FIGURES} | {"cases": cases}


def report(*rows: Row) -> Report:
    return Report(
        span=read_span("2026-03-01", "2026-04-01", ZONE),
        zone=ZONE,
        asked_at=NOW,
        company_id=None,
        total=Row(key="", label="", figures=figures(7)),
        groups={Group.USER_UNIT: rows},
        left_out={Group.USER_UNIT: 3},
    )


UNIT = Row(key='中心, "一号"\n楼', label="", figures=figures(3))
EVIL = Row(key="=1+1", label="@SUM(A1)", figures=figures(2))
NOBODY = Row(key="", label="", figures=figures(2))


# --- what is asked


def test_a_day_begins_at_midnight_in_the_centres_time_zone() -> None:
    assert read_span("2026-03-01", "2026-04-01", ZONE) == Span(
        since=datetime(2026, 2, 28, 16, tzinfo=UTC), until=datetime(2026, 3, 31, 16, tzinfo=UTC)
    )


def test_an_instant_with_its_offset_is_taken_as_it_is() -> None:
    span = read_span("2026-03-01T08:00:00+08:00", "2026-03-01T01:00:00Z", ZONE)
    assert span.until - span.since == timedelta(hours=1)


def test_a_twelfth_of_a_year_is_a_month() -> None:
    twelve = Span(since=NOW, until=NOW + timedelta(days=365.25)).months
    assert twelve == pytest.approx(12)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("yesterday", "2026-03-01", "from"),
        ("2026-02-30", "2026-03-01", "from"),
        ("2026-03-01", "", "to"),
        ("2026-03-01", "2026-03-02T00:00:00", "to"),
        ("0001-01-01", "2026-03-02", "from"),
        ("2026-03-02", "2026-03-01", "from"),
        ("2024-03-01", "2026-03-01", "to"),
    ],
)
def test_a_span_that_is_none_is_refused_with_the_place_and_what_is_possible(since: str, until: str, field: str) -> None:
    with pytest.raises(BadSpan) as refused:
        read_span(since, until, ZONE)
    assert refused.value.field == field


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_written_is_a_span_or_refused(since: str, until: str) -> None:
    try:
        span = read_span(since, until, ZONE)
    except BadSpan:
        return
    assert span.since <= span.until


def test_groupings_are_named_with_commas_once_each_and_in_order() -> None:
    assert read_groups("level, hour,level") == (Group.LEVEL, Group.HOUR)
    assert read_groups("") == ()
    assert read_groups("hour,all") == GROUPS


@pytest.mark.parametrize("text", ["weather", "hour,weather", "total", "HOUR"])
def test_a_grouping_that_is_none_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(BadGroup, match="there are hour, day, area, company"):
        read_groups(text)


# --- the table of figures


def test_every_figure_has_a_name_of_its_own_two_titles_and_a_meaning() -> None:
    assert len(set(NAMES)) == len(FIGURES)
    assert all(all(figure.title) and figure.means.endswith(".") for figure in FIGURES)
    assert set(HEADINGS) == set(Group)
    assert set(HEADLINE) <= set(NAMES)


def test_the_page_of_the_reports_tells_what_the_table_tells() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reports.md").read_text("utf-8")
    told = [f"| `{figure.name}` | {figure.means} |" for figure in FIGURES]
    assert "\n".join(told) in page
    assert [group for group in GROUPS if f"`{group}`" not in page] == []


# --- files


def test_a_csv_is_read_back_as_it_was_said() -> None:
    data = write_csv(report(UNIT, NOBODY))
    lines = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    assert {len(line) for line in lines} == {3 + len(FIGURES)}
    assert lines[0][:4] == ["group_by 分组方式", "key 分组", "label 名称", "cases 困人件数"]
    assert [line[:4] for line in lines[1:]] == [
        ["total", "", "", "7"],
        ["user_unit", UNIT.key, "", "3"],
        ["user_unit", "unknown 不详", "", "2"],
    ]


def test_a_csv_ends_its_lines_by_rfc_4180_and_has_no_byte_order_mark() -> None:
    data = write_csv(report(EVIL))
    assert data.startswith(b"group_by")
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n") == 3


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_is_never_a_formula(start: str) -> None:
    assert harmless(f"{start}cmd") == f"'{start}cmd"
    assert harmless(f"a{start}cmd") == f"a{start}cmd"


def test_a_workbook_has_a_sheet_a_grouping_numbers_as_numbers_and_definitions() -> None:
    book = load_workbook(io.BytesIO(write_workbook(report(UNIT, EVIL))))
    assert book.sheetnames == ["total 合计", "user_unit 使用单位", "definitions 指标说明"]
    page = book["user_unit 使用单位"]
    assert page.freeze_panes == "B3"
    heads = [cell.value for cell in page[1]], [cell.value for cell in page[2]]
    assert [head[:3] for head in heads] == [["User unit", "Name", "Entrapments"], ["使用单位", "名称", "困人件数"]]
    assert [cell.value for cell in page[3]][:3] == [UNIT.key, None, 3]
    assert [(cell.value, cell.data_type) for cell in page[4]][:3] == [("'=1+1", "s"), ("'@SUM(A1)", "s"), (2, "n")]
    assert all(cell.data_type != "f" for line in page.iter_rows() for cell in line)
    share = heads[0].index("Answered within 3 min")
    assert page[3][share].value == 0.25
    told = {line[3].value for line in book["definitions 指标说明"].iter_rows() if line[3].value}
    assert told >= set(NAMES)


def test_a_workbook_says_what_it_is_about_and_what_it_leaves_out() -> None:
    book = load_workbook(io.BytesIO(write_workbook(report())))
    facts = {line[0].value: line[2].value for line in book["definitions 指标说明"].iter_rows(max_row=6)}
    assert facts["Cases opened from"] == "2026-03-01T00:00:00+08:00"
    assert facts["until, not included"] == "2026-04-01T00:00:00+08:00"
    assert facts["As it stood at"] == "2026-04-02T09:30:00+08:00"
    assert facts["Rows left out"] == "user_unit: 3"


@settings(max_examples=15)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_fits_into_both_files(key: str, label: str) -> None:
    key, label = (text.replace("\0", "").encode("utf-8", "replace").decode() for text in (key, label))
    row = replace(EVIL, key=key, label=label)
    lines = list(csv.reader(io.StringIO(write_csv(report(row)).decode(), newline=""), strict=True))
    assert len(lines) == 3
    load_workbook(io.BytesIO(write_workbook(report(row))))
