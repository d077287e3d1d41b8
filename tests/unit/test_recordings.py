"""Which decisions a recording is taken for, and what happens to it while the database is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from devices.faults import Fault
from devices.messages import Confidence, Evidence, LiftId
from rescue.black_box.recording import Recording
from rescue.black_box.recordings import WAITS, Recordings
from rescue.black_box.ring import Kind as RecordKind
from rescue.black_box.ring import Record
from rescue.desk.board import Decision
from rescue.incident import Incident, IncidentId, Kind, Status
from rescue.ports import StoreUnavailable
from tests.contract.cases import NOON, decision, entry, incident, parent

CASE = incident("i1", 1)
FAULT = replace(
    CASE, kind=Kind.FAULT, fault=Fault.OVERSPEED, evidence=Evidence(confidence=Confidence.POSSIBLE, reasons=())
)


class Clock:
    def now(self) -> datetime:
        return NOON


class Shelf:
    """A store that is away until it is told otherwise."""

    def __init__(self) -> None:
        self.is_away = False
        self.kept: list[IncidentId] = []

    async def put_recording(self, incident_id: IncidentId, recording: Recording, body: str) -> None:
        if self.is_away:
            raise StoreUnavailable("away")
        self.kept.append(incident_id)


def read(lift_id: LiftId, now: float, payload: bytes = b"{}") -> Recording:
    record = Record(RecordKind.MESSAGE, now, "lifts/v1/410105/L1/status", payload)
    return Recording(lift_id=lift_id, taken_at=now, rules={}, records=(record,), reaches_back_to=None)


def opening(*cases: Incident) -> Decision:
    entries = [replace(entry(case.incident_id, {}), what="opened") for case in cases]
    return decision(incidents=cases, entries=entries)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def recordings(shelf: Shelf) -> Recordings:
    return Recordings(read, shelf, Clock())


async def test_a_case_that_opens_has_a_recording_whoever_reported_it(recordings: Recordings, shelf: Shelf) -> None:
    recordings.take(opening(CASE))
    await recordings.store()
    assert shelf.kept == ["i1"]
    assert (recordings.waiting, recordings.counts.stored) == (0, 1)


async def test_a_case_that_merely_goes_on_has_no_further_one(recordings: Recordings, shelf: Shelf) -> None:
    recordings.take(opening(CASE))
    recordings.take(decision(incidents=[replace(CASE, version=2, status=Status.EN_ROUTE)]))
    await recordings.store()
    assert shelf.kept == ["i1"]


@pytest.mark.parametrize("rises", [{"kind": Kind.ENTRAPMENT}, {"evidence": CASE.evidence}], ids=["kind", "confidence"])
async def test_a_case_that_becomes_graver_has_a_second_one(
    recordings: Recordings, shelf: Shelf, rises: dict[str, object]
) -> None:
    recordings.take(opening(FAULT))
    graver = replace(FAULT, **rises)  # type: ignore[arg-type]
    recordings.take(decision(incidents=[graver]))
    recordings.take(decision(incidents=[replace(graver, version=3)]))
    await recordings.store()
    assert shelf.kept == ["i1", "i1"]


async def test_a_parent_case_has_no_lift_and_no_recording(recordings: Recordings) -> None:
    recordings.take(opening(parent("i2", 2)))
    assert recordings.waiting == 0


async def test_a_case_that_was_open_before_we_started_has_one_only_once_it_becomes_graver(
    recordings: Recordings, shelf: Shelf
) -> None:
    recordings.take(decision(incidents=[FAULT]))
    recordings.take(decision(incidents=[replace(FAULT, kind=Kind.ENTRAPMENT)]))
    await recordings.store()
    assert shelf.kept == ["i1"]


async def test_while_the_database_is_away_recordings_wait(recordings: Recordings, shelf: Shelf) -> None:
    shelf.is_away = True
    recordings.take(opening(CASE))
    with pytest.raises(StoreUnavailable):
        await recordings.store()
    assert recordings.waiting == 1
    shelf.is_away = False
    await recordings.store()
    assert shelf.kept == ["i1"]


def test_more_than_may_wait_is_dropped_and_counted(recordings: Recordings) -> None:
    for number in range(WAITS + 5):
        recordings.take(opening(incident(f"i{number}", number)))
    assert (recordings.waiting, recordings.counts.dropped) == (WAITS, 5)


def test_large_recordings_wait_in_smaller_number(shelf: Shelf) -> None:
    recordings = Recordings(lambda lift_id, now: read(lift_id, now, bytes(2_000_000)), shelf, Clock())
    for number in range(40):
        recordings.take(opening(incident(f"i{number}", number)))
    assert recordings.waiting == 33
    assert recordings.counts.dropped == 7
