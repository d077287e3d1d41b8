"""Who somebody is to us, and what may be wrong with an account; no secret is known here.

Errors::

    AccountRefused
    ├── NameTaken        there is such a user already
    ├── UnknownUser      no user bears this name
    ├── UnknownCompany   no company bears this id
    ├── UnknownCrew      no crew bears this id
    ├── UnknownVendor    no lift is named for this vendor
    ├── UnknownToken     no token bears this id
    ├── WeakPassword     too short
    ├── WrongPassword    name or password, we do not say which
    └── TooManyTries     too many failed under that name or from there, or too many log in at once
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.crews import CompanyId, CrewId
from rescue.timeline import Actor


class Role(StrEnum):
    """What a person, or a program of the rescue centre, is."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"
    WALL = "wall"


class PrincipalKind(StrEnum):
    """How somebody proved who they are."""

    PERSON = "person"
    PROGRAM = "program"
    NOBODY = "nobody"


class VendorId(str):
    """A maker or integrator of lifts' devices, as the column `vendor` of the lifts' file names it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks: with a role in the rescue centre, for a company, as one of its crews, or for a vendor; nobody is none.

    A crew has its company too: what it may not do as a crew, it may not do for that either.
    """

    kind: PrincipalKind
    name: str
    role: Role | None = None
    company_id: CompanyId | None = None
    crew_id: CrewId | None = None
    vendor_id: VendorId | None = None
    address: str = field(default="", compare=False)
    """Where they ask from; they are the same wherever that is."""


NOBODY = Principal(kind=PrincipalKind.NOBODY, name="nobody")

COMMAND = Actor(kind="administrator", name="", channel="command")
"""Whoever may run our commands on our machine."""


def actor_of(principal: Principal) -> Actor:
    """How the timeline and the audit log name this caller."""
    if principal.kind is PrincipalKind.NOBODY:
        return Actor(kind="nobody", name=principal.name, channel="http")
    return Actor(kind=_kind_of(principal), name=principal.name, channel="http")


def _kind_of(principal: Principal) -> str:
    if principal.crew_id:
        return "crew"
    if principal.company_id:
        return "company"
    return "vendor" if principal.vendor_id else "operator"


class AccountRefused(Exception):
    """What was asked of the accounts cannot be; the message is a sentence for a person."""


class NameTaken(AccountRefused):
    """There is such a user already."""


class UnknownUser(AccountRefused):
    """No user bears this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no user {name}")


class UnknownCompany(AccountRefused):
    """No company bears this id."""


class UnknownCrew(AccountRefused):
    """No crew bears this id."""


class UnknownVendor(AccountRefused):
    """No lift is named for this vendor."""


class UnknownToken(AccountRefused):
    """No token that counts bears this id."""


class WeakPassword(AccountRefused):
    """Too short to be of use."""


class WrongPassword(AccountRefused):
    """The name or the password is wrong."""


class TooManyTries(AccountRefused):
    """Come back in `retry_after_s`."""

    def __init__(self, reason: str, *, retry_after_s: int) -> None:
        super().__init__(f"{reason}; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s
