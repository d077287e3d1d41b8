"""What a policy file may say, and how its slips are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.messages import Area
from rescue.escalation import LEVELS, Asks, Policy
from rescue.incident import Kind
from rescue.policies import Policies, Where
from rescue.policy_file import LIMITS, PolicyUnusable, load_policies, read_policies
from rescue.settings import Settings

PAGE = Path(__file__).parent.parent.parent / "docs" / "policy.md"
WUHAI = """
[levels.2]
name = "property"
name_zh = "物业"

[levels.3]
call = "110"

[[rules]]
areas = ["1503"]
kinds = ["entrapment", "fault"]
place_types = ["hospital"]
accept_within_s = 45
attempts_per_level = 1
levels.3.call = "119"
"""


def read(text: str) -> Policies:
    return read_policies(text, Policy(), "policy.toml")


def refused(text: str) -> str:
    with pytest.raises(PolicyUnusable) as caught:
        read(text)
    return str(caught.value)


def test_the_file_we_ship_gives_crews_outside_the_city_an_hour() -> None:
    policies = load_policies(Settings())
    assert policies.centre == Settings().policy
    assert policies.at(Where(Area("410105"), Kind.ENTRAPMENT, "")).arrive_within_s == 1800
    for area in ("410122", "410181", "410185"):
        assert policies.at(Where(Area(area), Kind.ENTRAPMENT, "")).arrive_within_s == 3600


def test_the_file_we_ship_says_of_the_levels_what_holds_without_any() -> None:
    assert load_policies(Settings()).centre.levels == LEVELS
    assert read("").centre == Policy()


def test_a_file_renames_levels_and_has_rules_for_some_cases() -> None:
    policies = read(WUHAI)
    assert [level.name for level in policies.centre.levels] == ["contracted company", "property", "fire brigade"]
    assert (policies.centre.level(2).name_zh, policies.centre.level(2).asks) == ("物业", Asks.NEARBY)
    assert policies.centre.level(3).call == "110"
    special = policies.at(Where(Area("150302"), Kind.FAULT, "hospital"))
    assert (special.accept_within_s, special.attempts_per_level, special.level(3).call) == (45, 1, "119")
    assert policies.at(Where(Area("150302"), Kind.FAULT, "office")) == policies.centre


def test_the_settings_hold_wherever_no_rule_says_otherwise() -> None:
    policies = read_policies(WUHAI, Policy(verify_within_s=20), "policy.toml")
    assert policies.at(Where(Area("150302"), Kind.FAULT, "hospital")).verify_within_s == 20


def test_a_centre_names_its_own_file(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[levels.3]\ncall = "112"\n', "utf-8")
    policies = load_policies(Settings(policy_file=file))
    assert (policies.centre.level(3).call, policies.rules) == ("112", ())


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("[[rules]]\narive_within_s = 60", "rules.1.arive_within_s", "did you mean arrive_within_s?"),
        ("[[rules]]\n[[rules]]\naccept_within_s = 0", "rules.2.accept_within_s", "greater than 0"),
        ("[[rules]]\naccept_within_s = true", "rules.1.accept_within_s", "valid number"),
        ('[[rules]]\naccept_within_s = "60"', "rules.1.accept_within_s", "valid number"),
        ("[[rules]]\nattempts_per_level = 1.5", "rules.1.attempts_per_level", "valid integer"),
        ('[[rules]]\nareas = ["Zhengzhou"]', "rules.1.areas.0", "pattern"),
        ("[[rules]]\nareas = []", "rules.1.areas", "name at least one"),
        ('[[rules]]\nkinds = ["fire"]', "rules.1.kinds.0", "entrapment"),
        ("[[rules]]\nlevels.4.name = 'x'", "rules.1.levels.4", "levels 1, 2 and 3"),
        ("[levels.2]\ncall = '110'", "levels.2.call", "only level 3"),
        ("[levels.1]\nasks = 'nobody'", "levels.1.asks", "contractor"),
        ("[levels.3]\ncall = 'the fire brigade'", "levels.3.call", "pattern"),
        ("[levels.3]\nnumber = '119'", "levels.3.number", "no such key"),
        ("levels = 3", "levels", "[levels.3]"),
        ("rules = 3", "rules", "[[rules]]"),
        ("[limits]\naccept_within_s = 3", "limits", "no such key"),
        ("[[rules]]\narrive_within_s = 600", "rules.1", "arrival_warned_s must not be later than arrive_within_s"),
        ("rules =", "policy.toml", "not TOML"),
    ],
)
def test_a_slip_is_told_with_its_key_and_why(text: str, place: str, why: str) -> None:
    told = refused(text)
    assert place in told
    assert why in told


def test_every_slip_of_a_file_is_told_at_once() -> None:
    told = refused("[levels.2]\ncall = '110'\n[[rules]]\nx = 1\n[[rules]]\ny = 2")
    assert all(place in told for place in ("levels.2.call", "rules.1.x", "rules.2.y"))


def test_settings_that_contradict_each_other_are_told_too() -> None:
    with pytest.raises(PolicyUnusable, match="the settings: supervisor_after_s must not be later"):
        read_policies("", Policy(supervisor_after_s=9000), "policy.toml")


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnusable, match="cannot be read"):
        load_policies(Settings(policy_file=tmp_path / "nowhere.toml"))
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyUnusable, match="not text"):
        load_policies(Settings(policy_file=tmp_path / "bytes.toml"))


# --- docs/policy.md


def test_the_example_of_the_docs_is_a_policy() -> None:
    example = PAGE.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    policies = read(example)
    assert policies.at(Where(Area("410181"), Kind.ENTRAPMENT, "hospital")).arrive_within_s == 3600
    assert len(policies.rules) == 2


@pytest.mark.parametrize("name", LIMITS)
def test_the_docs_list_every_limit_with_its_default(name: str) -> None:
    rows = [row.split("|") for row in PAGE.read_text("utf-8").splitlines() if row.startswith("| `")]
    listed = {
        limit.strip(" `"): float(figure.replace(",", ""))
        for row in rows
        for limit, figure in zip(row[1].split(","), row[2].split(", "), strict=True)
    }
    assert listed[name] == getattr(Policy(), name)
