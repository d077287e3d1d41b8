"""Who counts as being there."""

from __future__ import annotations

from datetime import timedelta

from rescue.live.messages import Lane
from rescue.live.presence import Guest, present
from rescue.people.principals import Principal, PrincipalKind, Role
from tests.unit.desk.play import NOON


def guest(name: str, role: Role, *, kind: PrincipalKind = PrincipalKind.PERSON, minutes: float = 0) -> Guest:
    return Guest(
        principal=Principal(kind=kind, name=name, role=role), role=role, since=NOON + timedelta(minutes=minutes)
    )


def test_an_operator_with_two_consoles_is_one_and_there_since_the_first() -> None:
    found = present([guest("Wang", Role.OPERATOR, minutes=5), guest("Li", Role.ADMIN), guest("Wang", Role.OPERATOR)])
    assert [(one.name, one.consoles, one.since) for one in found] == [("Li", 1, NOON), ("Wang", 2, NOON)]


def test_auditors_walls_and_programs_are_not_there_to_work() -> None:
    program = guest("operator (token)", Role.OPERATOR, kind=PrincipalKind.PROGRAM)
    assert present([guest("Zhao", Role.AUDITOR), guest("screen", Role.WALL), program]) == ()


def test_only_the_wall_is_on_the_walls_lane() -> None:
    lanes = {role: guest("x", role).lane for role in Role}
    assert [role for role, lane in lanes.items() if lane is Lane.WALL] == [Role.WALL]
