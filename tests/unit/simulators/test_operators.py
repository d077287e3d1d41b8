from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from simulators.api import Api
from simulators.city import Lift
from simulators.crews import Surroundings
from simulators.operators import CAUSE_UNKNOWN, Centre
from simulators.world import World
from tests.unit.simulators.lives import CITY
from tests.unit.simulators.people import LIFT, make_surroundings, trap
from tests.unit.simulators.stand_in import StandIn, stand_in

CREW = CITY.crews[0].crew_id


BESIDE = replace(CITY.lifts[1], address=LIFT.address, building=LIFT.building)
"""Another lift, said to be in the same building."""
DUE = {"comfort_by": "2025-11-23T00:01:00Z"}


def lift_of(lift: Lift) -> dict[str, Any]:
    return {"lift_id": lift.lift_id, "address": lift.address, "building": lift.building}


def case(**facts: Any) -> dict[str, Any]:
    return {
        "id": "I1",
        "number": 1,
        "kind": "entrapment",
        "status": "open",
        "version": 3,
        "level": 1,
        "evidence": {"confidence": "likely", "reasons": []},
        "lift": lift_of(LIFT),
        "source": "iot",
        "deadlines": {},
        "conditions": {},
        "signs": [],
        "handover": None,
        "comforted_at": None,
        "called_back_at": None,
        "opened_at": "2025-11-23T00:00:00Z",
        "arrived_at": None,
        "people_released": None,
        "injured": 0,
        "cause_code": None,
        "assignment": None,
    } | facts


@asynccontextmanager
async def centre(
    around: Surroundings[World], *cases: dict[str, Any], unheard_share: float = 0
) -> AsyncIterator[tuple[StandIn, Centre, list[int]]]:
    """The centre's staff at a service with these cases: the service, the staff, and what they count as closed."""
    closed: list[int] = []
    async with stand_in() as service, aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        service.incidents = {one["id"]: one for one in cases}
        api = Api(session, service.url, "token")
        staff = Centre(api, around, group.create_task, closed.append, unheard_share=unheard_share)
        work = group.create_task(staff.work())
        yield service, staff, closed
        work.cancel()


async def test_a_released_case_is_called_back_and_closed_with_the_cause_the_crew_gave() -> None:
    released = case(status="released", people_released=2, cause_code="101", arrived_at="2025-11-23T00:10:00Z")
    async with centre(make_surroundings(), released) as (service, staff, closed):
        await service.until(lambda: closed == [1])
    assert service.answers() == ["confirm_release", "close"]
    confirmed, ended = (body for _, body in service.told)
    assert (confirmed["version"], confirmed["people_released"], confirmed["injured"]) == (3, 2, 0)
    assert (ended["version"], ended["cause_code"]) == (4, "101")
    assert staff.tally.mean_arrival_s == 600
    assert staff.tally.latest["I1"]["status"] == "closed"


async def test_a_possible_entrapment_is_listened_in_on_and_a_crew_sent_when_somebody_answers() -> None:
    around = make_surroundings()
    trap(around, people=1)
    async with centre(around, case(evidence={"confidence": "possible", "reasons": []})) as (service, _, _closed):
        service.candidates = [
            {"crew_id": "R0", "may_go": True, "asked": True},
            {"crew_id": "R1", "may_go": False, "asked": False},
            {"crew_id": CREW, "may_go": True, "asked": False},
        ]
        await service.until(lambda: bool(service.told))
    path, body = service.told[0]
    assert (path, body["crew_id"], body["version"], body["redirect"]) == ("/incidents/I1/assign", CREW, 3, True)


async def test_where_people_answer_and_no_crew_may_go_the_next_level_is_asked() -> None:
    around = make_surroundings()
    trap(around, people=1)
    async with centre(around, case(evidence={"confidence": "possible", "reasons": []})) as (service, _, _closed):
        service.candidates = [{"crew_id": CREW, "may_go": False, "asked": False}]
        await service.until(lambda: bool(service.told))
    assert service.told[0][0] == "/incidents/I1/escalate"


async def test_a_possible_entrapment_with_nobody_inside_is_a_false_alarm() -> None:
    possible = case(evidence={"confidence": "possible", "reasons": []})
    async with centre(make_surroundings(), possible) as (service, staff, _closed):
        await service.until(lambda: staff.tally.ended == {"false_alarm": 1})
    assert service.answers() == ["false_alarm"]
    assert service.told[0][1]["reason"]


async def test_a_case_that_others_work_on_is_left_alone() -> None:
    async with centre(make_surroundings(), case(status="on_scene")) as (service, staff, _closed):
        await service.until(lambda: staff.tally.stages == {"on_scene": 1})
    assert service.told == []


async def test_a_case_in_which_nobody_is_inside_is_left_to_end_by_itself() -> None:
    fault = case(kind="fault", evidence={"confidence": None, "reasons": []})
    outage = case(id="I2", number=2, kind="power_outage", lift=None, evidence={"confidence": None, "reasons": []})
    async with centre(make_surroundings(), fault, outage) as (service, staff, _closed):
        await service.until(lambda: staff.tally.others == {"fault": 1, "power_outage": 1})
        assert staff.tally.stages == {}
        del service.incidents["I1"]
        await service.until(lambda: staff.tally.others == {"power_outage": 1})
    assert service.told == []
    assert list(staff.tally.latest) == ["I2"]


async def test_a_fault_that_a_crew_has_put_right_is_closed_without_a_call_back() -> None:
    fault = case(kind="fault", status="released", cause_code="301", evidence={"confidence": None, "reasons": []})
    async with centre(make_surroundings(), fault) as (service, staff, closed):
        await service.until(lambda: staff.tally.latest.get("I1", {}).get("status") == "closed")
    assert service.answers() == ["close"]
    assert service.told[0][1]["cause_code"] == "301"
    assert (closed, staff.tally.ended) == ([], {})


async def test_when_somebody_was_faster_the_case_is_looked_at_again() -> None:
    async with centre(make_surroundings(), case(status="released")) as (service, _, closed):
        service.refuses = {"confirm_release": 409}
        await service.until(lambda: len(service.told) >= 2)
        service.refuses = {}
        await service.until(lambda: closed == [1])


async def test_a_case_is_closed_by_what_was_wrong_with_the_lift_when_nobody_files_the_cause() -> None:
    dark = case(status="released", conditions={"mains_lost": "2025-11-23T00:00:00Z"})
    odd = case(id="I2", number=2, status="released", conditions={"door_held": "2025-11-23T00:00:00Z"})
    async with centre(make_surroundings(), dark, odd) as (service, _, closed):
        await service.until(lambda: closed == [1, 2])
    filed = {path: body["cause_code"] for path, body in service.told if path.endswith("/close")}
    # The list of this service has no code for a door that was held: nothing is filed that it does not know.
    assert filed == {"/incidents/I1/close": "201", "/incidents/I2/close": CAUSE_UNKNOWN}


async def test_whoever_comes_to_a_case_that_is_called_back_goes_on_with_closing_it() -> None:
    called_back = case(status="released", called_back_at="2025-11-23T00:20:00Z", cause_code="201")
    async with centre(make_surroundings(), called_back) as (service, _, closed):
        await service.until(lambda: closed == [1])
    assert service.answers() == ["close"]


async def test_passengers_are_spoken_to_before_the_time_for_it_is_over() -> None:
    around = make_surroundings()
    trap(around, people=1)
    later = {"comfort_by": (datetime.now(UTC) + timedelta(seconds=200)).isoformat()}
    soon = {"comfort_by": (datetime.now(UTC) + timedelta(seconds=20)).isoformat()}
    cases = case(deadlines=soon), case(id="I2", number=2, deadlines=later)
    async with centre(around, *cases) as (service, staff, _closed):
        await service.until(lambda: staff.tally.stages["open"] == 2 and bool(service.told))
    assert [path for path, _ in service.told] == ["/incidents/I1/comfort"]
    assert "version" not in service.told[0][1]


async def test_the_fire_brigade_is_called_before_anything_else_and_the_call_confirmed() -> None:
    around = make_surroundings()
    trap(around, people=1)
    handover = {"name_zh": "消防救援", "call": "119", "waits": True}
    async with centre(around, case(handover=handover, deadlines=DUE)) as (service, staff, _closed):
        await service.until(lambda: service.answers() == ["hand_over", "comfort"])
    assert service.told[0][1]["spoke_to"].startswith("消防救援")
    assert service.told[0][1]["reason"]
    assert staff.tally.handovers_waiting == 0


async def test_a_call_about_the_lift_beside_it_is_merged_into_the_case_of_the_lift_in_which_people_answer() -> None:
    around = make_surroundings()
    trap(around, people=1)
    named = case(id="I2", number=2, source="phone", lift=lift_of(BESIDE), deadlines=DUE)
    elsewhere = case(id="I3", number=3, lift=lift_of(CITY.lifts[-1]))
    async with centre(around, elsewhere, case(), named) as (service, staff, _closed):
        await service.until(lambda: staff.tally.ended == {"merged": 1})
    path, body = service.told[0]
    assert (path, body["into"], body["version"]) == ("/incidents/I2/merge", "I1", 3)
    assert body["reason"]


async def test_silence_in_the_car_alone_ends_no_case_and_with_two_signs_it_does() -> None:
    silent = case(deadlines=DUE, signs=["alarm_ended"])
    recovered = case(id="I2", number=2, deadlines=DUE, signs=["alarm_ended", "lift_recovered"])
    at_work = {**recovered, "id": "I3", "status": "on_scene"}
    async with centre(make_surroundings(), silent, recovered, at_work) as (service, staff, _closed):
        await service.until(lambda: staff.tally.ended == {"stood_down": 1})
    assert [path for path, _ in service.told] == ["/incidents/I2/stand_down"]


async def test_a_case_that_was_ended_too_early_is_reopened() -> None:
    around = make_surroundings()
    trap(around, people=1)
    possible = case(evidence={"confidence": "possible", "reasons": []})
    async with centre(around, possible, unheard_share=1) as (service, staff, _closed):
        await service.until(lambda: staff.tally.reopened == 1)
    assert service.answers() == ["false_alarm", "reopen"]
    assert service.told[1][1]["reason"]
