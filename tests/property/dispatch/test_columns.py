"""What is kept of a ranking in columns says of every crew what is said of it one by one."""

from __future__ import annotations

from hypothesis import given

from dispatch.columns import columns_of, gathered, together
from dispatch.problem import Problem
from dispatch.solver import rank
from dispatch.travel import StraightLine
from tests.property.dispatch.towns import problems

TRAVEL = StraightLine()


@given(problems())
def test_a_ranking_in_columns_is_the_ranking_one_by_one(town: Problem) -> None:
    for asked in town.callouts:
        candidates, refused = rank(asked, town, TRAVEL)
        assert columns_of(list(candidates)).candidates() == columns_of(candidates).candidates()
        at_once, one_by_one = together(refused), [*gathered((one.crew_id, one.ground, one.reason) for one in refused)]
        assert sorted(at_once, key=str) == sorted(one_by_one, key=str)
