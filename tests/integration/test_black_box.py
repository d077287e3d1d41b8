"""Recordings in the database, over HTTP, and through the `rescue replay` command."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from devices.messages import Event
from rescue.black_box.recording import Recording, write_recording
from rescue.incident import IncidentId
from rescue.store.black_boxes import PostgresBlackBoxes
from rescue.store.postgres import PostgresStore
from rescue.timeline import Entry
from tests.contract.cases import decision, incident
from tests.integration.centre import Centre, open_centre
from tests.integration.tampering import command
from tests.unit.devices.lifts import LIFT
from tests.unit.recorded_lift import get_stuck, opening
from tests.unit.recorded_lift import open_centre as open_tracker

CASE = incident("i1", 31, LIFT)


def stuck() -> tuple[Recording, Event]:
    """The last minutes of a lift in which somebody is stuck, and what the tracker found."""
    with open_tracker() as tracker:
        get_stuck(tracker)
        return tracker.recording(), tracker.events[-1]


@pytest.fixture
async def boxes(postgres_store: PostgresStore) -> PostgresBlackBoxes:
    await postgres_store.load_board()
    return PostgresBlackBoxes(postgres_store.url, postgres_store.pool)


async def keep(
    store: PostgresStore, boxes: PostgresBlackBoxes, *recordings: Recording, entries: tuple[Entry, ...] = ()
) -> None:
    """A case with these recordings and this history."""
    await store.commit(decision(incidents=[CASE], entries=entries), [], CASE.opened_at)
    for recording in recordings:
        await boxes.put_recording(CASE.incident_id, recording, write_recording(recording))


async def replay(store: PostgresStore, *arguments: str) -> tuple[int, str, str]:
    """The command's exit code and what it printed."""
    return await command(store, "replay", *arguments)


# --- in the database


async def test_recordings_come_back_as_they_were_oldest_first(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes
) -> None:
    first, _ = stuck()
    second = replace(first, taken_at=first.taken_at + 30, is_cut=True)
    await keep(postgres_store, boxes, second, first)
    assert await boxes.recordings_of(CASE.incident_id) == [first, second]


async def test_a_recording_written_again_is_there_once(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes
) -> None:
    recording, _ = stuck()
    await keep(postgres_store, boxes, recording, recording)
    assert await boxes.recordings_of(CASE.incident_id) == [recording]


@pytest.mark.parametrize("name", ["i1", "31"])
async def test_a_case_is_found_by_its_number_or_its_id(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes, name: str
) -> None:
    await keep(postgres_store, boxes)
    assert await boxes.find_incident_id(name) == CASE.incident_id


@pytest.mark.parametrize("name", ["32", "i2", "", "-31", "9" * 40, "٣١"])
async def test_what_names_no_case_finds_none(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes, name: str
) -> None:
    await keep(postgres_store, boxes)
    assert await boxes.find_incident_id(name) is None


# --- by the command


async def test_the_command_says_that_a_case_comes_out_the_same(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes
) -> None:
    recording, found = stuck()
    await keep(postgres_store, boxes, recording, entries=(opening(found, recording.taken_at),))
    code, out, errors = await replay(postgres_store, "31", "--messages")
    assert (code, errors) == (0, "")
    assert "The same: 1 findings from 3 messages, 1 of them signs in the timeline" in out
    assert "door_status closed, " in out


async def test_the_command_fails_with_the_first_difference_where_a_message_was_changed(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes
) -> None:
    recording, found = stuck()
    changed = tuple(one._replace(said=one.said.replace(b'"boot": 17', b'"boot": 16')) for one in recording.records)
    changed = (*changed[:-2], *recording.records[-2:])
    await keep(
        postgres_store, boxes, replace(recording, records=changed), entries=(opening(found, recording.taken_at),)
    )
    code, out, _ = await replay(postgres_store, "i1", "--json")
    told = json.loads(out)
    assert code == 1
    assert told["same"] is False
    assert "EntrapmentFound" in told["differences"][0]
    assert told["timeline"] == [{"seq": 1, "what": "opened", "same": False}]


async def test_the_command_tells_of_rules_that_have_changed_since(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes
) -> None:
    recording, _ = stuck()
    await keep(postgres_store, boxes, replace(recording, rules={**recording.rules, "trapped_after_s": 29.0}))
    code, out, _ = await replay(postgres_store, "i1")
    assert code == 0
    assert "Rule trapped_after_s was 29 and is 30 now: replayed with what it was" in out


async def test_a_lift_of_which_nothing_was_heard_is_no_failure(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes
) -> None:
    recording, _ = stuck()
    await keep(postgres_store, boxes, replace(recording, records=()))
    code, out, _ = await replay(postgres_store, "i1")
    assert code == 0
    assert "nothing was heard of this lift" in out


async def test_a_recording_without_a_state_to_set_out_from_is_a_failure_that_says_so(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes
) -> None:
    recording, _ = stuck()
    await keep(postgres_store, boxes, replace(recording, records=recording.records[1:]))
    code, out, _ = await replay(postgres_store, "i1")
    assert code == 1
    assert "has no state of the lift to set out from: it reached back to 2027-01-15" in out


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        ("DELETE FROM black_boxes", "neither a recording nor a decision is kept of case 31"),
        ("UPDATE black_boxes SET body = '7'", "this is no recording"),
    ],
)
async def test_what_cannot_be_replayed_is_said_in_one_line(
    postgres_store: PostgresStore, boxes: PostgresBlackBoxes, spoil: str, complaint: str
) -> None:
    recording, _ = stuck()
    await keep(postgres_store, boxes, recording)
    await postgres_store.pool.execute(spoil)
    code, out, errors = await replay(postgres_store, "31")
    assert (code, out, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(f"rescue: {complaint}")


async def test_a_case_that_does_not_exist_is_said_in_one_line(postgres_store: PostgresStore) -> None:
    assert await replay(postgres_store, "31") == (1, "", "rescue: there is no case 31\n")


# --- over HTTP


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    async with open_centre(postgres_store) as opened:
        yield opened


async def test_people_of_the_centre_read_what_a_lift_said_before_its_case_opened(centre: Centre) -> None:
    case: Any = await centre.open_case("100001")
    recording, _ = stuck()
    boxes = PostgresBlackBoxes(centre.store.url, centre.store.pool)
    await boxes.put_recording(IncidentId(case["id"]), recording, write_recording(recording))
    [shown] = (await centre.get("operator", f"/incidents/{case['id']}/black_box")).body["items"]
    assert shown["rules"]["trapped_after_s"] == 30
    assert [record["kind"] for record in shown["records"]][:2] == ["checkpoint", "message"]
    assert json.loads(shown["records"][1]["payload"])["door_status"] == "open"


async def test_a_case_without_a_recording_has_an_empty_black_box(centre: Centre) -> None:
    case: Any = await centre.open_case("100001")
    answer = await centre.get("auditor", f"/incidents/{case['id']}/black_box")
    assert answer.body == {"items": [], "next": None}
    assert (await centre.get("auditor", "/incidents/none/black_box")).status == 404
