"""Shifts over HTTP: begun, shown with what is in hand, ended case by case, taken over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from rescue.accounts import Role
from tests.integration.api.asking import demand_problem
from tests.integration.centre import NOON, PASSWORD, Answer, Centre


class Seat:
    """Somebody at a console, logged in by name."""

    def __init__(self, url: str, browser: aiohttp.ClientSession) -> None:
        self._url = f"{url}/api/v1"
        self._browser = browser

    async def ask(self, method: str, path: str, said: Any = None) -> Answer:
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with self._browser.request(method, self._url + path, json=said, headers=headers) as response:
            text = await response.text()
            return Answer(
                status=response.status, content_type=response.content_type, headers=response.headers, text=text
            )

    async def post(self, path: str, said: Any = None) -> Answer:
        return await self.ask("POST", path, said or {})

    async def get(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status == 200, answer.text
        return answer.body


@asynccontextmanager
async def seat(centre: Centre, name: str, role: Role = Role.OPERATOR) -> AsyncIterator[Seat]:
    await centre.context.accounts.add_user(name, role, PASSWORD, NOON)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        sits = Seat(centre.url, browser)
        assert (await sits.post("/session", {"username": name, "password": PASSWORD})).status == 200
        yield sits


async def test_a_shift_begins_once_and_is_shown_with_what_is_in_hand(centre: Centre) -> None:
    async with seat(centre, "zhang") as zhang, seat(centre, "li") as li:
        begun, again = await zhang.post("/shifts"), await zhang.post("/shifts")
        assert (begun.status, again.status) == (201, 200)
        assert begun.body == again.body
        first, second = await centre.open_case("100001"), await centre.open_case("100002")
        await zhang.post(f"/incidents/{first['id']}/claim")
        await zhang.post(f"/incidents/{second['id']}/comfort")
        centre.clock.forward(60)
        await li.post("/shifts")
        shifts = (await li.get("/shifts"))["items"]
        assert [(one["operator"], one["open_claims"], one["handled"]) for one in shifts] == [
            ("zhang", 1, 2),
            ("li", 0, 0),
        ]
        assert shifts[0] == await li.get(f"/shifts/{begun.body['id']}")
        assert shifts[0]["started_at"] == "2026-03-02T04:00:00Z"


async def test_who_goes_off_shift_leaves_each_case_with_its_note_and_the_next_takes_it_over(centre: Centre) -> None:
    async with seat(centre, "zhang") as zhang, seat(centre, "li") as li:
        shift = (await zhang.post("/shifts")).body
        cases = [await centre.open_case(code) for code in ("100001", "100002", "100003")]
        for case in cases[:2]:
            await zhang.post(f"/incidents/{case['id']}/claim")
        await li.post(f"/incidents/{cases[2]['id']}/claim")
        notes = {cases[0]["id"]: "the owner has the key", cases[2]["id"]: "this is not mine"}
        ended = (await zhang.post(f"/shifts/{shift['id']}/end", {"notes": notes, "note": "nothing special"})).body
        assert (ended["ended_at"], ended["ended_by"]) == ("2026-03-02T04:00:00Z", "zhang")
        assert (ended["open_claims"], sorted(ended["left"])) == (0, sorted(case["id"] for case in cases[:2]))
        left = [(await li.get(f"/incidents/{case['id']}")) for case in cases]
        assert [case["left"] and case["left"]["note"] for case in left] == [
            "the owner has the key",
            "nothing special",
            None,
        ]
        assert left[2]["claimed_by"] == "li"
        taken = (await li.post(f"/incidents/{cases[0]['id']}/claim")).body
        assert (taken["claimed_by"], taken["left"]) == ("li", None)
        again = (await zhang.post(f"/shifts/{shift['id']}/end", {"note": "once more"})).body
        assert again["left"] == [cases[1]["id"]]
        assert [one["operator"] for one in (await li.get("/shifts"))["items"]] == []


async def test_a_shift_is_ended_by_whoever_has_it_or_by_a_supervisor(centre: Centre) -> None:
    async with (
        seat(centre, "zhang") as zhang,
        seat(centre, "li") as li,
        seat(centre, "wei", Role.SUPERVISOR) as wei,
    ):
        shift = (await zhang.post("/shifts")).body
        case = await centre.open_case("100001")
        await zhang.post(f"/incidents/{case['id']}/claim")
        refused = demand_problem(await li.post(f"/shifts/{shift['id']}/end"), 403)
        assert "zhang's shift" in refused["detail"]
        ended = (await wei.post(f"/shifts/{shift['id']}/end", {"note": "zhang was called away"})).body
        assert (ended["ended_by"], ended["left"]) == ("wei", [case["id"]])
        seen = await li.get(f"/incidents/{case['id']}")
        assert (seen["left"]["by"], seen["left"]["note"]) == ("zhang", "zhang was called away")
        assert (await zhang.post("/shifts")).body["id"] != shift["id"]
        demand_problem(await wei.post("/shifts/nobodys/end"), 404)


async def test_programs_have_no_shifts(centre: Centre) -> None:
    assert "is a program" in demand_problem(await centre.post("operator", "/shifts"), 409)["detail"]


async def test_who_is_connected_is_told_with_their_shift(centre: Centre) -> None:
    async with seat(centre, "zhang") as zhang:
        assert centre.context.shifts.since() == {}
        shift = (await zhang.post("/shifts")).body
        assert centre.context.shifts.since() == {"zhang": NOON}
        await zhang.post(f"/shifts/{shift['id']}/end")
        assert centre.context.shifts.since() == {}


async def test_the_worst_sources_of_false_alarms_come_first(centre: Centre) -> None:
    for code, is_false in (("100001", True), ("100001", True), ("100002", True), ("100003", False)):
        case = await centre.open_case(code)
        centre.clock.forward(60)
        if is_false:
            await centre.post("operator", f"/incidents/{case['id']}/false_alarm", {"reason": "nobody there"})
    worst = (await centre.get("operator", "/reports/false-alarms")).body
    assert [(one["key"], one["cases"], one["false_alarms"], one["share"]) for one in worst["items"]] == [
        ("L1", 2, 2, 1.0),
        ("L2", 1, 1, 1.0),
    ]
    assert worst["items"][0]["last_at"] == "2026-03-02T04:01:00Z"
    companies = (await centre.get("auditor", "/reports/false-alarms?by=company&days=1")).body["items"]
    assert [(one["key"], one["label"], one["false_alarms"]) for one in companies] == [("ankang", "安康电梯", 3)]
    buildings = (await centre.get("operator", "/reports/false-alarms?by=building&limit=1")).body["items"]
    assert [(one["key"], one["label"]) for one in buildings] == [("410105 花园路 100001 号 3", "花园路 100001 号 3")]
    centre.clock.forward(2 * 86_400)
    assert (await centre.get("operator", "/reports/false-alarms?days=1")).body["items"] == []
    demand_problem(await centre.get("operator", "/reports/false-alarms?by=moon"), 422)
    demand_problem(await centre.get("ankang", "/reports/false-alarms"), 403)
