"""Who is connected: the operators among those on the line, one however many consoles they have open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rescue.live.changes import Operator
from rescue.live.messages import Lane
from rescue.people.principals import Principal, PrincipalKind, Role

WORKS = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})
"""Who does the rescue centre's work: auditors only look, and programs are nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody on the line, since when. Has a role of the rescue centre."""

    principal: Principal
    role: Role
    since: datetime

    @property
    def lane(self) -> Lane:
        """What they are told."""
        return Lane.WALL if self.role is Role.WALL else Lane.STAFF


def present(guests: Iterable[Guest], on_shift_since: Mapping[str, datetime] = {}) -> tuple[Operator, ...]:
    """The operators among these, by name, and since when each is on shift."""
    found: dict[str, Operator] = {}
    for guest in guests:
        principal = guest.principal
        if principal.kind is not PrincipalKind.PERSON or guest.role not in WORKS:
            continue
        known = found.get(principal.name)
        found[principal.name] = (
            Operator(
                name=principal.name,
                role=guest.role,
                since=guest.since,
                consoles=1,
                on_shift_since=on_shift_since.get(principal.name),
            )
            if known is None
            else replace(known, since=min(known.since, guest.since), consoles=known.consoles + 1)
        )
    return tuple(found[name] for name in sorted(found))
