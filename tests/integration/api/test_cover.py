"""How the city is covered, over HTTP."""

from __future__ import annotations

from dataclasses import replace

from dispatch.crews import Position, StationId
from tests.integration.api.asking import demand_problem
from tests.integration.centre import ANKANG, BEIHAI, EAST, LIFTS, Centre

FAR_WEST = replace(
    EAST, station_id=StationId("west"), name="West gate", company_id=ANKANG.company_id, position=Position(113.56, 34.76)
)
OUT_WEST = [
    replace(lift, position=Position(113.56, 34.76)) if lift.lift_id in {"L1", "L2", "L3"} else lift for lift in LIFTS
]


async def test_a_station_that_is_left_thin_is_named_and_a_crew_of_its_company_that_should_wait_there(
    centre: Centre,
) -> None:
    await centre.store.put_stations([EAST, FAR_WEST])
    await centre.store.put_lifts(OUT_WEST)
    shown = (await centre.get("operator", "/crews/cover")).body
    assert (shown["crews_on_duty"], shown["crews_idle"]) == (5, 5)
    assert shown["lifts"] == len(LIFTS)
    assert shown["stations"][0] | {"response_s": 0, "with_a_crew_s": 0} == {
        "station_id": "west",
        "name": "West gate",
        "company_id": "ankang",
        "lifts": 3,
        "crews_out": 0,
        "response_s": 0,
        "with_a_crew_s": 0,
        "is_thin": True,
    }
    move = shown["moves"][0]
    assert (move["crew_id"][0], move["station_id"]) == ("a", "west")
    assert move["before_s"] == shown["response_s"]
    assert move["saves_s"] > 0
    assert move["way_s"] > 0


async def test_a_crew_that_is_out_does_not_cover(centre: Centre) -> None:
    before = (await centre.get("supervisor", "/crews/cover")).body
    await centre.open_case("100001")
    after = (await centre.get("supervisor", "/crews/cover")).body
    assert (before["crews_idle"], after["crews_idle"]) == (5, 4)
    assert after["response_s"] >= before["response_s"]


async def test_cover_is_for_the_centre_only(quiet: Centre) -> None:
    demand_problem(await quiet.ask(BEIHAI.company_id, "GET", "/api/v1/crews/cover"), 403)
    demand_problem(await quiet.ask("auditor", "GET", "/api/v1/crews/cover"), 403)
