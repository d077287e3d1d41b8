"""The service is killed and started again: what it knew of lifts it still knows, and says nothing a second time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.acceptance.centre import Centre, Company, eventually
from tests.acceptance.conftest import REGISTRY, lifts, open_centre

RUN_TIME_LIMITER = "06"
WAITING, SILENT, FOUND, CLOSED, FAULTY, SETTLED, WELL = ALL = ("L1", "L2", "L3", "L4", "L5", "L6", "L7")
T_S = {FOUND: 1, CLOSED: 1}
OTHERS_T_S = 12
TO_BE_STORED = {
    WAITING: "since", SILENT: "since", FOUND: "found", CLOSED: "found", FAULTY: "conditions", SETTLED: "conditions",
}  # fmt: skip
GRACE_S = 20
"""How long a lift's own word is waited for after the restart, before a suspicion counts without it."""


def with_own_t(file: str) -> str:
    """The lifts' file with a column for each lift's own T."""
    header, *lines = file.splitlines()
    with_t = (f"{line},{T_S.get(line.partition(',')[0], OTHERS_T_S)}" for line in lines)
    return "\n".join([f"{header},trapped_after_s", *with_t])


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """A centre after its restart, when every lift has said its status again and time enough has passed."""

    centre: Centre
    contractor: Company
    killed_at: datetime
    before: Mapping[str, list[str]]
    """What had happened before, by lift, in cases that are open still."""


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    """Killed while two entrapments wait for T, one is found, another closed, and so are one fault and another."""
    registry = {**REGISTRY, "lifts": with_own_t(lifts(len(ALL)))}
    centre = open_centre(tmp_path_factory.mktemp("restart") / "data", registry=registry)
    with closing(Company(centre, "K")) as contractor:
        yield kill_and_start(centre, contractor)
    centre.stop()


def kill_and_start(centre: Centre, contractor: Company) -> Restarted:
    """Two lifts have said their last status for good; of the others each says it again after the restart."""
    lift = {lift_id: centre.lift(lift_id) for lift_id in ALL}
    lift[WELL].status("-r")
    for lift_id in (FOUND, CLOSED):
        lift[lift_id].stuck()
    for lift_id in (FAULTY, SETTLED):
        lift[lift_id].fault(RUN_TIME_LIMITER)
    centre.case(FOUND, status="dispatched")
    centre.case(FAULTY)
    centre.act(centre.case(CLOSED), "false_alarm", reason="nobody was inside")
    centre.act(centre.case(SETTLED), "close", reason="the mechanic comes tomorrow")
    lift[WAITING].stuck()
    lift[SILENT].stuck("-r")
    for lift_id, what in TO_BE_STORED.items():
        wait_until_stored(centre, lift_id, what)
    before = {lift_id: centre.history(centre.case(lift_id)) for lift_id in (FOUND, FAULTY)}
    killed_at = datetime.now(UTC)
    centre.kill()
    centre.start()
    for lift_id in (WAITING, FOUND, CLOSED):
        lift[lift_id].stuck()
    for lift_id in (FAULTY, SETTLED):
        lift[lift_id].status(faults=[RUN_TIME_LIMITER])
    centre.case(WAITING)
    centre.case(SILENT, within_s=3 * GRACE_S)
    return Restarted(centre=centre, contractor=contractor, killed_at=killed_at, before=before)


def wait_until_stored(centre: Centre, lift_id: str, what: str) -> None:
    """Until a restart would know this of the lift."""
    eventually(f"{what} of {lift_id} is stored", lambda: what in (centre.stored_state(lift_id) or {}))


def trapped_since(centre: Centre, lift_id: str) -> datetime:
    """Since when people are inside, as the lift's only case has it."""
    (case,) = centre.cases(lift_id)
    return datetime.fromisoformat(case["clock"]["trapped_since"])


def test_the_time_that_people_had_been_stuck_before_the_kill_counts(restarted: Restarted) -> None:
    assert trapped_since(restarted.centre, WAITING) < restarted.killed_at


def test_people_in_a_lift_that_says_nothing_more_are_found_all_the_same(restarted: Restarted) -> None:
    assert trapped_since(restarted.centre, SILENT) < restarted.killed_at


def test_an_entrapment_that_was_found_is_not_reported_again(restarted: Restarted) -> None:
    (case,) = restarted.centre.cases(FOUND)
    assert restarted.centre.history(case) == restarted.before[FOUND]
    assert restarted.contractor.told("assignment.offered", FOUND) == 1


def test_an_entrapment_whose_case_was_closed_is_not_reported_again_while_its_signs_stand(restarted: Restarted) -> None:
    (case,) = restarted.centre.cases(CLOSED)
    assert case["status"] == "false_alarm"


def test_a_fault_that_was_told_is_not_told_again(restarted: Restarted) -> None:
    (case,) = restarted.centre.cases(FAULTY)
    assert restarted.centre.history(case) == restarted.before[FAULTY] == ["opened"]
    assert restarted.contractor.told("incident.updated", FAULTY) == 1


def test_a_fault_whose_case_was_closed_is_not_told_again_while_it_holds(restarted: Restarted) -> None:
    (case,) = restarted.centre.cases(SETTLED)
    assert case["status"] == "closed"
    assert restarted.contractor.told("incident.updated", SETTLED) == 1


def test_no_lift_is_called_off_line(restarted: Restarted) -> None:
    assert [lift_id for lift_id in ALL if not restarted.centre.live(lift_id)["online"]] == []
    assert restarted.centre.cases(WELL) == []
