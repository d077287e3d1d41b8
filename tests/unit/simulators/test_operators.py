from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from simulators.api import Api
from simulators.callers import telephone
from simulators.crews import Surroundings
from simulators.operators import Centre
from tests.unit.simulators.lives import CITY
from tests.unit.simulators.people import LIFT, make_surroundings, trap
from tests.unit.simulators.stand_in import StandIn, stand_in

CREW = CITY.crews[0].crew_id


def case(**facts: Any) -> dict[str, Any]:
    return {
        "id": "I1",
        "number": 1,
        "kind": "entrapment",
        "status": "open",
        "version": 3,
        "level": 1,
        "evidence": {"confidence": "likely", "reasons": []},
        "lift": {"lift_id": LIFT.lift_id},
        "opened_at": "2025-11-23T00:00:00Z",
        "arrived_at": None,
        "people_released": None,
        "injured": 0,
        "cause_code": None,
        "assignment": None,
    } | facts


@asynccontextmanager
async def centre(around: Surroundings, *cases: dict[str, Any]) -> AsyncIterator[tuple[StandIn, Centre, list[int]]]:
    """The centre's staff at a service with these cases: the service, the staff, and what they count as closed."""
    closed: list[int] = []
    async with stand_in() as service, aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        service.incidents = {one["id"]: one for one in cases}
        staff = Centre(Api(session, service.url, "token"), around, group.create_task, closed.append)
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
        service.candidates = [{"crew_id": "R0", "may_go": False}, {"crew_id": CREW, "may_go": True}]
        await service.until(lambda: bool(service.told))
    path, body = service.told[0]
    assert (path, body["crew_id"], body["version"]) == ("/incidents/I1/assign", CREW, 3)


async def test_a_possible_entrapment_with_nobody_inside_is_a_false_alarm() -> None:
    possible = case(evidence={"confidence": "possible", "reasons": []})
    async with centre(make_surroundings(), possible) as (service, staff, _closed):
        await service.until(lambda: staff.tally.false_alarms == 1)
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
    assert (closed, staff.tally.closed) == ([], 0)


async def test_when_somebody_was_faster_the_case_is_looked_at_again() -> None:
    async with centre(make_surroundings(), case(status="released")) as (service, _, closed):
        service.refuses = {"confirm_release": 409}
        await service.until(lambda: len(service.told) >= 2)
        service.refuses = {}
        await service.until(lambda: closed == [1])


async def test_somebody_who_cannot_get_out_telephones_with_the_rescue_code() -> None:
    around = make_surroundings()
    misfortune = trap(around, people=2)
    async with centre(around) as (service, staff, _closed):
        await telephone(misfortune, staff, around)
    assert service.told == [
        (
            "/incidents",
            {
                "rescue_code": LIFT.rescue_code,
                "source": "phone",
                "caller": {"name": misfortune.caller, "phone": misfortune.caller_phone},
                "people": 2,
            },
        )
    ]


async def test_nobody_telephones_who_is_out_by_then() -> None:
    around = make_surroundings()
    misfortune = trap(around, people=0)
    async with centre(around) as (service, staff, _closed):
        await telephone(misfortune, staff, around)
    assert service.told == []
