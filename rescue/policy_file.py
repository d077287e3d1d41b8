"""Reads the policy file: TOML with the levels, and rules by which some cases have other limits than the settings say.

Decides what a file may say: a limit is any field of Policy, held to the range of the setting of its name. Whatever is
wrong is said with its key, all of it at once. Must not know how limits are used.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from importlib.resources import files
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from rescue.escalation import FIRE_BRIGADE, Asks, Policy
from rescue.incident import Kind
from rescue.policies import Policies, Rule
from rescue.settings import ServiceError, Settings

LIMITS = tuple(one.name for one in fields(Policy) if one.name != "levels")
ORDERED = (
    ("arrival_target_s", "arrival_warned_s"),
    ("arrival_warned_s", "arrive_within_s"),
    ("arrive_within_s", "accident_after_s"),
    ("supervisor_after_s", "regulator_after_s"),
    ("regulator_after_s", "accident_after_s"),
)
"""Limits of which the first must not be later than the second."""
SHIPPED = "policy.toml"
"""Beside this module, for a centre that names no file of its own."""
PARTS = ("levels", "rules")


class PolicyUnusable(ServiceError):
    """The file says what no policy can be; the message names each key."""


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError("name at least one, or leave it out")
    return values


Words = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
AreaPrefix = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Part = TypeVar("Part", bound=_Part)


class LevelPart(_Part):
    """What a file may say of a level; what it leaves out stays as it is."""

    name: Words | None = None
    name_zh: Words | None = None
    asks: Asks | None = None
    call: Annotated[str, StringConstraints(pattern=r"^[0-9+][0-9 -]{1,19}$")] | None = None


class Conditions(_Part):
    """For which cases a rule holds."""

    areas: Annotated[tuple[AreaPrefix, ...], AfterValidator(_some)] = ()
    kinds: Annotated[tuple[Kind, ...], AfterValidator(_some)] = ()
    place_types: Annotated[tuple[Words, ...], AfterValidator(_some)] = ()


def load_policies(settings: Settings) -> Policies:
    """The settings' limits, the levels and the rules. Raises PolicyUnusable."""
    source = str(settings.policy_file or SHIPPED)
    file = settings.policy_file or files("rescue").joinpath(SHIPPED)
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise PolicyUnusable(f"policy_file {source} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PolicyUnusable(f"policy_file {source} is not text in UTF-8") from None
    return read_policies(text, settings.policy, source)


def read_policies(text: str, centre: Policy, source: str) -> Policies:
    """The policies of a file's text. Raises PolicyUnusable."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyUnusable(f"{source} is not TOML: {error}") from None
    faults = [f"{key}: {_no_such(key, PARTS)}" for key in said if key not in PARTS]
    everywhere = Rule(levels=_read_levels(said.get("levels", {}), "levels", faults))
    rules = [_read_rule(one, f"rules.{n}", faults) for n, one in enumerate(_rules_of(said, faults), start=1)]
    policies = Policies(centre=everywhere.change(centre), rules=tuple(rules))
    faults += _disorders(policies.centre, "the settings")
    faults += [fault for rule in rules for fault in _disorders(rule.change(policies.centre), rule.source)]
    if faults:
        raise PolicyUnusable(f"{source}: {'; '.join(dict.fromkeys(faults))}")
    return policies


def _rules_of(said: Mapping[str, Any], faults: list[str]) -> list[dict[str, Any]]:
    rules = said.get("rules", [])
    if isinstance(rules, list) and all(isinstance(one, dict) for one in rules):
        return rules
    faults.append("rules: write each rule under a heading [[rules]]")
    return []


def _read_rule(said: Mapping[str, Any], where: str, faults: list[str]) -> Rule:
    conditions = {name: said[name] for name in Conditions.model_fields if name in said}
    limits = {name: value for name, value in said.items() if name not in conditions and name != "levels"}
    known = _checked(Conditions, conditions, where, faults) or Conditions()
    return Rule(
        areas=known.areas,
        kinds=known.kinds,
        place_types=known.place_types,
        limits=_read_limits(limits, where, faults),
        levels=_read_levels(said.get("levels", {}), f"{where}.levels", faults),
        source=where,
    )


def _read_limits(said: Mapping[str, Any], where: str, faults: list[str]) -> dict[str, float]:
    limits: dict[str, float] = {}
    for name, value in said.items():
        if name not in LIMITS:
            faults.append(f"{where}.{name}: {_no_such(name, (*Conditions.model_fields, *LIMITS))}")
            continue
        try:
            limits[name] = _as_setting(name).validate_python(value, strict=True)
        except ValidationError as error:
            faults.append(f"{where}.{name}: {error.errors()[0]['msg']}")
    return limits


def _as_setting(name: str) -> TypeAdapter[float]:
    field = Settings.model_fields[name]
    return TypeAdapter(Annotated[field.annotation, *field.metadata])  # type: ignore[arg-type]


def _read_levels(said: object, where: str, faults: list[str]) -> dict[int, dict[str, str]]:
    if not isinstance(said, dict):
        faults.append(f"{where}: write each level under a heading such as [levels.{FIRE_BRIGADE}]")
        return {}
    levels: dict[int, dict[str, str]] = {}
    for number, part in said.items():
        if number not in ("1", "2", "3"):
            faults.append(f"{where}.{number}: there are levels 1, 2 and 3")
        elif checked := _checked(LevelPart, part, f"{where}.{number}", faults):
            levels[int(number)] = checked.model_dump(exclude_none=True)
            if checked.call and int(number) != FIRE_BRIGADE:
                faults.append(f"{where}.{number}.call: only level {FIRE_BRIGADE} is called by a person")
    return levels


def _checked(part: type[Part], said: object, where: str, faults: list[str]) -> Part | None:
    try:
        return part.model_validate(said)
    except ValidationError as error:
        for one in error.errors():
            place = ".".join(str(step) for step in one["loc"])
            is_unknown = one["type"] == "extra_forbidden"
            faults.append(f"{where}.{place}: {_no_such(place, tuple(part.model_fields)) if is_unknown else one['msg']}")
        return None


def _no_such(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return "there is no such key" + (f", did you mean {near[0]}?" if near else "")


def _disorders(policy: Policy, where: str) -> list[str]:
    """Limits that contradict each other are a slip of the pen."""
    return [
        f"{where}: {earlier} must not be later than {later}"
        for earlier, later in ORDERED
        if getattr(policy, earlier) > getattr(policy, later)
    ]
