"""The dialects lifts speak: one TOML file a profile, read once and checked when it is read.

Decides what a raw value or code of a profile is in our words, and nothing about what it means for people. A new
dialect is a new file here, made by a person who holds its text; no code changes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, ValidationError

from devices.errors import BadProfile
from devices.faults import Fault
from devices.messages import CarDirection, CarStatus, DoorStatus, PowerStatus, ServiceMode

CANONICAL = "canonical"


class Profile(BaseModel):
    """One dialect. Tables are keyed by the raw value as text: `"3"`, `"true"`, `"up"`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    source: str
    """Where the numbers come from, for the person who doubts them."""
    code_width: int = 1
    """Numeric codes are written with at least so many digits: 4 is `04` where it is 2."""
    own_words: bool = False
    """Our own words for faults are codes too."""
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


@cache
def load_profiles() -> Mapping[str, Profile]:
    """Every profile of this folder by name, read once. Raises BadProfile, naming the file and the first thing wrong."""
    profiles = (_read(entry) for entry in files(__name__).iterdir() if entry.name.endswith(".toml"))
    return MappingProxyType({profile.name: profile for profile in profiles})


def read_profile(file_name: str, text: str) -> Profile:
    """One profile from the text of its file."""
    try:
        profile = Profile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(f"profile {file_name} is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadProfile(f"profile {file_name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if file_name != f"{profile.name}.toml":
        raise BadProfile(f"profile {file_name} calls itself {profile.name}: the file and the name must agree")
    return profile


def _read(entry: Traversable) -> Profile:
    return read_profile(entry.name, entry.read_text(encoding="utf-8"))
