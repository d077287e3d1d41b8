from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dispatch.triage import Stake, may_redirect

STAKES = st.sampled_from(Stake)


@given(STAKES, st.lists(STAKES, min_size=1, max_size=8))
def test_no_chain_of_redirects_comes_back_to_where_it_began(first: Stake, wanted: list[Stake]) -> None:
    bound_for = first
    for stake in wanted:
        if may_redirect(bound_for=bound_for, wanted_by=stake):
            bound_for = stake
            assert bound_for is not first
            assert not may_redirect(bound_for=bound_for, wanted_by=first)


@given(STAKES, STAKES)
def test_nobody_is_turned_round_for_less_and_never_away_from_people_who_are_surely_inside(a: Stake, b: Stake) -> None:
    if may_redirect(bound_for=a, wanted_by=b):
        assert b > a
        assert a < Stake.CONFIRMED


def test_a_crew_bound_for_a_case_without_people_is_sent_to_one_with_people() -> None:
    assert all(may_redirect(bound_for=Stake.NOBODY, wanted_by=stake) for stake in Stake if stake is not Stake.NOBODY)
