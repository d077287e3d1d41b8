"""How every crew stood, as columns: the same as one by one."""

from __future__ import annotations

from dispatch.columns import Together, columns_of, gathered
from dispatch.crews import CrewId
from dispatch.problem import Candidate, Ground, Refusal, Term


def candidate(crew_id: str, *, rest_s: float = 0.0) -> Candidate:
    always = (Term(name="expected arrival", seconds=60.0), Term(name="lateness", seconds=0.0))
    preference = Term(name="level preference", seconds=0.0)
    terms = (*always, preference, *((Term(name="rest", seconds=rest_s),) if rest_s else ()))
    return Candidate(crew_id=CrewId(crew_id), eta_s=60.0, cost_s=60.0 + rest_s, terms=terms, reasons=("1 min away",))


def test_candidates_come_out_of_columns_as_they_went_in_without_terms_that_count_for_others_only() -> None:
    some = [candidate("K1"), candidate("K2", rest_s=900.0)]
    columns = columns_of(some)
    assert columns.terms["rest"] == (0.0, 900.0)
    assert columns.candidates() == some


def test_no_candidates_are_no_columns_and_none_come_out() -> None:
    assert columns_of([]).candidates() == []


def test_crews_of_which_the_same_is_said_are_named_together_once() -> None:
    refused = [
        Refusal(crew_id=CrewId("S1"), ground=Ground.TOO_FEW, reason="1 of the 2 people that a rescue takes"),
        Refusal(crew_id=CrewId("S2"), ground=Ground.OFF_DUTY, reason="off duty"),
        Refusal(crew_id=CrewId("S3"), ground=Ground.TOO_FEW, reason="1 of the 2 people that a rescue takes"),
    ]
    first, second = gathered((one.crew_id, one.ground, one.reason) for one in refused)
    assert (first.ground, first.crew_ids) == (Ground.TOO_FEW, ("S1", "S3"))
    assert second == Together(ground=Ground.OFF_DUTY, reason="off duty", crew_ids=(CrewId("S2"),))
