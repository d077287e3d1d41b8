"""Companies good, fair and poor: their servers, their crews' conduct, and their shifts."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from random import Random

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.api import Api
from simulators.chronicle import Chronicle
from simulators.companies import TOO_LATE_S, WELL, Ailment, Health, WebhookServer
from simulators.conduct import BY_QUALITY, DUTIFUL, draw_conduct
from simulators.contracts import QUALITIES
from simulators.doorstep import demand_token, knock, read_tokens
from simulators.duty import CityClock, Duty
from simulators.errors import PortTakenError, TokensUnusableError, UnreachableError
from simulators.pace import Pace
from simulators.world import NOBODY_THERE, Hearsay, Told
from tests.unit.simulators.lives import CITY
from tests.unit.simulators.stand_in import stand_in

SERVICE_WAITS_S = 5.0
MIDNIGHT = 1_763_827_200.0
"""In Zhengzhou."""


def poor(ailment: Ailment) -> Health:
    return next(one for seed in range(100) if (one := Health("poor", Random(seed))).ailment is ailment)


def test_there_are_habits_for_every_quality_that_is_drawn_and_the_worse_are_worse() -> None:
    assert set(BY_QUALITY) == set(QUALITIES)
    good, fair, poor_ = (BY_QUALITY[quality] for quality in ("good", "fair", "poor"))
    for share in ("silent_share", "decline_share", "answer_median_s", "forgets_share", "dawdles_share"):
        assert getattr(good, share) < getattr(fair, share) < getattr(poor_, share)


@given(seed=st.integers(0, 1000), quality=st.sampled_from(list(BY_QUALITY)))
def test_no_crew_forgets_that_the_people_are_out_it_only_says_so_late(seed: int, quality: str) -> None:
    conduct = draw_conduct(Random(seed), BY_QUALITY[quality])
    assert conduct.forgets <= {"en_route", "on_scene"}
    assert (quality == "good") <= (conduct.dawdles_s == 0)


def test_poor_crews_go_about_it_in_every_way_there_is() -> None:
    rng = Random(1)
    drawn = [draw_conduct(rng, BY_QUALITY["poor"]) for _ in range(300)]
    for name in ("is_blocked", "knows_cause", "forgets", "reports_late_s", "dawdles_s"):
        assert 10 < sum(getattr(one, name) != getattr(DUTIFUL, name) for one in drawn) < 250


def test_a_good_companys_server_is_always_well_and_a_fair_ones_mostly() -> None:
    good, fair = Health("good", Random(1)), Health("fair", Random(1))
    assert {good.symptom(float(second)) for second in range(200)} == {WELL}
    symptoms = [fair.symptom(float(second)) for second in range(500)]
    assert 350 < symptoms.count(WELL) < 450
    assert all(one.late_s < SERVICE_WAITS_S and not one.is_cut for one in symptoms)


def test_a_server_that_crashes_comes_back_and_crashes_again() -> None:
    health, turns = poor(Ailment.CRASHING), ""
    for second in range(1500):
        is_down = "d" if health.symptom(float(second)).is_cut else "u"
        turns += "" if turns.endswith(is_down) else is_down
    assert turns.startswith("udud")


def test_a_poor_companys_server_has_one_ailment() -> None:
    assert all(TOO_LATE_S[0] <= poor(Ailment.LATE).symptom(now).late_s <= TOO_LATE_S[1] for now in (1.0, 2.0))
    failing = [
        poor(Ailment.FAILING).symptom(1.0).status,
        *(one.status for one in map(poor(Ailment.FAILING).symptom, range(50))),
    ]
    assert {None} < set(failing) <= {None, 500, 502, 503}
    assert poor(Ailment.DEAD).symptom(1.0).late_s > 2 * SERVICE_WAITS_S


class Inbox:
    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def receive(self, headers: object, body: bytes) -> None:
        self.bodies.append(body)


async def post(url: str, within_s: float = 5.0) -> int | str:
    """The status, or how it failed."""
    timeout = aiohttp.ClientTimeout(total=within_s)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.post(url, data=b"{}") as answer:
            return answer.status
    except (aiohttp.ClientError, TimeoutError) as error:
        return type(error).__name__


@pytest.mark.parametrize(
    ("ailment", "answers", "taken"),
    [(Ailment.CRASHING, {204}, 1), (Ailment.DEAD, {"TimeoutError"}, 0), (Ailment.LATE, {"TimeoutError"}, 1)],
)
async def test_what_a_sick_server_takes_reaches_its_company(ailment: Ailment, answers: set[object], taken: int) -> None:
    inbox = Inbox()
    async with WebhookServer({"C1": inbox}, healths={"C1": poor(ailment)}) as server:
        assert {await post(server.url_of("C1"), 0.3)} == answers
    assert len(inbox.bodies) == taken


async def test_a_server_that_has_crashed_breaks_connections_off_and_one_that_fails_says_so() -> None:
    inbox, crashed, failing = Inbox(), poor(Ailment.CRASHING), poor(Ailment.FAILING)
    while not crashed.symptom(now := time.monotonic()).is_cut:
        crashed._turns_at = now
    offices = {"C1": inbox, "C2": inbox}
    async with WebhookServer(offices, healths={"C1": crashed, "C2": failing}) as server:
        assert await post(server.url_of("C1")) in {"ServerDisconnectedError", "ClientOSError"}
        answers = Counter([await post(server.url_of("C2")) for _ in range(12)])
    assert answers.keys() > {204}
    assert answers.keys() <= {204, 500, 502, 503}
    assert len(inbox.bodies) == answers[204]


async def test_a_port_that_is_taken_is_named() -> None:
    async with WebhookServer({}) as first:
        port = int(first.url_of("C1").split(":")[2].split("/")[0])
        with pytest.raises(PortTakenError, match=rf"cannot listen at 127\.0\.0\.1:{port}: address already in use"):
            await WebhookServer({}, port=port).__aenter__()


def test_what_a_crew_finds_by_hearsay_is_what_the_case_says_or_what_usually_is() -> None:
    hearsay = Hearsay(Random(1))
    found = [hearsay.release("L1", Told(people=3, injured=1)) for _ in range(200)]
    there = [outcome for outcome in found if outcome != NOBODY_THERE]
    assert 140 < len(there) < 195
    assert {(outcome.people_released, outcome.injured) for outcome in there} == {(3, 1)}
    assert all(hearsay.release("L1").people_released <= 8 for _ in range(50))
    assert hearsay.work_s("L1") > 0


# --- shifts


def test_the_hour_is_the_citys_own_or_the_one_asked_for_and_passes_with_life() -> None:
    now = CityClock.starting(MIDNIGHT, None, Pace(factor=60))
    assert [now.hour(MIDNIGHT + minutes * 60) for minutes in (0, 1, 23, 24)] == [0, 1, 23, 0]
    asked = CityClock.starting(MIDNIGHT, 17, Pace(factor=1))
    assert [asked.hour(MIDNIGHT + seconds) for seconds in (0, 3599, 3600)] == [17, 17, 18]


async def test_crews_come_on_and_go_off_duty_with_the_hour_and_what_was_refused_is_said_again() -> None:
    shifts = {"R1": "day", "R2": "night", "R3": "always", "R4": "day"}
    crews = [replace(CITY.crews[0], crew_id=crew_id, shift=shift) for crew_id, shift in shifts.items()]
    async with stand_in() as service, aiohttp.ClientSession() as session:
        service.crews = {"R1": True, "R2": False, "R3": True, "R4": False}
        service.refuses = {"R1": 422}
        counts: Counter[str] = Counter()
        clock = CityClock.starting(time.time(), 3, Pace(factor=0.001))
        apis = {CITY.crews[0].company_id: Api(session, service.url, "token")}
        keeping = asyncio.create_task(Duty(crews, apis, clock, Chronicle(lambda: "", lambda _: None), counts).keep())
        await service.until(lambda: bool(service.told))
        service.refuses = {}
        await service.until(lambda: service.crews == {"R1": False, "R2": True, "R3": True, "R4": False})
        keeping.cancel()
    assert counts == {"went_off_duty": 1, "came_on_duty": 1}


# --- keys


def test_tokens_are_read_as_they_are_printed() -> None:
    assert read_tokens(["C001 token abc", "", "company C002 token xyz"]) == {"C001": "abc", "company": "xyz"}
    for bad, reason in (([], "no token"), (["C001"], "line 1: one word")):
        with pytest.raises(TokensUnusableError, match=reason):
            read_tokens(bad)
    with pytest.raises(TokensUnusableError, match="RESCUE_TOKEN"):
        demand_token("")


async def test_where_no_service_is_and_where_it_refuses_are_told_apart() -> None:
    async with stand_in() as service, aiohttp.ClientSession() as session:
        await knock(session, service.url, "token", "/incidents", "the operator")
        with pytest.raises(UnreachableError, match=r"no rescue service answers at http://127\.0\.0\.1:1: "):
            await knock(session, "http://127.0.0.1:1", "token", "/incidents", "the operator")
