"""The registry's CSV files: which rows can be used, and what exactly is wrong with the others.

Columns are those of docs/contract.md, in any order; a lift's further columns are kept as attributes. Each fault is
named with file, line, column and a reason a person can act on; whether the good rows of a faulty file are used is the
caller's choice. Knows nothing of the store: whether a company named here exists is found out there.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from devices.messages import Area, LiftId
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position, Station, StationId
from rescue.hearing.lift_rules import CHECKS, Check
from rescue.incident import Lift

Value = TypeVar("Value")

LARGEST_BYTES = 256 * 1024 * 1024
LONGEST_TEXT = 500
PLACE_TYPES = ("residential", "office", "mall", "hotel", "hospital", "school", "transport", "other")

_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_AREA = re.compile(r"[0-9]{6}")
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
_CONTROLS = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""All but those that end a line or set a tab; `isprintable` would refuse these too."""
_SIMILAR = 0.8


class FileUnusable(Exception):
    """Nothing of the file can be read; the message is one line that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A fault: in one column, or with `column` empty in the whole row."""

    file: Path
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (f"{self.file}:{self.line}", self.column, self.reason)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed(Generic[Value]):
    """The rows that can be used, in the file's order, and every fault of the others."""

    rows: tuple[Value, ...]
    bad: tuple[BadRow, ...]


def read_lifts(path: Path, rescue_code_length: int = 6) -> Parsed[Lift]:
    """The lifts of a file, in a city whose plates bear so many digits. Raises FileUnusable."""
    return _read(path, replace(_LIFTS, read_row=partial(_lift, rescue_code_length=rescue_code_length)))


def read_companies(path: Path) -> Parsed[Company]:
    """The companies of a file. Raises FileUnusable."""
    return _read(path, _COMPANIES)


def read_stations(path: Path) -> Parsed[Station]:
    """The stations of a file. Raises FileUnusable."""
    return _read(path, _STATIONS)


def read_crews(path: Path) -> Parsed[Crew]:
    """The crews of a file. Raises FileUnusable."""
    return _read(path, _CREWS)


# --- a row, one column at a time


@dataclass(slots=True)
class _Row:
    """The texts of one row by column, and the faults found while they are read.

    Each method answers something harmless where it found a fault, so that a row's faults are all found at once.
    """

    texts: Mapping[str, str]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, column: str, reason: str) -> None:
        self.faults.append((column, reason))

    def text(self, column: str) -> str:
        text = self.texts.get(column, "")
        if len(text) <= LONGEST_TEXT and text.isprintable():
            return text
        if len(text) > LONGEST_TEXT:
            self.refuse(column, f"{len(text)} characters are more than the {LONGEST_TEXT} that fit")
        elif _CONTROLS.search(text):
            self.refuse(column, "contains characters that cannot be printed")
        return text

    def code(self, column: str) -> str | None:
        """A text of digits or letters; a spreadsheet's `3.1E+19` is no code any more."""
        text = self.text(column)
        if _ROUNDED.fullmatch(text):
            self.refuse(column, f"'{text[:40]}' was rounded by a spreadsheet: format the column as text")
        return text or None

    def digits(self, column: str, length: int) -> str | None:
        text = self.text(column)
        if text and not (text.isascii() and text.isdigit() and len(text) == length):
            lost = " (a spreadsheet may have dropped leading zeros)" if len(text) < length else ""
            self.refuse(column, f"'{text[:40]}' is not {length} digits{lost}")
        return text or None

    def identity(self, column: str) -> str:
        text = self.texts.get(column, "")
        if not _ID.fullmatch(text):
            said = f"'{text[:40]}' is not 1 to 32 letters, digits, _ or -" if text else "is missing"
            self.refuse(column, said)
        return text

    def reference(self, column: str) -> str | None:
        """The identity of something else, or nothing."""
        return self.identity(column) if self.texts.get(column) else None

    def area(self, column: str) -> str:
        text = self.texts.get(column, "")
        if not _AREA.fullmatch(text):
            self.refuse(column, f"'{text[:40]}' is not a GB/T 2260 code of 6 digits" if text else "is missing")
        return text

    def choice(self, column: str, choices: Sequence[str], otherwise: str = "") -> str:
        text = self.texts.get(column) or otherwise
        if text in choices:
            return text
        said = f"'{text[:40]}' is not one of " if text else "is missing: "
        self.refuse(column, said + ", ".join(choices))
        return choices[0]

    def yes(self, column: str) -> bool:
        return self.choice(column, ("yes", "no")) == "yes"

    def perhaps(self, column: str) -> bool | None:
        return self.yes(column) if self.texts.get(column) else None

    def count(self, column: str, most: int) -> int | None:
        text = self.texts.get(column, "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
            self.refuse(column, f"'{text[:40]}' is not a number from 1 to {most}")
            return None
        return int(text)

    def day(self, column: str) -> None:
        text = self.text(column)
        try:
            if text:
                date.fromisoformat(text)
        except ValueError:
            self.refuse(column, f"'{text[:40]}' is not a date as 2019-06-30")

    def checked(self, checks: Mapping[str, Check]) -> None:
        """Columns that are kept as texts and read later: each has its own check."""
        for column, check in checks.items():
            wrong = check(self.texts[column]) if self.texts.get(column) else None
            if wrong:
                self.refuse(column, wrong)

    def position(self) -> Position | None:
        """Of `lon` and `lat`, both or neither."""
        blank = [column for column in ("lon", "lat") if not self.texts.get(column)]
        if len(blank) == 1:
            self.refuse(blank[0], "is missing, though the other half of the position is there")
        if blank:
            return None
        lon, lat = self._degrees("lon", 180), self._degrees("lat", 90)
        if lon is None or lat is None:
            return None
        if _in_china(lat, lon) and not _in_china(lon, lat):
            self.refuse("lon", f"lon {lon:g} and lat {lat:g} look exchanged")
        return Position(lon, lat)

    def _degrees(self, column: str, most: float) -> float | None:
        text = self.texts[column]
        try:
            degrees = float(text)
        except ValueError:
            self.refuse(column, f"'{text[:40]}' is not a number of degrees")
            return None
        if not -most <= degrees <= most:
            exchanged = "; lon and lat look exchanged" if column == "lat" and abs(degrees) <= 180 else ""
            self.refuse(column, f"{text[:40]} is beyond ±{most:g}{exchanged}")
            return None
        return degrees


def _in_china(lon: float, lat: float) -> bool:
    return 73 <= lon <= 136 and 18 <= lat <= 54


# --- the four tables


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table(Generic[Value]):
    """What a file of one kind holds; no two rows share a value of a column in `unique`."""

    columns: tuple[str, ...]
    needed: tuple[str, ...]
    unique: tuple[str, ...]
    read_row: Callable[[_Row], Value]


_LIFT_COLUMNS = (
    *("lift_id", "rescue_code", "register_code", "area", "address", "building", "entrance", "lon", "lat"),
    *("company_id", "floors", "place_type", "brand", "model", "drive_type", "machine_room", "commissioned_on"),
    *("user_unit", "safety_officer", "safety_officer_phone"),
)
_LIFT_FIELDS = frozenset(_LIFT_COLUMNS) - {"brand", "model", "drive_type", "commissioned_on"}
"""The columns that have a field of their own; all others are attributes."""


def _lift(row: _Row, rescue_code_length: int = 6) -> Lift:
    row.day("commissioned_on")
    row.checked(CHECKS)
    company_id = row.reference("company_id")
    return Lift(
        lift_id=LiftId(row.identity("lift_id")),
        area=Area(row.area("area")),
        rescue_code=row.digits("rescue_code", rescue_code_length),
        register_code=row.code("register_code"),
        address=row.text("address"),
        building=row.text("building"),
        entrance=row.text("entrance"),
        position=row.position(),
        company_id=CompanyId(company_id) if company_id else None,
        floors=row.count("floors", 200),
        place_type=row.choice("place_type", PLACE_TYPES, otherwise="other"),
        machine_room=row.perhaps("machine_room"),
        user_unit=row.text("user_unit"),
        safety_officer=row.text("safety_officer"),
        safety_officer_phone=row.text("safety_officer_phone"),
        attributes={name: row.text(name) for name, text in row.texts.items() if text and name not in _LIFT_FIELDS},
    )


def _company(row: _Row) -> Company:
    return Company(
        company_id=CompanyId(row.identity("company_id")),
        name=row.text("name"),
        phone=row.text("phone"),
        kind=CompanyKind(row.choice("kind", tuple(CompanyKind))),
    )


def _station(row: _Row) -> Station:
    position = row.position()
    if position is None and not row.faults:
        row.refuse("lon", "is missing")
    return Station(
        station_id=StationId(row.identity("station_id")),
        company_id=CompanyId(row.identity("company_id")),
        name=row.text("name"),
        position=position or Position(0, 0),
    )


def _crew(row: _Row) -> Crew:
    station_id = row.reference("station_id")
    position = row.position()
    if position is None and station_id is None and not row.faults:
        row.refuse("station_id", "is missing, and so is a position: nobody knows where this crew is")
    return Crew(
        crew_id=CrewId(row.identity("crew_id")),
        company_id=CompanyId(row.identity("company_id")),
        station_id=StationId(station_id) if station_id else None,
        name=row.text("name"),
        phone=row.text("phone"),
        members=row.count("members", 50) or 1,
        qualifications=frozenset(filter(None, map(str.strip, row.text("qualifications").split(";")))),
        on_duty=row.yes("on_duty"),
        position=position,
        positioned_at=None,
    )


_LIFTS = _Table(columns=_LIFT_COLUMNS, needed=("lift_id", "area"), unique=("lift_id", "rescue_code"), read_row=_lift)
_COMPANIES = _Table(
    columns=("company_id", "name", "phone", "kind"),
    needed=("company_id", "kind"),
    unique=("company_id",),
    read_row=_company,
)
_STATIONS = _Table(
    columns=("station_id", "company_id", "name", "lon", "lat"),
    needed=("station_id", "company_id", "lon", "lat"),
    unique=("station_id",),
    read_row=_station,
)
_CREWS = _Table(
    columns=(
        *("crew_id", "company_id", "station_id", "name", "phone", "lon", "lat", "members", "qualifications"),
        "on_duty",
    ),
    needed=("crew_id", "company_id", "on_duty"),
    unique=("crew_id",),
    read_row=_crew,
)


# --- a file, row by row


def _read(path: Path, table: _Table[Value]) -> Parsed[Value]:
    records = _records(path)
    header = _header(path, records, table)
    rows: list[Value] = []
    bad: list[BadRow] = []
    first_lines: dict[tuple[str, str], int] = {}
    for line, texts in records:
        row = _Row(dict(zip(header, texts, strict=False)))
        value = table.read_row(row)
        _refuse_misshapen(row, len(header), len(texts))
        _refuse_repeated(row, table.unique, first_lines, line)
        bad.extend(BadRow(file=path, line=line, column=column, reason=reason) for column, reason in row.faults)
        if not row.faults:
            rows.append(value)
    return Parsed(rows=tuple(rows), bad=tuple(bad))


def _refuse_misshapen(row: _Row, expected: int, found: int) -> None:
    if found != expected:
        # Which text belongs to which column is not known: what else was found would mislead.
        row.faults = [("", f"has {found} fields where the header has {expected}")]


def _refuse_repeated(row: _Row, unique: Sequence[str], first_lines: dict[tuple[str, str], int], line: int) -> None:
    for column in unique:
        text = row.texts.get(column)
        if text and first_lines.setdefault((column, text), line) != line:
            row.refuse(column, f"'{text[:40]}' is on line {first_lines[column, text]} already")


def _header(path: Path, records: Iterator[tuple[int, list[str]]], table: _Table[Value]) -> list[str]:
    """The columns' names. Raises FileUnusable for a header that no row can be read by."""
    line, header = next(records, (1, []))
    complaint = _complaint(header, table)
    if complaint:
        raise FileUnusable(f"{path}:{line}: {complaint}")
    return header


def _complaint(header: Sequence[str], table: _Table[Value]) -> str:
    if not header:
        return f"is empty; a header is needed: {', '.join(table.columns)}"
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        return "the columns are separated by semicolons or tabs: save the file with commas"
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        return f"the header names {twice[0] or 'an empty column'} twice"
    absent = [name for name in table.columns if name not in header]
    for name in header:
        for meant in get_close_matches(name.lower(), absent, n=1, cutoff=_SIMILAR) if name not in table.columns else ():
            return f"the header names '{name}'; {meant} was meant"
    missing = [name for name in table.needed if name in absent]
    return f"the header lacks {', '.join(missing)}" if missing else ""


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on, its texts without the blanks around them; empty lines are passed over."""
    reader = csv.reader(io.StringIO(_text_of(path), newline=""), strict=True)
    line = 1
    try:
        for texts in reader:
            if texts:
                yield line, [text.strip() for text in texts]
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileUnusable(
            f"{path}:{line}: is not CSV from here on ({error}): is a quotation mark left open?"
        ) from None


def _text_of(path: Path) -> str:
    data = _bytes_of(path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnusable(f"{path}: is UTF-16: save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileUnusable(f"{path}:{line}: is not UTF-8{_other_encoding(data)}: save it as UTF-8") from None


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise FileUnusable(f"{path}: is larger than {LARGEST_BYTES >> 20} MiB: import it in parts")
        return path.read_bytes()
    except OSError as error:
        raise FileUnusable(f"{path}: cannot be read: {error.strerror}") from None


def _other_encoding(data: bytes) -> str:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return " but reads as GBK (GB 18030)"
