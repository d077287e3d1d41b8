"""The list of causes is whole, and a file that says otherwise is refused with the reason."""

from __future__ import annotations

import pytest

from rescue.causes import CAUSES, GROUPS, CausesUnusable, read_groups
from simulators import misfortunes, operators


def test_there_are_seven_groups_and_each_has_a_code_for_whatever_else_it_was() -> None:
    assert [group.number for group in GROUPS] == [1, 2, 3, 4, 5, 6, 7]
    for other in ("104", "204", "308", "406", "509", "608", "700"):
        assert "ther" in CAUSES[other].en


def test_every_code_has_its_words_in_both_languages_and_none_has_anothers() -> None:
    for words in (*CAUSES.values(), *(group.words for group in GROUPS)):
        assert words.zh
        assert words.en
    assert len({words.zh for words in CAUSES.values()}) == len({words.en for words in CAUSES.values()}) == len(CAUSES)


def test_what_the_simulated_companies_file_is_in_the_list() -> None:
    filed = {misfortunes.RECOVERED_CAUSE, operators.CAUSE_UNKNOWN, *misfortunes._CAUSES}
    assert filed <= set(CAUSES)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[1]\nzh = "人"\nen = "People"\n201 = { zh = "停电", en = "Power" }', "201 cannot stand in group 1"),
        ('[1]\nzh = "人"\nen = "People"\n1000 = { zh = "停电", en = "Power" }', "1000 cannot stand in group 1"),
        ('[1]\nzh = "人"\n101 = { zh = "异物", en = "Object" }', "'en'"),
        ('[1]\nzh = "人"\nen = "People"\n101 = { zh = "异物" }', "'en'"),
        ("[1", "Expected"),
        ('[people]\nzh = "人"\nen = "People"', "invalid literal"),
        ("1 = 2", "no attribute"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(CausesUnusable, match=r"causes\.toml") as refused:
        read_groups(text)
    assert reason in str(refused.value)
