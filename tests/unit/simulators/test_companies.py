from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random
from typing import Any

import aiohttp
import pytest

from simulators.api import Api
from simulators.companies import Ailment, Health, WebhookServer
from simulators.conduct import Habits
from simulators.crews import CrewOnDuty, Surroundings
from simulators.offices import CompanyOffice
from simulators.pace import Pace
from simulators.world import World
from tests.unit.simulators.lives import CITY
from tests.unit.simulators.people import LIFT, make_surroundings, trap
from tests.unit.simulators.stand_in import StandIn, deliver, stand_in

COMPANY = next(company for company in CITY.companies if company.company_id == LIFT.company_id)
CREW = next(crew for crew in CITY.crews if crew.company_id == COMPANY.company_id)
DUTIFUL = Habits(silent_share=0, decline_share=0, blocked_share=0, later_share=0, forgets_share=0)


def offer(*, attempt: int = 1, crew_id: str = CREW.crew_id, lift_id: str = LIFT.lift_id) -> dict[str, Any]:
    lift = {"lift_id": lift_id}
    return {
        "assignment": {"id": "A1", "attempt": attempt, "crew_id": crew_id, "accept_by": "2025-11-23T00:03:00Z"},
        "incident": {"id": "I1", "lift": lift},
        "lift": lift,
    }


@asynccontextmanager
async def company(
    around: Surroundings[World],
    habits: Habits = DUTIFUL,
    *,
    always_accepted: frozenset[str] = frozenset(),
    health: Health | None = None,
    **refuses: int,
) -> AsyncIterator[tuple[StandIn, str, list[asyncio.Task[None]]]]:
    """A company registered at a service: the service, the company's endpoint, and all that it has begun."""
    begun: list[asyncio.Task[None]] = []

    def start(work: Any) -> asyncio.Task[None]:
        begun.append(asyncio.create_task(work))
        return begun[-1]

    async with stand_in() as service, aiohttp.ClientSession() as session:
        service.refuses = refuses
        api = Api(session, service.url, "token")
        crew = CrewOnDuty(CREW, api, around)
        office = CompanyOffice(
            COMPANY,
            api,
            {CREW.crew_id: crew},
            around=around,
            habits=habits,
            start=start,
            always_accepted=always_accepted,
        )
        healths = {} if health is None else {COMPANY.company_id: health}
        async with WebhookServer({COMPANY.company_id: office}, healths=healths) as server:
            url = server.url_of(COMPANY.company_id)
            await office.register(url)
            service.told.clear()
            yield service, url, begun


async def finish(begun: list[asyncio.Task[None]]) -> None:
    async with asyncio.timeout(10):
        while pending := [task for task in begun if not task.done()]:
            await asyncio.wait(pending)


async def test_an_offer_is_accepted_driven_to_and_carried_through_quoting_its_attempt() -> None:
    around = make_surroundings()
    misfortune = trap(around, people=3)
    async with company(around) as (service, url, begun):
        assert await deliver(url, "assignment.offered", offer(attempt=4), id_="m1") == 204
        await finish(begun)
    assert service.answers() == ["accept", "en_route", "on_scene", "released"]
    assert {body["attempt"] for _, body in service.told} == {4}
    assert service.told[-1][1] == {
        "attempt": 4,
        "people_released": 3,
        "injured": 0,
        "cause_code": misfortune.cause_code,
        "release_method": misfortune.release_method,
    }
    assert around.world.people_inside(LIFT.lift_id) == 0


async def test_an_acceptance_says_how_long_the_crew_will_take() -> None:
    around = make_surroundings()
    drive_s = around.roads.drive((CREW.lon, CREW.lat), (LIFT.lon, LIFT.lat)).duration_s
    async with company(around) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(), id_="m1")
        await finish(begun)
    assert drive_s < service.told[0][1]["eta_s"] < drive_s + 120


async def test_a_crew_whose_way_is_closed_says_that_it_cannot_reach_the_lift_and_nobody_is_freed() -> None:
    around = make_surroundings()
    trap(around, people=2)
    async with company(around, replace(DUTIFUL, blocked_share=1)) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(attempt=2), id_="m1")
        await finish(begun)
    assert service.answers() == ["accept", "en_route", "cannot_reach"]
    assert service.told[-1][1]["attempt"] == 2
    assert service.told[-1][1]["reason"]
    assert around.world.people_inside(LIFT.lift_id) == 2


async def test_a_cause_that_is_found_later_is_filed_later() -> None:
    around = make_surroundings()
    misfortune = trap(around, people=1)
    async with company(around, replace(DUTIFUL, later_share=1)) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(attempt=3), id_="m1")
        await finish(begun)
    assert service.answers()[-2:] == ["released", "cause"]
    released, filed = (body for _, body in service.told[-2:])
    assert "cause_code" not in released
    assert filed == {"attempt": 3, "cause_code": misfortune.cause_code}


async def test_a_cause_that_is_not_taken_any_more_is_let_be() -> None:
    around = make_surroundings()
    async with company(around, replace(DUTIFUL, later_share=1), cause=409) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(), id_="m1")
        await finish(begun)
    assert service.answers().count("cause") == 1


async def test_a_crew_that_finds_the_lift_recovered_says_so() -> None:
    async with company(make_surroundings()) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(), id_="m1")
        await finish(begun)
    released = service.told[-1][1]
    assert (released["people_released"], released["release_method"]) == (0, "self_recovered")


async def test_a_delivery_that_is_repeated_is_received_again_without_effect() -> None:
    async with company(make_surroundings()) as (service, url, begun):
        for _ in range(3):
            assert await deliver(url, "assignment.offered", offer(), id_="m1") == 204
        await finish(begun)
    assert service.answers().count("accept") == 1


async def test_a_bad_signature_is_refused_and_has_no_effect() -> None:
    other_secret = "whsec_" + "bm90IHRoZSBzZWNyZXQgb2YgdGhlIHRlc3QsIG5vLi4u"
    async with company(make_surroundings()) as (service, url, begun):
        assert await deliver(url, "assignment.offered", offer(), id_="m1", secret=other_secret) == 401
        await finish(begun)
        async with aiohttp.ClientSession() as session, session.post(url, json=offer()) as unsigned:
            assert unsigned.status == 401
    assert service.told == []


async def test_a_signed_body_that_is_no_event_is_refused_with_its_reason() -> None:
    async with company(make_surroundings()) as (_, url, _begun):
        assert await deliver(url, "assignment.offered", {"assignment": {}}, id_="m1") == 422


async def test_an_endpoint_of_no_company_is_not_found() -> None:
    async with company(make_surroundings()) as (_, url, _begun):
        assert await deliver(f"{url}-elsewhere", "assignment.offered", offer(), id_="m1") == 404


async def test_a_late_acceptance_sends_nobody() -> None:
    async with company(make_surroundings(), accept=409) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(), id_="m1")
        await finish(begun)
    assert service.answers() == ["accept"]


async def test_a_crew_whose_assignment_is_withdrawn_turns_round() -> None:
    around = make_surroundings(pace=Pace(factor=60))
    trap(around, people=1)
    async with company(around) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(), id_="m1")
        await service.until(lambda: "en_route" in service.answers())
        await deliver(url, "assignment.withdrawn", offer(), id_="m2")
        await finish(begun)
    assert service.answers() == ["accept", "en_route"]
    assert around.world.people_inside(LIFT.lift_id) == 1


@pytest.mark.parametrize("unknown", [{"crew_id": "R9999"}, {"lift_id": "L1"}])
async def test_an_offer_for_a_crew_or_lift_that_is_not_known_is_declined_with_a_reason(unknown: dict[str, str]) -> None:
    async with company(make_surroundings()) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(**unknown), id_="m1")  # type: ignore[arg-type]
        await finish(begun)
    assert service.answers() == ["decline"]
    assert service.told[0][1]["reason"]


async def test_some_companies_decline_and_some_do_not_answer() -> None:
    async with company(make_surroundings(), Habits(silent_share=0, decline_share=1)) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(attempt=2), id_="m1")
        await finish(begun)
    assert service.answers() == ["decline"]
    assert service.told[0][1]["attempt"] == 2
    async with company(make_surroundings(), Habits(silent_share=1)) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(), id_="m1")
        await finish(begun)
    assert service.told == []


async def test_a_lift_that_must_be_served_is_accepted_whatever_the_habits() -> None:
    habits = Habits(silent_share=1, decline_share=1, blocked_share=1, later_share=1, forgets_share=1, dawdles_share=1)
    async with company(make_surroundings(), habits, always_accepted=frozenset({LIFT.lift_id})) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(), id_="m1")
        await finish(begun)
    assert service.answers() == ["accept", "en_route", "on_scene", "released"]
    assert "cause_code" in service.told[-1][1]


async def test_registering_replaces_the_endpoints_of_earlier_runs_and_no_others() -> None:
    async with stand_in() as service, aiohttp.ClientSession() as session:
        url = "http://127.0.0.1:9/companies/C001"
        service.endpoints = {"old-1": url.replace(":9", ":8"), "real": "https://lifts.example/hook", "old-2": url}
        around = make_surroundings()
        office = CompanyOffice(
            COMPANY, Api(session, service.url, "t"), {}, around=around, habits=DUTIFUL, start=asyncio.create_task
        )
        assert await office.register(url)
        assert service.endpoints == {"real": "https://lifts.example/hook", "new-3": url}
        assert service.told == [("/webhooks", {"url": url, "types": ["*"]})]
        await office.leave()
        assert list(service.endpoints) == ["real"]


@pytest.mark.parametrize(
    ("status", "answers"),
    [
        ("offered", ["accept", "en_route", "on_scene", "released"]),
        ("accepted", ["en_route", "on_scene", "released"]),
        ("en_route", ["on_scene", "released"]),
        ("on_scene", ["released"]),
    ],
)
async def test_what_an_earlier_run_left_is_taken_up_where_it_stood(status: str, answers: list[str]) -> None:
    async with stand_in() as service, aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        service.incidents = {"I1": {"lift": {"lift_id": LIFT.lift_id}}}
        service.assignments = [offer()["assignment"] | {"incident_id": "I1", "status": status}]
        around = make_surroundings()
        api = Api(session, service.url, "t")
        crews = {CREW.crew_id: CrewOnDuty(CREW, api, around)}
        office = CompanyOffice(COMPANY, api, crews, around=around, habits=DUTIFUL, start=group.create_task)
        await office.register("http://127.0.0.1:9/companies/C001")
        await office.take_up()
        await service.until(lambda: service.answers() == ["webhooks", *answers])


async def test_what_a_crew_forgets_is_left_out_and_the_release_is_said_all_the_same() -> None:
    around = make_surroundings()
    trap(around, people=2)
    async with company(around, replace(DUTIFUL, forgets_share=1, dawdles_share=1)) as (service, url, begun):
        await deliver(url, "assignment.offered", offer(), id_="m1")
        await finish(begun)
    assert service.answers() == ["accept", "released"]
    assert around.counts["forgotten"] == 2
    assert service.told[-1][1]["people_released"] == 2


async def test_an_offer_that_a_failing_server_does_not_take_reaches_nobody_until_it_is_sent_again() -> None:
    health = next(one for seed in range(99) if (one := Health("poor", Random(seed))).ailment is Ailment.FAILING)
    async with company(make_surroundings(), health=health) as (service, url, begun):
        answers = [await deliver(url, "assignment.offered", offer(), id_="m1") for _ in range(20)]
        await finish(begun)
    assert 204 in answers
    assert {500, 502, 503} & set(answers)
    assert service.answers().count("accept") == 1
