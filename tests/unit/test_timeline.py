"""A case's history can be trusted: whatever is done to it afterwards is found, and where it was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from rescue.incident import IncidentId
from rescue.timeline import MACHINE, Actor, Entry, Fact, chain, first_break, instant

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TOLD = ("opened", "offered", "accepted", "en_route", "on_scene", "released")


def history(*told: str, incident_id: str = "I1") -> list[Entry]:
    """One entry a minute for each of these."""
    entries: list[Entry] = []
    for seq, what in enumerate(told, start=1):
        entries.append(sealed(seq, what, entries[-1].hash if entries else "", incident_id=incident_id))
    return entries


def sealed(seq: int, what: str, previous: str, *, incident_id: str = "I1") -> Entry:
    return chain(
        incident_id=IncidentId(incident_id),
        seq=seq,
        at=NOON + timedelta(minutes=seq),
        what=what,
        actor=MACHINE,
        said=f"It was {what}",
        data={"attempt": seq, "others": ["K2", "K3"]},
        previous=previous,
    )


CASE = history(*TOLD)


@pytest.mark.parametrize("length", range(len(TOLD) + 1))
def test_an_untouched_history_is_whole_however_far_it_has_come(length: int) -> None:
    assert first_break(CASE[:length]) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"said": "Nothing happened"},
        {"what": "declined"},
        {"at": NOON + timedelta(minutes=2, microseconds=1)},
        {"actor": Actor(kind="operator", name="desk", channel="desk")},
        {"actor": replace(MACHINE, name="Zhang")},
        {"actor": replace(MACHINE, channel="http")},
        {"data": {"attempt": 2, "others": ["K3", "K2"]}},
        {"data": {}},
        {"incident_id": IncidentId("I2")},
        {"seq": 3},
        {"previous": ""},
        {"hash": CASE[0].hash},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_a_changed_entry_is_found_where_it_stands(changes: dict[str, object]) -> None:
    touched = replace(CASE[1], **changes)  # type: ignore[arg-type]
    assert first_break([CASE[0], touched, *CASE[2:]]) == 2


@pytest.mark.parametrize("gone", range(len(TOLD) - 1))
def test_a_dropped_entry_is_found_where_it_is_missing(gone: int) -> None:
    assert first_break(CASE[:gone] + CASE[gone + 1 :]) == gone + 1


def test_a_dropped_last_entry_leaves_a_whole_chain_whose_head_the_case_no_longer_matches() -> None:
    assert first_break(CASE[:-1]) is None
    assert CASE[-2].hash != CASE[-1].hash


def test_exchanged_entries_are_found_at_the_first_of_them() -> None:
    assert first_break([CASE[0], CASE[2], CASE[1], *CASE[3:]]) == 2


def test_an_inserted_entry_is_found_even_when_it_was_sealed_onto_the_one_before_it() -> None:
    forged = sealed(3, "declined", CASE[1].hash)
    assert first_break([*CASE[:2], forged, *CASE[2:]]) == 4
    renumbered = [replace(entry, seq=entry.seq + 1) for entry in CASE[2:]]
    assert first_break([*CASE[:2], forged, *renumbered]) == 4


def test_a_rewritten_entry_breaks_the_chain_after_it_unless_all_that_follow_are_rewritten() -> None:
    rewritten = sealed(2, "declined", CASE[0].hash)
    assert first_break([CASE[0], rewritten, *CASE[2:]]) == 3
    assert history("opened", "declined", *TOLD[2:])[-1].hash != CASE[-1].hash


def test_an_entry_of_another_case_does_not_fit() -> None:
    assert first_break([*CASE[:3], history(*TOLD, incident_id="I2")[3], *CASE[4:]]) == 4


def test_one_instant_has_one_spelling_and_one_hash_in_whatever_time_zone_it_is_read() -> None:
    shanghai = NOON.astimezone(timezone(timedelta(hours=8)))
    assert instant(shanghai) == instant(NOON) == "2026-03-02T04:00:00.000000Z"
    local = [replace(entry, at=entry.at.astimezone(shanghai.tzinfo)) for entry in CASE]
    assert first_break(local) is None


def test_the_order_in_which_facts_are_written_does_not_matter_but_what_they_say_does() -> None:
    assert noted({"crew_id": "K1", "level": 1}) == noted({"level": 1, "crew_id": "K1"})
    assert noted({"level": 1}) != noted({"level": "1"})
    assert noted({"note": "困人"}) != noted({"note": "人困"})


def test_words_cannot_be_moved_from_one_field_of_the_actor_to_the_next() -> None:
    actors = [("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("", "ab", "c")]
    hashes = {noted({}, Actor(kind=kind, name=name, channel=channel)) for kind, name, channel in actors}
    assert len(hashes) == len(actors)


def noted(data: dict[str, Fact], actor: Actor = MACHINE) -> str:
    """The hash of a first entry that holds these facts."""
    entry = chain(
        incident_id=IncidentId("I1"), seq=1, at=NOON, what="noted", actor=actor, said="", data=data, previous=""
    )
    return entry.hash
