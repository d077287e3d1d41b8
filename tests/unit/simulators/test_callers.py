"""People who seek help: what they read, whom they ask, and when they ask again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from simulators.api import Api
from simulators.callers import MOST_READINGS, NEEDS, Callers, Manners, Party, Way, by_building, misread
from simulators.cards import Lift
from simulators.intake import Hotline, PublicPage
from simulators.pace import Pace
from tests.unit.simulators.lives import CITY
from tests.unit.simulators.stand_in import StandIn, stand_in

LIFT = CITY.lifts[0]
BESIDE = replace(CITY.lifts[1], address=LIFT.address, building=LIFT.building)
PARTY = Party(lift=LIFT, name="王伟", phone="10050000001", injured=1, needs=("elderly",))
SURE = Manners(wrong_digit_share=0, wrong_plate_share=0, again_share=0)
FORM = '<form method="post" action="/r/{code}"><input type="hidden" name="key" value="k-{code}"></form>'


@dataclass
class Page:
    """The public page: each lift by its code, and what was sent."""

    addresses: dict[str, str]
    called: set[str] = field(default_factory=set)
    sent: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200

    async def show(self, request: web.Request) -> web.Response:
        code = request.match_info["code"]
        if code not in self.addresses:
            return web.Response(status=404, text="no such code")
        has_form = code not in self.called or "more" in request.query
        return web.Response(text=self.addresses[code] + (FORM.format(code=code) if has_form else "help is called"))

    async def take(self, request: web.Request) -> web.Response:
        code, form = request.match_info["code"], await request.post()
        if self.status != 200 or form["key"] != f"k-{code}":
            return web.Response(status=self.status if self.status != 200 else 409)
        self.sent.append({"code": code, **form})
        self.called.add(code)
        raise web.HTTPSeeOther(f"/r/{code}")


def plates(*lifts: Lift) -> dict[str, dict[str, Any]]:
    return {
        lift.rescue_code: {"lift_id": lift.lift_id, "address": lift.address, "building": lift.building}
        for lift in lifts
    }


@asynccontextmanager
async def town(
    manners: Manners = SURE, *, beside: tuple[Lift, ...] = ()
) -> AsyncIterator[tuple[StandIn, Page, Callers]]:
    page, app = (
        Page({LIFT.rescue_code: LIFT.address, CITY.lifts[-1].rescue_code: CITY.lifts[-1].address}),
        web.Application(),
    )
    app.add_routes([web.get("/r/{code}", page.show), web.post("/r/{code}", page.take)])
    async with stand_in() as service, aiohttp.ClientSession() as session, TestServer(app) as server:
        service.plates = plates(LIFT, BESIDE, CITY.lifts[-1])
        yield (
            service,
            page,
            Callers(
                hotline=Hotline(api=Api(session, service.url, "token", try_again_after_s=())),
                page=PublicPage(session=session, base_url=str(server.make_url(""))),
                beside=lambda _lift: beside,
                pace=Pace(factor=1e9),
                rng=Random(3),
                manners=manners,
            ),
        )


def codes(service: StandIn) -> list[str]:
    return [body["rescue_code"] for path, body in service.told if path == "/incidents"]


def always(people: int) -> Callable[[], int]:
    return lambda: people


async def test_somebody_who_cannot_get_out_telephones_with_the_rescue_code_and_says_who_is_inside() -> None:
    async with town() as (service, _, callers):
        await callers.seek_help(PARTY, Way.PHONE, always(2))
    assert service.told == [
        (
            "/incidents",
            {
                "rescue_code": LIFT.rescue_code,
                "source": "phone",
                "caller": {"name": PARTY.name, "phone": PARTY.phone},
                "people": 2,
                "injured": 1,
                "vulnerable": ["elderly"],
            },
        )
    ]
    assert len(callers.hotline.waits_s) == 1


@pytest.mark.parametrize("way", [Way.PHONE, Way.QR, Way.WAIT])
async def test_nobody_calls_who_is_out_by_then(way: Way) -> None:
    async with town() as (service, page, callers):
        await callers.seek_help(PARTY, way, always(0))
    assert (service.told, page.sent) == ([], [])


async def test_those_who_wait_call_when_nothing_has_happened() -> None:
    async with town() as (service, _, callers):
        await callers.seek_help(PARTY, Way.WAIT, always(1))
    assert codes(service) == [LIFT.rescue_code]


async def test_a_wrong_digit_leads_nowhere_and_at_last_the_right_code_is_found() -> None:
    async with town(replace(SURE, wrong_digit_share=1)) as (service, _, callers):
        await callers.seek_help(PARTY, Way.PHONE, always(1))
    *wrong, right = codes(service)
    assert len(wrong) == MOST_READINGS - 1 == callers.hotline.counts["not_found"]
    assert LIFT.rescue_code not in wrong
    assert right == LIFT.rescue_code


async def test_a_lift_that_is_read_back_as_standing_elsewhere_is_not_theirs_and_they_read_again() -> None:
    async with town(replace(SURE, wrong_plate_share=1), beside=(CITY.lifts[-1],)) as (service, _, callers):
        await callers.seek_help(PARTY, Way.PHONE, always(1))
    assert codes(service)[-1] == LIFT.rescue_code
    assert callers.hotline.counts["other_lift"] == MOST_READINGS - 1


async def test_the_plate_of_the_lift_beside_it_is_noticed_by_nobody() -> None:
    async with town(replace(SURE, wrong_plate_share=1), beside=(BESIDE,)) as (service, _, callers):
        await callers.seek_help(PARTY, Way.PHONE, always(1))
    assert codes(service) == [BESIDE.rescue_code]


@pytest.mark.parametrize("way", [Way.PHONE, Way.QR])
async def test_some_call_again_because_nobody_has_come(way: Way) -> None:
    async with town(replace(SURE, again_share=1)) as (service, page, callers):
        await callers.seek_help(PARTY, way, always(1))
    assert [*codes(service), *(sent["code"] for sent in page.sent)] == 2 * [LIFT.rescue_code]
    assert callers.counts["again"] == 1


async def test_the_public_page_is_filled_in_with_its_own_form() -> None:
    async with town() as (service, page, callers):
        await callers.seek_help(PARTY, Way.QR, always(3))
    (sent,) = page.sent
    assert sent == {
        "code": LIFT.rescue_code, "key": f"k-{LIFT.rescue_code}", "people": "3", "phone": PARTY.phone,
        "needs": "elderly", "injured": "1",
    }  # fmt: skip
    assert service.told == []


async def test_a_wrong_digit_on_the_page_finds_no_lift_and_is_typed_again() -> None:
    async with town(replace(SURE, wrong_digit_share=1)) as (_, page, callers):
        await callers.seek_help(PARTY, Way.QR, always(1))
    assert [sent["code"] for sent in page.sent] == [LIFT.rescue_code]
    assert callers.page.counts["not_found"] == MOST_READINGS - 1


async def test_nobody_calls_for_help_on_a_page_that_shows_another_address() -> None:
    async with town(replace(SURE, wrong_plate_share=1), beside=(CITY.lifts[-1],)) as (_, page, callers):
        await callers.seek_help(PARTY, Way.QR, always(1))
    assert [sent["code"] for sent in page.sent] == [LIFT.rescue_code]
    assert callers.page.counts["other_lift"] == MOST_READINGS - 1


async def test_whom_the_page_turns_away_rings_the_number_that_stands_on_it() -> None:
    async with town() as (service, page, callers):
        page.status = 429
        await callers.seek_help(PARTY, Way.QR, always(1))
    assert codes(service) == [LIFT.rescue_code]
    assert callers.page.counts["turned_away"] == 1


async def test_a_call_that_nobody_can_take_is_counted_and_given_up() -> None:
    async with town() as (service, _, callers):
        service.refuses = {"incidents": 422}
        await callers.seek_help(PARTY, Way.PHONE, always(1))
    assert callers.hotline.counts == {"calls": 1, "failed": 1}


@given(code=st.text("0123456789-A", min_size=1, max_size=10), seed=st.integers(0, 1000))
def test_a_misread_code_differs_by_one_digit(code: str, seed: int) -> None:
    read = misread(code, Random(seed))
    differing = [(a, b) for a, b in zip(code, read, strict=True) if a != b]
    assert len(differing) == any(sign.isdigit() for sign in code)
    assert all(a.isdigit() and b.isdigit() for a, b in differing)


def test_lifts_of_one_building_are_found_by_it() -> None:
    assert by_building([LIFT, BESIDE, CITY.lifts[-1]])[LIFT.address, LIFT.building] == [LIFT, BESIDE]


def test_what_callers_may_say_of_those_inside_are_words_that_the_service_knows() -> None:
    assert set(NEEDS) <= {"child", "elderly", "pregnant", "medical", "child_alone", "water", "fire"}
