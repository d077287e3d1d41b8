"""Which limits and levels hold for a case: the centre's own, changed by every rule that fits its area, kind and place.

Later rules go before earlier ones. Must not know where rules are written; `policy_file` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from devices.messages import Area
from rescue.escalation import Policy
from rescue.incident import Incident, Kind


class Where(NamedTuple):
    """All of a case that a rule may ask about."""

    area: Area
    kind: Kind
    place_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Limits and levels for cases that fit it; an empty condition is fitted by all."""

    areas: tuple[str, ...] = ()
    """GB/T 2260 codes or their first digits: 4101 is all of Zhengzhou."""
    kinds: tuple[Kind, ...] = ()
    place_types: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    """Fields of Policy."""
    levels: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Fields of Level, by the level's number."""
    source: str = ""

    @property
    def conditions(self) -> Mapping[str, tuple[str, ...]]:
        """Which cases it is about, by the names the file has for it."""
        return {"areas": self.areas, "kinds": self.kinds, "place_types": self.place_types}

    def fits(self, where: Where) -> bool:
        """The rule is about this case."""
        in_area = not self.areas or where.area.startswith(self.areas)
        of_kind = not self.kinds or where.kind in self.kinds
        return in_area and of_kind and (not self.place_types or where.place_type in self.place_types)

    def change(self, policy: Policy) -> Policy:
        """The policy as this rule has it."""
        first, second, third = (
            replace(level, **self.levels.get(number, {}))  # type: ignore[arg-type]
            for number, level in enumerate(policy.levels, start=1)
        )
        return replace(policy, **self.limits, levels=(first, second, third))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The centre's limits and levels, and the rules by which some cases have others."""

    centre: Policy = field(default_factory=Policy)
    rules: tuple[Rule, ...] = ()

    def of(self, incident: Incident) -> Policy:
        """What holds for this case."""
        place_type = incident.lift.place_type if incident.lift else ""
        return self.at(Where(incident.area, incident.kind, place_type))

    def at(self, where: Where) -> Policy:
        """What holds for cases of this sort."""
        policy = self.centre
        for rule in self.rules:
            policy = rule.change(policy) if rule.fits(where) else policy
        return policy
