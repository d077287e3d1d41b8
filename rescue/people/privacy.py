"""Phone numbers taken out of what is kept or sent, once nobody needs them for the rescue. Pure.

The law lets a number be used while people are trapped and no longer than needed (PIPL art. 13 and 19): companies and
crews read the safety officer's until the case is over, whoever is not of the rescue centre's staff reads none at all.
Decides what a number looks like when it is hidden, and where in a webhook or a timeline one may stand.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from rescue.incident import Incident
from rescue.timeline import Entry

NUMBERS = frozenset({"phone", "safety_officer_phone"})
"""The fields of published JSON that hold a phone number."""
MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9A-Za-z])")
"""A mobile number of China, as people write it into a note."""
SHORTEST = 4
"""A number of so few digits, as 119, is nobody's in particular."""


def mask(phone: str) -> str:
    """A phone number with all but its last two digits hidden."""
    return "*" * max(0, len(phone) - 2) + phone[-2:] if len(phone) > SHORTEST else "*" * len(phone)


def mask_fields(said: Any) -> Any:
    """The same JSON with every field hidden that holds a phone number."""
    match said:
        case dict():
            return {name: _mask_field(name, value) for name, value in said.items()}
        case list():
            return [mask_fields(item) for item in said]
        case _:
            return said


def _mask_field(name: str, value: Any) -> Any:
    return mask(value) if name in NUMBERS and isinstance(value, str) else mask_fields(value)


def numbers_of(incident: Incident) -> frozenset[str]:
    """The phone numbers that the case knows."""
    callers = [caller.phone for caller in (incident.caller, *incident.other_callers) if caller]
    officers = [incident.lift.safety_officer_phone] if incident.lift else []
    return frozenset(number for number in (*callers, *officers) if len(number) > SHORTEST)


def mask_text(text: str, numbers: Collection[str]) -> str:
    """The same sentence without these numbers, and without any mobile number."""
    for number in sorted(numbers, key=len, reverse=True):
        text = text.replace(number, mask(number))
    return MOBILE.sub(lambda found: mask(found[0]), text)


def mask_entry(entry: Entry, numbers: Collection[str]) -> Entry:
    """The entry without phone numbers. Its hash stays: it covers what was written, not what is shown."""
    return replace(entry, said=mask_text(entry.said, numbers), data=_mask_facts(entry.data, numbers))


def _mask_facts(fact: Any, numbers: Collection[str]) -> Any:
    match fact:
        case str():
            return mask_text(fact, numbers)
        case dict():
            return {name: _mask_facts(value, numbers) for name, value in fact.items()}
        case list() | tuple():
            return [_mask_facts(item, numbers) for item in fact]
        case _:
            return fact
