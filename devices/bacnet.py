"""Our words in the numbers of BACnet's Lift object (ASHRAE 135-2020), for systems that speak it.

Decides which number of which property says a word of ours; where none does, there is a reason. The numbers stand in
`bacnet.toml` and are checked when it is read. Must not know who asks. What a lift itself sends in BACnet's numbers is
a profile like any other, `profiles/bacnet-135-2020.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from devices.errors import BadProfile
from devices.faults import Fault
from devices.messages import CarDirection, CarStatus, DoorStatus, ServiceMode

VOCABULARIES: Mapping[str, type[StrEnum]] = {
    "Fault_Signals": Fault,
    "Car_Mode": ServiceMode,
    "Car_Assigned_Direction": CarDirection,
    "Car_Drive_Status": CarStatus,
    "Car_Door_Status": DoorStatus,
}
"""The properties that say a word of ours, and whose words they are."""


class Property(BaseModel):
    """One property of the Lift object. `words` and `without` together are our vocabulary, each word once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    numbers: dict[str, int]
    """BACnet's own names, all of them."""
    words: dict[str, str]
    """Our word to BACnet's name."""
    without: dict[str, str] = {}
    """Our word to the reason why BACnet has no name for it."""

    def number_words(self) -> dict[str, int]:
        """Our word to BACnet's number."""
        return {word: self.numbers[name] for word, name in self.words.items()}


class Lift(BaseModel):
    """The Lift object, as far as we have words for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    """Where the numbers come from, for the person who doubts them."""
    properties: dict[str, Property]


@cache
def load_lift() -> Lift:
    """The mapping that ships with this package, read once. Raises BadProfile, naming the first thing wrong."""
    return read_lift(files("devices").joinpath("bacnet.toml").read_text(encoding="utf-8"))


def export_lift() -> dict[str, Any]:
    """The mapping as other systems read it, by property: `tables` (our word to number), `without_number` (our word to
    the reason), `bacnet_names` (BACnet's name to number); and the `source` of it all."""
    lift = load_lift()
    return {
        "source": lift.source,
        "tables": {name: shown.number_words() for name, shown in lift.properties.items()},
        "without_number": {name: shown.without for name, shown in lift.properties.items() if shown.without},
        "bacnet_names": {name: shown.numbers for name, shown in lift.properties.items()},
    }


def read_lift(text: str) -> Lift:
    """The mapping from the text of its file."""
    try:
        lift = Lift.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(f"bacnet.toml is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadProfile(f"bacnet.toml: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    for flaw in _find_flaws(lift):
        raise BadProfile(f"bacnet.toml: {flaw}")
    return lift


def _find_flaws(lift: Lift) -> Iterator[str]:
    """What is wrong although each value is right."""
    if lift.properties.keys() != VOCABULARIES.keys():
        yield f"properties: expected {', '.join(VOCABULARIES)}"
    for name, shown in lift.properties.items():
        yield from (f"{name}: {flaw}" for flaw in _find_property_flaws(shown, set(map(str, VOCABULARIES[name]))))


def _find_property_flaws(shown: Property, vocabulary: set[str]) -> Iterator[str]:
    named, without = shown.words.keys(), shown.without.keys()
    yield from (f"{word} is no word of ours" for word in sorted((named | without) - vocabulary))
    yield from (f"{word} has both a number and a reason why not" for word in sorted(named & without))
    yield from (f"{word} has neither a number nor a reason why not" for word in sorted(vocabulary - named - without))
    unknown = sorted(set(shown.words.values()) - shown.numbers.keys())
    yield from (f"BACnet has no name {name}" for name in unknown)
