"""The registry's CSV files: what is read, and how each fault is named."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.messages import Area, LiftId
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position, Station, StationId
from rescue.incident import Lift
from rescue.registry_files import (
    FileUnusable,
    Parsed,
    read_companies,
    read_crews,
    read_lifts,
    read_stations,
)

LIFT = {
    "lift_id": "L1",
    "rescue_code": "000123",
    "register_code": "31104101052019060001",
    "area": "410105",
    "address": "花园路 12 号",
    "building": "3 号楼",
    "entrance": "2 单元",
    "lon": "113.68",
    "lat": "34.76",
    "company_id": "ankang",
    "floors": "18",
    "place_type": "residential",
    "brand": "Xizi",
    "model": "",
    "drive_type": "traction",
    "machine_room": "yes",
    "commissioned_on": "2019-06-30",
    "user_unit": "花园物业",
    "safety_officer": "王芳",
    "safety_officer_phone": "13800000000",
}
CREW = {
    "crew_id": "c1",
    "company_id": "ankang",
    "station_id": "",
    "name": "李伟组",
    "phone": "138",
    "lon": "113.6",
    "lat": "34.7",
    "members": "2",
    "qualifications": "traction; hydraulic;",
    "on_duty": "yes",
}
STATION = {"station_id": "east", "company_id": "beihai", "name": "East gate", "lon": "113.7", "lat": "34.75"}
COMPANY = {"company_id": "ankang", "name": "安康电梯", "phone": "0371-1", "kind": "contractor"}


# --- what is read


def test_a_lift_is_read_with_its_further_columns_as_attributes(tmp_path: Path) -> None:
    parsed = read_lifts(a_file(tmp_path, {**LIFT, "ward": "花园路"}))
    assert parsed == Parsed(
        rows=(
            Lift(
                lift_id=LiftId("L1"),
                area=Area("410105"),
                rescue_code="000123",
                register_code="31104101052019060001",
                address="花园路 12 号",
                building="3 号楼",
                entrance="2 单元",
                position=Position(113.68, 34.76),
                company_id=CompanyId("ankang"),
                floors=18,
                place_type="residential",
                machine_room=True,
                user_unit="花园物业",
                safety_officer="王芳",
                safety_officer_phone="13800000000",
                attributes={
                    "brand": "Xizi",
                    "drive_type": "traction",
                    "commissioned_on": "2019-06-30",
                    "ward": "花园路",
                },
            ),
        ),
        bad=(),
    )


def test_a_lift_of_which_only_the_place_in_the_world_is_known_can_be_registered(tmp_path: Path) -> None:
    assert read_lifts(a_text(tmp_path, "area,lift_id\n410105,L1\n")).rows == (
        Lift(lift_id=LiftId("L1"), area=Area("410105")),
    )


def test_a_crew_is_read_with_its_qualifications(tmp_path: Path) -> None:
    assert read_crews(a_file(tmp_path, CREW)).rows == (
        Crew(
            crew_id=CrewId("c1"),
            company_id=CompanyId("ankang"),
            station_id=None,
            name="李伟组",
            phone="138",
            members=2,
            qualifications=frozenset({"traction", "hydraulic"}),
            on_duty=True,
            position=Position(113.6, 34.7),
            positioned_at=None,
        ),
    )


def test_companies_and_stations_are_read(tmp_path: Path) -> None:
    assert read_companies(a_file(tmp_path, COMPANY)).rows == (
        Company(company_id=CompanyId("ankang"), name="安康电梯", phone="0371-1", kind=CompanyKind.CONTRACTOR),
    )
    assert read_stations(a_file(tmp_path, STATION)).rows == (
        Station(
            station_id=StationId("east"),
            company_id=CompanyId("beihai"),
            name="East gate",
            position=Position(113.7, 34.75),
        ),
    )


@given(order=st.permutations(list(LIFT)), mark=st.sampled_from(["", "\ufeff"]), end=st.sampled_from(["\n", "\r\n"]))
def test_the_order_of_columns_a_byte_order_mark_and_line_ends_make_no_difference(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], mark: str, end: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "lifts.csv"
    path.write_text(mark + written([{name: LIFT[name] for name in order}], end), "utf-8", newline="")
    assert read_lifts(path) == read_lifts(a_file(path.parent, LIFT))


@given(texts=st.lists(st.text("ab,\"'\n;楼 ", max_size=8), min_size=1, max_size=5))
def test_whatever_a_spreadsheet_quotes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    rows = [{**LIFT, "lift_id": f"L{n}", "rescue_code": "", "address": text} for n, text in enumerate(texts)]
    parsed = read_lifts(a_file(tmp_path_factory.getbasetemp(), *rows))
    assert [lift.address for lift in parsed.rows] == [text.strip() for text in texts]


def test_plates_may_be_longer_in_another_city(tmp_path: Path) -> None:
    path = a_file(tmp_path, {**LIFT, "rescue_code": "12345678"})
    assert read_lifts(path, rescue_code_length=8).rows
    assert reasons(read_lifts(path)) == ["rescue_code: '12345678' is not 6 digits"]


# --- what is wrong with a row


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lift_id": ""}, "lift_id: is missing"),
        ({"lift_id": "L 1/2"}, "lift_id: 'L 1/2' is not 1 to 32 letters, digits, _ or -"),
        ({"lift_id": "L" * 33}, f"lift_id: '{'L' * 33}' is not 1 to 32 letters, digits, _ or -"),
        ({"lift_id": "电梯"}, "lift_id: '电梯' is not 1 to 32 letters, digits, _ or -"),
        ({"area": ""}, "area: is missing"),
        ({"area": "4101"}, "area: '4101' is not a GB/T 2260 code of 6 digits"),
        ({"area": "４１０１０５"}, "area: '４１０１０５' is not a GB/T 2260 code of 6 digits"),
        ({"rescue_code": "123"}, "rescue_code: '123' is not 6 digits (a spreadsheet may have dropped leading zeros)"),
        ({"rescue_code": "12345a"}, "rescue_code: '12345a' is not 6 digits"),
        (
            {"register_code": "3.11041E+19"},
            "register_code: '3.11041E+19' was rounded by a spreadsheet: format the column as text",
        ),
        ({"lon": "34.76", "lat": "113.68"}, "lat: 113.68 is beyond ±90; lon and lat look exchanged"),
        ({"lon": "43.8", "lat": "87.6"}, "lon: lon 43.8 and lat 87.6 look exchanged"),
        ({"lon": "east"}, "lon: 'east' is not a number of degrees"),
        ({"lon": "181"}, "lon: 181 is beyond ±180"),
        ({"lat": "nan"}, "lat: nan is beyond ±90"),
        ({"lat": ""}, "lat: is missing, though the other half of the position is there"),
        ({"company_id": "安康"}, "company_id: '安康' is not 1 to 32 letters, digits, _ or -"),
        ({"floors": "0"}, "floors: '0' is not a number from 1 to 200"),
        ({"floors": "18.5"}, "floors: '18.5' is not a number from 1 to 200"),
        ({"floors": "9" * 5000}, f"floors: '{'9' * 40}' is not a number from 1 to 200"),
        (
            {"place_type": "house"},
            "place_type: 'house' is not one of residential, office, mall, hotel, hospital, school, transport, other",
        ),
        ({"machine_room": "maybe"}, "machine_room: 'maybe' is not one of yes, no"),
        ({"commissioned_on": "30.6.2019"}, "commissioned_on: '30.6.2019' is not a date as 2019-06-30"),
        ({"address": "x" * 501}, "address: 501 characters are more than the 500 that fit"),
        ({"address": "a\0b"}, "address: contains characters that cannot be printed"),
    ],
)
def test_each_fault_of_a_lift_is_named_by_its_column(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    assert reasons(read_lifts(a_file(tmp_path, {**LIFT, **change}))) == [reason]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"crew_id": ""}, "crew_id: is missing"),
        ({"company_id": ""}, "company_id: is missing"),
        ({"on_duty": ""}, "on_duty: is missing: yes, no"),
        ({"on_duty": "YES"}, "on_duty: 'YES' is not one of yes, no"),
        ({"members": "-1"}, "members: '-1' is not a number from 1 to 50"),
        (
            {"lon": "", "lat": ""},
            "station_id: is missing, and so is a position: nobody knows where this crew is",
        ),
    ],
)
def test_each_fault_of_a_crew_is_named_by_its_column(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    assert reasons(read_crews(a_file(tmp_path, {**CREW, **change}))) == [reason]


def test_a_crew_at_a_station_needs_no_position(tmp_path: Path) -> None:
    (crew,) = read_crews(a_file(tmp_path, {**CREW, "lon": "", "lat": "", "station_id": "east"})).rows
    assert (crew.station_id, crew.position) == ("east", None)


def test_a_station_without_a_position_and_a_company_of_no_kind_are_refused(tmp_path: Path) -> None:
    assert reasons(read_stations(a_file(tmp_path, {**STATION, "lon": "", "lat": ""}))) == ["lon: is missing"]
    assert reasons(read_companies(a_file(tmp_path, {**COMPANY, "kind": "builder"}))) == [
        "kind: 'builder' is not one of contractor, station"
    ]


def test_every_fault_of_a_row_is_named_at_once_and_good_rows_are_kept(tmp_path: Path) -> None:
    bad = {**LIFT, "lift_id": "L2", "rescue_code": "", "area": "", "floors": "many"}
    parsed = read_lifts(a_file(tmp_path, LIFT, bad, {**LIFT, "lift_id": "L3", "rescue_code": ""}))
    assert [lift.lift_id for lift in parsed.rows] == ["L1", "L3"]
    assert [(fault.line, fault.column) for fault in parsed.bad] == [(3, "area"), (3, "floors")]


def test_a_fault_reads_as_file_line_column_and_reason(tmp_path: Path) -> None:
    path = a_file(tmp_path, {**LIFT, "area": "1"})
    (fault,) = read_lifts(path).bad
    assert str(fault) == f"{path}:2: area: '1' is not a GB/T 2260 code of 6 digits"


def test_a_lift_or_plate_that_comes_twice_is_named_with_the_line_of_the_first(tmp_path: Path) -> None:
    same_lift = {**LIFT, "rescue_code": "000124"}
    same_plate = {**LIFT, "lift_id": "L2"}
    assert reasons(read_lifts(a_file(tmp_path, LIFT, same_lift, same_plate))) == [
        "lift_id: 'L1' is on line 2 already",
        "rescue_code: '000123' is on line 2 already",
    ]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    tall = {**LIFT, "address": "line\nafter line\nafter line"}
    parsed = read_lifts(a_file(tmp_path, tall, {**LIFT, "lift_id": "L2", "rescue_code": "", "area": "x"}))
    assert [fault.line for fault in parsed.bad] == [5]


@pytest.mark.parametrize(("row", "found"), [("410105", 1), ("410105,L1,more", 3)])
def test_a_row_with_too_few_or_too_many_fields_is_refused_whole(tmp_path: Path, row: str, found: int) -> None:
    assert reasons(read_lifts(a_text(tmp_path, f"area,lift_id\n{row}\n\n410105,L2\n"))) == [
        f"has {found} fields where the header has 2"
    ]


# --- what is wrong with a file


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1: is empty; a header is needed: lift_id, rescue_code,"),
        ("lift_id,address\nL1,x\n", "1: the header lacks area"),
        ("lift_id;area\nL1;410105\n", "1: the columns are separated by semicolons or tabs"),
        ("lift_id,area,area\nL1,410105,410105\n", "1: the header names area twice"),
        ("lift_id,area,,\nL1,410105,,\n", "1: the header names an empty column twice"),
        ("lift_id,area,rescuecode\nL1,410105,1\n", "1: the header names 'rescuecode'; rescue_code was meant"),
        ("Lift_ID,area\nL1,410105\n", "1: the header names 'Lift_ID'; lift_id was meant"),
        ('area,lift_id\n410105,L1\n410105,"L2\n410105,L3\n', "3: is not CSV from here on"),
    ],
)
def test_a_file_that_no_row_can_be_read_from_is_refused_with_its_reason(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = a_text(tmp_path, text)
    with pytest.raises(FileUnusable) as refused:
        read_lifts(path)
    assert str(refused.value).startswith(f"{path}:{complaint}")
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_utf_8_is_refused_and_chinese_encodings_are_recognised(tmp_path: Path) -> None:
    path = tmp_path / "lifts.csv"
    path.write_bytes(written([LIFT]).encode("gbk"))
    with pytest.raises(FileUnusable, match=r"csv:2: is not UTF-8 but reads as GBK \(GB 18030\): save it as UTF-8"):
        read_lifts(path)
    path.write_bytes(written([LIFT]).encode("utf-16"))
    with pytest.raises(FileUnusable, match=r"csv: is UTF-16: save it as UTF-8"):
        read_lifts(path)
    path.write_bytes(b"area,lift_id\n\xff\xff\xff")
    with pytest.raises(FileUnusable, match=r"csv:2: is not UTF-8: save it as UTF-8"):
        read_lifts(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match=r"none\.csv: cannot be read: No such file or directory"):
        read_lifts(tmp_path / "none.csv")
    with pytest.raises(FileUnusable, match="cannot be read: Is a directory"):
        read_lifts(tmp_path)


@given(data=st.binary(max_size=200))
def test_no_file_whatever_its_bytes_brings_more_than_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "crews.csv"
    path.write_bytes(b"crew_id,company_id,on_duty\n" + data)
    with suppress(FileUnusable):
        parsed = read_crews(path)
        assert all(str(fault).startswith(f"{path}:") for fault in parsed.bad)
        assert all(crew.crew_id.encode() in data for crew in parsed.rows)


# --- helpers


def written(rows: list[Mapping[str, str]], end: str = "\n") -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def a_file(directory: Path, *rows: Mapping[str, str]) -> Path:
    return a_text(directory, written(list(rows)))


def a_text(directory: Path, text: str) -> Path:
    path = directory / "file.csv"
    path.write_text(text, "utf-8", newline="")
    return path


def reasons(parsed: Parsed[Lift] | Parsed[Crew] | Parsed[Station] | Parsed[Company]) -> list[str]:
    return [str(fault).split(": ", 1)[1] for fault in parsed.bad]
