"""Generated towns, small enough to try every plan, on a coarse grid so that ties are frequent.

Most crews may go to most callouts: only where crews are contested has an optimiser anything to find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from dispatch.crews import Crew, CrewId, Position
from dispatch.problem import Callout, Problem, SoonFree
from dispatch.triage import Stake
from tests.unit.dispatch.town import COMPANIES, LIFT, NOON, callout, crew, problem

CREW_NAMES = [CrewId(f"C-{number}") for number in range(6)]
COMPANY_IDS = st.sampled_from(sorted(COMPANIES))
QUALIFICATIONS = st.frozensets(st.sampled_from(["hoist", "ucmp-reset"]), max_size=2)

# Five kilometres a step: neighbours are within the radius of level 2 and the corners are beyond it.
STEPS = st.integers(-3, 3)
POSITIONS = st.builds(lambda east, north: Position(LIFT.lon + east * 0.055, LIFT.lat + north * 0.045), STEPS, STEPS)

Value = TypeVar("Value")


def mostly(usual: st.SearchStrategy[Value], otherwise: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.integers(0, 9).flatmap(lambda die: otherwise if die == 9 else usual)


def lists_of(one: st.SearchStrategy[Value], longest: int) -> st.SearchStrategy[list[Value]]:
    return mostly(st.lists(one, min_size=2, max_size=longest), st.lists(one, max_size=1))


def reasons(names: Sequence[CrewId]) -> st.SearchStrategy[Mapping[CrewId, str]]:
    return st.dictionaries(st.sampled_from(names), st.sampled_from(["just declined", "did not answer", ""]), max_size=2)


def crews() -> st.SearchStrategy[list[Crew]]:
    one: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {
            "company_id": COMPANY_IDS,
            "on_duty": mostly(st.just(True), st.just(False)),
            "position": mostly(POSITIONS, st.none()),
            "qualifications": QUALIFICATIONS,
            "members": mostly(st.just(2), st.just(1)),
            "positioned_at": mostly(st.just(NOON), st.sampled_from([None, NOON - timedelta(hours=1)])),
        }
    )
    return lists_of(one, len(CREW_NAMES)).map(
        lambda found: [crew(name, **changes) for name, changes in zip(CREW_NAMES, found, strict=False)]
    )


def callouts(most: int = 4) -> st.SearchStrategy[list[Callout]]:
    one: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {
            "lift_position": mostly(POSITIONS, st.none()),
            "contractor_id": mostly(COMPANY_IDS, st.none()),
            "level": st.sampled_from([1, 2, 2, 3]),
            "priority": st.sampled_from([1.0, 1.5, 4.0]),
            "waiting_since": st.integers(-5, 70).map(lambda minutes: NOON - timedelta(minutes=minutes)),
            "excluded": mostly(st.just({}), reasons(CREW_NAMES)),
            "stake": st.sampled_from(Stake),
            "building": mostly(st.none(), st.just("B")),
            "required_qualifications": mostly(st.just(frozenset[str]()), QUALIFICATIONS),
        }
    )
    return lists_of(one, most).map(
        lambda found: [callout(f"I-{number}", **changes) for number, changes in enumerate(found)]
    )


def minutes_from_now(least: int, most: int) -> st.SearchStrategy[datetime]:
    return st.integers(least, most).map(lambda minutes: NOON + timedelta(minutes=minutes))


def busy_ones() -> st.SearchStrategy[dict[str, Any]]:
    """What is known of crews that are on a case, and of those at rest."""
    some = st.sampled_from(CREW_NAMES[:3])
    soon = st.builds(
        lambda at, place: SoonFree(free_at=at, position=place),
        minutes_from_now(-5, 30),
        st.one_of(st.none(), POSITIONS),
    )
    known: dict[str, st.SearchStrategy[Any]] = {
        "busy": reasons(CREW_NAMES[:2]),
        "soon_free": st.dictionaries(some, soon, max_size=2),
        "bound_for": st.dictionaries(some, st.sampled_from(Stake), max_size=2),
        "resting": mostly(st.just({}), st.dictionaries(some, minutes_from_now(-10, 60), max_size=2)),
    }
    return st.fixed_dictionaries(known)


def told() -> st.SearchStrategy[dict[str, Any]]:
    """What crews were told before, and what an operator chose."""
    pairs = st.dictionaries(st.sampled_from(["I-0", "I-1"]), st.sampled_from(CREW_NAMES[:4]), max_size=2).filter(
        lambda found: len(set(found.values())) == len(found)
    )
    return st.fixed_dictionaries({"published": pairs, "pins": mostly(st.just({}), pairs)})


def problems(most: int = 4) -> st.SearchStrategy[Problem]:
    return st.builds(
        lambda asked, going, busy, before: problem(asked, going, **busy, **before),
        callouts(most),
        crews(),
        busy_ones(),
        told(),
    )
