"""Crews and lifts over HTTP."""

from __future__ import annotations

import pytest

from tests.integration.api.asking import demand_problem
from tests.integration.centre import (
    ANKANG,
    BEIHAI,
    Centre,
)


async def test_a_company_sees_its_crews_and_says_where_they_are_and_whether_on_duty(centre: Centre) -> None:
    assert (await centre.get(BEIHAI.company_id, "/crews")).ids == ["b1", "b2", "b3"]
    assert (await centre.get(BEIHAI.company_id, "/crews?on_duty=true")).ids == ["b1", "b2"]
    changes = {"on_duty": True, "position": {"lon": 113.5, "lat": 34.5}}
    changed = await centre.ask(BEIHAI.company_id, "PATCH", "/api/v1/crews/b3", changes)
    assert changed.status == 200, changed.text
    assert (await centre.get(BEIHAI.company_id, "/crews?on_duty=true")).ids == ["b1", "b2", "b3"]
    b3 = (await centre.get("operator", "/crews")).body["items"][-1]
    assert (b3["lon"], b3["lat"], b3["positioned_at"], b3["on_duty"]) == (113.5, 34.5, "2026-03-02T04:00:00Z", True)
    assert [crew.on_duty for crew in await centre.store.list_crews() if crew.crew_id == "b3"] == [True]


async def test_nobody_changes_another_companys_crew(quiet: Centre) -> None:
    demand_problem(await quiet.ask(ANKANG.company_id, "PATCH", "/api/v1/crews/b1", {"on_duty": False}), 404)
    demand_problem(await quiet.ask("operator", "PATCH", "/api/v1/crews/z9", {"on_duty": False}), 404)
    demand_problem(await quiet.ask("operator", "PATCH", "/api/v1/crews/b1", {"on_duty": "no"}), 422)
    nowhere = {"position": {"lon": 181, "lat": 0}}
    demand_problem(await quiet.ask("operator", "PATCH", "/api/v1/crews/b1", nowhere), 422)
    assert quiet.context.desk.board.busy() == {}


async def test_crews_are_listed_a_page_at_a_time(quiet: Centre) -> None:
    first = await quiet.get("operator", "/crews?limit=4")
    rest = await quiet.get("operator", f"/crews?limit=4&cursor={first.body['next']}")
    assert first.ids + rest.ids == ["a1", "a2", "a3", "b1", "b2", "b3"]
    assert rest.body["next"] is None


@pytest.mark.parametrize(
    ("who", "query", "found"),
    [
        ("operator", "rescue_code=100003", ["L3"]),
        ("operator", "area=410103", ["L3"]),
        ("operator", "q=%E8%8A%B1%E5%9B%AD", ["L1", "L2", "L3", "L4"]),
        ("operator", "q=l4", ["L4"]),
        ("operator", "q=%25", []),
        ("operator", "limit=2&cursor=L2", ["L3", "L4"]),
        (ANKANG.company_id, "", ["L1", "L2", "L5"]),
        (ANKANG.company_id, "rescue_code=100003", []),
    ],
)
async def test_lifts_are_found_by_plate_area_or_a_word(quiet: Centre, who: str, query: str, found: list[str]) -> None:
    assert (await quiet.get(who, f"/lifts?{query}")).ids == found


async def test_one_lift_is_shown_to_its_contractor_and_the_centre(quiet: Centre) -> None:
    card = (await quiet.get(ANKANG.company_id, "/lifts/L1")).body
    assert (card["rescue_code"], card["live"]) == ("100001", None)
    demand_problem(await quiet.get(BEIHAI.company_id, "/lifts/L1"), 404)
    demand_problem(await quiet.get("operator", "/lifts/L9"), 404)
