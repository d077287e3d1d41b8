"""The ring from which everybody is told what they have not seen, and what it no longer keeps."""

from __future__ import annotations

import json

import pytest

from rescue.live.changes import Change
from rescue.live.messages import Lane
from rescue.live.ring import TOGETHER, Ring
from rescue.live.wording import Wording
from rescue.policies import Policies
from tests.unit.desk.play import CREWS, NOON


def ring_of(events: int, *, keeps: int = 100, weight: int = 1000) -> Ring:
    ring = Ring(Wording(Policies()), events=keeps, weight=weight)
    for seq in range(1, events + 1):
        ring.append(Change(seq=seq, at=NOON, gone_crews=(CREWS[0].crew_id,)))
    return ring


def seqs(lines: bytes) -> list[int]:
    return [json.loads(line)["seq"] for line in lines.splitlines()]


def test_what_happened_since_travels_together_in_order() -> None:
    lines, last = ring_of(7).after(Lane.STAFF, 3)
    assert (seqs(lines), last) == ([4, 5, 6, 7], 7)


def test_the_same_bytes_are_told_to_all_of_a_lane() -> None:
    ring = ring_of(5)
    assert ring.after(Lane.STAFF, 2) is ring.after(Lane.STAFF, 2)
    assert ring.after(Lane.WALL, 2) != ring.after(Lane.STAFF, 2)


def test_much_travels_in_parts_and_something_long_by_itself() -> None:
    ring = Ring(Wording(Policies()))
    long = tuple(CREWS[0].crew_id for _ in range(TOGETHER // 4))
    ring.append(Change(seq=1, at=NOON))
    ring.append(Change(seq=2, at=NOON, gone_crews=long))
    ring.append(Change(seq=3, at=NOON))
    assert [seqs(ring.after(Lane.STAFF, seq)[0]) for seq in range(3)] == [[1], [2], [3]]


@pytest.mark.parametrize(("keeps", "weight"), [(4, 1000), (100, 4)])
def test_whoever_falls_behind_what_is_kept_cannot_be_told(keeps: int, weight: int) -> None:
    ring = ring_of(10, keeps=keeps, weight=weight)
    assert ring.kept_from == 6
    assert [seq for seq in range(12) if ring.can_resume(seq)] == [6, 7, 8, 9, 10]
    with pytest.raises(KeyError):
        ring.after(Lane.STAFF, 5)


def test_the_newest_is_kept_however_much_it_tells_of() -> None:
    ring = ring_of(3, weight=0)
    assert seqs(ring.after(Lane.WALL, 2)[0]) == [3]
