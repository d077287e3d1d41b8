from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dispatch.roads import files as files_module
from dispatch.roads.closures import Closure
from dispatch.roads.errors import ClosuresUnusable, NetworkUnusable
from dispatch.roads.files import RoadFiles
from dispatch.roads.network import Network
from tests.unit.dispatch.roads.atlas import NOON, lon_lat, network_of, street
from tests.unit.dispatch.roads.test_ways import ISLAND

NETWORK = network_of(ISLAND, [street(0, 1, 2, 3, 0, name="环路"), street(10, 11, name="岛上路", maxspeed="-5")])


@pytest.fixture
def files(tmp_path: Path) -> RoadFiles:
    return RoadFiles.in_data_dir(tmp_path / "data")


def save(files: RoadFiles, network: Network = NETWORK) -> None:
    with files.changing():
        files.save_network(network)


def closure(number: str, times_slower: float | None) -> Closure:
    geometry = {"type": "Point", "coordinates": lon_lat(0, 0)}
    return Closure(closure_id=number, name="积水", geometry=geometry, times_slower=times_slower, since_at=NOON)


def test_a_network_comes_back_as_it_was(files: RoadFiles) -> None:
    save(files)
    stored = files.load_network()
    assert stored is not None
    for part in fields(Network):
        now, then = getattr(stored, part.name), getattr(NETWORK, part.name)
        assert np.array_equal(now, then) and now.dtype == then.dtype if isinstance(then, np.ndarray) else now == then
    assert stored.origin.islands
    assert stored.origin.absurd_signs == 1


def test_where_nothing_was_imported_there_is_no_network_and_nothing_is_closed(files: RoadFiles) -> None:
    assert files.load_network() is None
    assert files.load_closures() == []


@pytest.mark.parametrize("harm", [b"", b"not a network", None])
def test_a_network_that_was_harmed_is_refused(files: RoadFiles, harm: bytes | None) -> None:
    save(files)
    whole = files.network.read_bytes()
    files.network.write_bytes(whole[: len(whole) // 2] if harm is None else harm)
    with pytest.raises(NetworkUnusable, match="import the roads again"):
        files.load_network()


def test_a_network_of_another_form_is_to_be_imported_again(files: RoadFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "FORM", 99)
    save(files)
    monkeypatch.undo()
    with pytest.raises(NetworkUnusable, match="form 99, not 1"):
        files.load_network()


def test_closures_come_back_as_they_were(files: RoadFiles) -> None:
    closures = [closure("1", None), closure("2", 3.0)]
    with files.changing():
        files.save_closures(closures)
    assert files.load_closures() == closures


@pytest.mark.parametrize(
    "change",
    [{"times_slower": -1}, {"geometry": {}}, {"since_at": "yesterday"}, {"since_at": None}],
)
def test_a_list_of_closures_that_is_wrong_is_refused(files: RoadFiles, change: dict[str, Any]) -> None:
    with files.changing():
        files.save_closures([closure("1", None)])
    stored = json.loads(files.closures.read_text("utf-8"))
    stored["closures"][0] |= change
    files.closures.write_text(json.dumps(stored), "utf-8")
    with pytest.raises(ClosuresUnusable, match="cannot be read"):
        files.load_closures()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"closures": 3}'])
def test_what_is_no_list_of_closures_is_refused(files: RoadFiles, text: str) -> None:
    with files.changing():
        files.closures.write_text(text, "utf-8")
    with pytest.raises(ClosuresUnusable, match="cannot be read"):
        files.load_closures()


def test_each_change_is_stamped(files: RoadFiles) -> None:
    before = files.stamps()
    save(files)
    first = files.stamps()
    save(files)
    assert len({before, first, files.stamps()}) == 3
    assert [path.name for path in files.room.iterdir() if path.suffix not in (".npz", "")] == []
