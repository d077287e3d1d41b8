"""Phone numbers taken out of words and of published JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescue.people.privacy import mask, mask_fields, mask_text

digits = st.text("0123456789", min_size=5, max_size=12)
texts = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("call 13812345678 back", "call *********78 back"),
        ("138 1234 5678", "***********78"),
        ("+86 138-1234-5678!", "***************78!"),
        ("rescue code 100001, lift L13812345678X", "rescue code 100001, lift L13812345678X"),
        ("register code 31104101052013812345678", "register code 31104101052013812345678"),
    ],
)
def test_a_mobile_number_is_hidden_and_no_other_number_is(said: str, shown: str) -> None:
    assert mask_text(said, ()) == shown


@given(number=digits, before=texts, after=texts)
def test_a_number_that_the_case_knows_is_nowhere_in_what_is_shown(number: str, before: str, after: str) -> None:
    assert number not in mask_text(f"{before} {number} {after}", [number])


@given(value=json_values, number=digits)
def test_fields_that_hold_a_number_are_hidden_however_deep_and_nothing_else_changes(value: object, number: str) -> None:
    said = {"data": [{"lift": {"safety_officer_phone": number, "address": number}, "other": value}]}
    shown = mask_fields(said)
    assert shown["data"][0]["lift"] == {"safety_officer_phone": mask(number), "address": number}
    assert mask_fields(shown) == shown, "what is hidden stays as it is"


def test_a_case_without_numbers_says_the_same_as_before() -> None:
    body = {"type": "incident.closed", "data": {"incident": {"id": "i1", "caller": None}}}
    assert mask_fields(body) == body
