"""The ring: every lift's newest records, each whole and its own, whatever else was put between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.messages import LiftId
from rescue.black_box.ring import HEAD, Kind, Record, Ring, open_ring

SIZE = 4096
TOPIC = b"lifts/v1/410105/L1/status"
ONE, OTHER = LiftId("L1"), LiftId("L2")

said = st.binary(max_size=SIZE // 16 - HEAD.size - 3)
puts = st.lists(
    st.tuples(st.sampled_from([ONE, OTHER, LiftId("L3")]), st.sampled_from(Kind), st.floats(0, 2e9), said), max_size=200
)


@pytest.fixture
def ring() -> Iterator[Ring]:
    with closing(Ring(SIZE)) as opened:
        yield opened


def texts(ring: Ring, lift_id: LiftId) -> list[str]:
    """What the ring still holds of a lift, oldest first."""
    return [record.said.decode() for record in ring.newest_first(lift_id)][::-1]


def test_what_was_put_comes_back_as_it_was(ring: Ring) -> None:
    ring.put(ONE, Kind.MESSAGE, 1.5, TOPIC, b"\xff\x00said")
    assert list(ring.newest_first(ONE)) == [Record(Kind.MESSAGE, 1.5, TOPIC.decode(), b"\xff\x00said")]


def test_a_lift_that_was_never_heard_has_no_records(ring: Ring) -> None:
    ring.put(ONE, Kind.MESSAGE, 1.0, TOPIC, b"said")
    assert list(ring.newest_first(OTHER)) == []


def test_the_newest_overwrites_the_oldest_whoever_said_it(ring: Ring) -> None:
    ring.put(ONE, Kind.MESSAGE, 0.0, TOPIC, b"long ago")
    for number in range(200):
        ring.put(OTHER, Kind.MESSAGE, float(number), TOPIC, str(number).encode())
    assert texts(ring, ONE) == []
    kept = texts(ring, OTHER)
    assert kept == [str(number) for number in range(200 - len(kept), 200)]
    assert len(kept) > SIZE // (HEAD.size + len(TOPIC) + 3) - 3


def test_a_record_that_does_not_fit_before_the_end_begins_at_the_start(ring: Ring) -> None:
    large = b"x" * (ring.largest - HEAD.size - len(TOPIC))
    positions = [ring.put(ONE, Kind.MESSAGE, 0.0, TOPIC, large) for _ in range(17)]
    assert positions[16] % SIZE == 0
    ring.put(ONE, Kind.MESSAGE, 1.0, TOPIC, b"small")
    positions = [ring.put(ONE, Kind.MESSAGE, 2.0, TOPIC, large) for _ in range(15)]
    assert positions[-1] % SIZE == 0
    assert [record.said for record in ring.newest_first(ONE)][:15] == [large] * 15


def test_a_record_larger_than_one_lift_may_take_is_refused_and_changes_nothing(ring: Ring) -> None:
    ring.put(ONE, Kind.MESSAGE, 1.0, TOPIC, b"said")
    end = ring.end
    with pytest.raises(ValueError, match="larger than 256"):
        ring.put(ONE, Kind.MESSAGE, 2.0, TOPIC, b"x" * 257)
    assert ring.end == end
    assert texts(ring, ONE) == ["said"]


@given(puts)
def test_each_lifts_chain_is_the_end_of_what_it_said_in_order_and_nothing_else(
    history: list[tuple[LiftId, Kind, float, bytes]],
) -> None:
    put: dict[LiftId, list[Record]] = defaultdict(list)
    positions: dict[LiftId, list[int]] = defaultdict(list)
    with closing(Ring(SIZE)) as ring:
        for lift_id, kind, at, payload in history:
            positions[lift_id].append(ring.put(lift_id, kind, at, b"t/" + lift_id[:1].encode(), payload))
            put[lift_id].append(Record(kind, at, f"t/{lift_id[:1]}", payload))
        for lift_id, records in put.items():
            kept = sum(1 for position in positions[lift_id] if position >= ring.begin)
            assert list(ring.newest_first(lift_id)) == records[len(records) - kept :][::-1]


def test_lifts_of_which_nothing_is_left_are_forgotten(ring: Ring) -> None:
    for number in range(10_000):
        ring.put(LiftId(f"stranger-{number}"), Kind.MESSAGE, 0.0, TOPIC, b"")
    assert len(ring) <= 1024


def test_a_file_for_it_takes_its_room_at_once_and_is_seen_by_nobody(tmp_path: Path) -> None:
    with closing(Ring(SIZE, tmp_path)) as ring:
        assert list(tmp_path.iterdir()) == []
        ring.put(ONE, Kind.MESSAGE, 1.0, TOPIC, b"said")
        assert texts(ring, ONE) == ["said"]


def test_without_room_on_the_disk_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"No space|too large"):
        Ring(1 << 62, tmp_path)


def test_it_is_opened_in_the_directory_if_there_is_one_with_room_else_in_memory(tmp_path: Path) -> None:
    for megabytes, directory in ((1, tmp_path), (1, tmp_path / "none"), (1, tmp_path)):
        with closing(open_ring(megabytes, directory)) as ring:
            assert ring.size == 1024 * 1024
