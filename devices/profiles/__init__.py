"""The dialects lifts speak: one TOML file a profile, read once and checked when it is read.

Decides what a raw value or code of a profile is in our words, and nothing about what it means for people. A new
dialect is a new file here, made by a person who holds its text (docs/profiles.md); no code changes.

A profile may extend another: what its file does not write is the other's. A table that it writes is its own in whole,
for two dialects that share a number by accident must not share what it means.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.errors import BadProfile
from devices.faults import Fault
from devices.messages import CarDirection, CarStatus, DoorStatus, PowerStatus, ServiceMode

CANONICAL = "canonical"

Table = Mapping[str, Any]
"""A profile's file as TOML reads it."""

_NEVER_INHERITED = frozenset({"name", "source"})


class Profile(BaseModel):
    """One dialect. Tables are keyed by the raw value as text: `"3"`, `"true"`, `"up"`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    source: str
    """Where the numbers come from, for the person who doubts them."""
    extends: str | None = None
    """The profile whose tables hold where this one writes none."""
    code_width: int = 1
    """Numeric codes are written with at least so many digits: 4 is `04` where it is 2."""
    own_words: bool = False
    """Its values are our words already, and our words for faults are codes too: it needs no tables for a status."""
    codes: dict[str, Fault]
    no_fault_codes: frozenset[str] = frozenset()
    event_codes: dict[str, str] = {}
    """Codes that repeat what the status says anyway, by name: they are not faults."""

    service_mode: dict[str, ServiceMode] = {}
    car_status: dict[str, CarStatus] = {}
    car_direction: dict[str, CarDirection] = {}
    door_zone: dict[str, bool] = {}
    door_status: dict[str, DoorStatus] = {}
    passenger_status: dict[str, bool] = {}
    power_status: dict[str, PowerStatus] = {}

    def write_code(self, raw: int | str) -> str:
        """The code as text, numbers padded to this profile's width."""
        text = str(raw)
        return text.zfill(self.code_width) if text.isascii() and text.isdigit() else text

    def find_fault(self, code: str) -> Fault | None:
        """Our word for a code, None where this profile has none."""
        if self.own_words and code in _OUR_WORDS:
            return Fault(code)
        return self.codes.get(code)

    def is_fault_code(self, code: str) -> bool:
        """False for "no fault" and for events that the status tells anyway. An unknown code counts as a fault."""
        return code not in self.no_fault_codes and code not in self.event_codes


_OUR_WORDS = frozenset(map(str, Fault))
_MUST_SAY: Mapping[str, frozenset[object]] = {
    "service_mode": frozenset({ServiceMode.NORMAL}),
    "car_status": frozenset(CarStatus),
    "car_direction": frozenset({CarDirection.NONE}),
    "door_zone": frozenset({True, False}),
    "door_status": frozenset({DoorStatus.CLOSED, DoorStatus.OPEN}),
    "passenger_status": frozenset({True}),
    "power_status": frozenset({PowerStatus.MAINS}),
}
"""What a status cannot be told without. That presence and power are not known needs no value: null, or left out."""


@cache
def load_profiles() -> Mapping[str, Profile]:
    """Every profile of this folder by name, read once. Raises BadProfile, naming the file and the first thing wrong."""
    return read_folder(files(__name__))


def read_folder(folder: Traversable) -> Mapping[str, Profile]:
    """The profiles of a folder by name."""
    entries = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return read_profiles({entry.name: _read_text(entry) for entry in entries})


def read_profiles(texts: Mapping[str, str]) -> Mapping[str, Profile]:
    """Profiles by name from the texts of their files by file name. They may extend one another, and no others."""
    tables = {file_name.removesuffix(".toml"): _read_table(file_name, texts[file_name]) for file_name in sorted(texts)}
    return MappingProxyType({name: _read_profile(name, tables) for name in tables})


def _read_text(entry: Traversable) -> str:
    try:
        return entry.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadProfile(f"profile {entry.name} is not text in UTF-8") from None


def _read_table(file_name: str, text: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(f"profile {file_name} is not TOML: {error}") from None


def _read_profile(name: str, tables: Mapping[str, Table]) -> Profile:
    try:
        profile = Profile.model_validate(_extend((name,), tables))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadProfile(f"profile {name}.toml: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if profile.name != name:
        raise BadProfile(f"profile {name}.toml calls itself {profile.name}: the file and the name must agree")
    for flaw in _find_flaws(profile):
        raise BadProfile(f"profile {name}.toml: {flaw}")
    return profile


def _extend(line: tuple[str, ...], tables: Mapping[str, Table]) -> Table:
    """The table of the last of `line`, each of which extends the next, on top of what it extends itself."""
    own = tables[line[-1]]
    base = own.get("extends")
    if not isinstance(base, str):
        return own
    if base in line:
        raise BadProfile(f"profile {line[0]}.toml: extends: goes round in a circle: {' -> '.join((*line, base))}")
    if base not in tables:
        raise BadProfile(f"profile {line[-1]}.toml: extends: there is no profile {base}")
    inherited = _extend((*line, base), tables)
    return {**{key: value for key, value in inherited.items() if key not in _NEVER_INHERITED}, **own}


def _find_flaws(profile: Profile) -> Iterator[str]:
    """What is wrong with a profile although each value of it is right."""
    for code in (*profile.codes, *sorted(profile.no_fault_codes), *profile.event_codes):
        if profile.write_code(code) != code:
            yield f"code {code} is never met: with code_width {profile.code_width} it is {profile.write_code(code)}"
    for code in profile.codes:
        if not profile.is_fault_code(code):
            yield f"code {code} is a fault in codes, and none in no_fault_codes or event_codes"
    for code in sorted(profile.no_fault_codes & profile.event_codes.keys()):
        yield f"code {code} is no fault in no_fault_codes, and an event in event_codes"
    if not profile.own_words:
        yield from _find_gaps(profile)


def _find_gaps(profile: Profile) -> Iterator[str]:
    for table, needed in _MUST_SAY.items():
        missing = needed - set(getattr(profile, table).values())
        if missing:
            words = ", ".join(sorted(str(word).lower() for word in missing))
            yield f"{table} has no value for {words}: write the table, or extend a profile that has it"
