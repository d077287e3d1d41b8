"""Effects on their way out: a real sender and real endpoints, the store in memory, time that goes forward on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from devices.mqtt import NotConnected
from dispatch.crews import Company as CompanyCard
from dispatch.crews import CompanyId, CompanyKind
from rescue.desk.board import Decision, Outcome, Verdict
from rescue.desk.inputs import OfferUndelivered
from rescue.incident import AssignmentStatus
from rescue.ports import Carried, Delivery, Outgoing, Rendered, StoreUnavailable
from rescue.sending.in_hand import Limits
from rescue.sending.outbox import Outbox
from rescue.sending.retries import Reply
from rescue.sending.webhooks import Sender, new_secret
from rescue.store.memory import Endpoint, MemoryStore
from tests.integration.company import WITHIN_S, Company, Handler, accept, always, company, hang
from tests.unit.a_case import ASSIGNMENT, INCIDENT

SECRET = new_secret()
DONE = Outcome(verdict=Verdict.DONE)


class Stage:
    """Time, which stands still until told to go forward, and the outbox waiting in it."""

    def __init__(self) -> None:
        # Companies compare a webhook's timestamp with their own clock, so the play begins now.
        self.beginning = self._now = datetime.now(UTC)
        self.store = StoreThatMayBeAway()
        self.published: list[tuple[str, Any]] = []
        self.undelivered: list[OfferUndelivered] = []
        self.publish: Callable[[str, bytes], Awaitable[None]] = self.note_published
        self.outbox: Outbox
        self._waits = 0
        self._until: datetime | None = None
        self._time_passed = asyncio.Event()
        self._news = asyncio.Condition()

    def now(self) -> datetime:
        return self._now

    @property
    def age_s(self) -> float:
        """Seconds since the beginning."""
        return (self._now - self.beginning).total_seconds()

    async def wait_until(self, instant: datetime) -> None:
        self._waits, self._until = self._waits + 1, instant
        async with self._news:
            self._news.notify_all()
        while self._now < instant:
            self._time_passed.clear()
            await self._time_passed.wait()

    async def queue(self, *effects: Rendered, hanging: int = 0) -> None:
        """Commit these effects, and wait until all but those that hang have been tried."""
        await self.store.commit(Decision(outcome=DONE), effects, self._now)
        waits = self._waits
        self.outbox.wake()
        await self.settle(waits, hanging)

    async def forward(self, seconds: float, hanging: int = 0) -> None:
        """Let time pass, and everything happen that is due meanwhile."""
        end = self._now + timedelta(seconds=seconds)
        while self._until is not None and self._until <= end:
            waits, self._now = self._waits, max(self._now, self._until)
            self._time_passed.set()
            await self.settle(waits, hanging)
        self._now = end

    async def settle(self, waits: int, hanging: int) -> None:
        """Return when the outbox rests again with no more in hand than what hangs."""
        async with asyncio.timeout(WITHIN_S), self._news:
            await self._news.wait_for(lambda: self._waits > waits and self.outbox.counts.pending == hanging)

    async def note_published(self, topic: str, payload: bytes) -> None:
        self.published.append((topic, json.loads(payload)))

    @asynccontextmanager
    async def service(self, sender: Sender, limits: Limits | None = None) -> AsyncIterator[Outbox]:
        """The outbox at work, until the service is stopped."""
        self.outbox = Outbox(
            store=self.store,
            publish=lambda topic, payload: self.publish(topic, payload),
            sender=sender,
            clock=self,
            on_undelivered=self.undelivered.append,
            limits=limits,
            wait_until=self.wait_until,
        )
        running = asyncio.create_task(self.outbox.run())
        try:
            await self.settle(self._waits, self.outbox.counts.pending)
            yield self.outbox
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            self._until = None


class StoreThatMayBeAway(MemoryStore):
    """While `away`, it answers the outbox as a lost database does; until `writes` is set, it takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.asked = 0
        self.writes = asyncio.Event()
        self.writes.set()

    async def due(self, now: datetime, limit: int) -> Sequence[Outgoing]:
        self._answer()
        return await super().due(now, limit)

    async def next_due(self) -> datetime | None:
        self._answer()
        return await super().next_due()

    async def carried(self, tries: Sequence[Carried]) -> None:
        self._answer()
        await self.writes.wait()
        await super().carried(tries)

    def _answer(self) -> None:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("connection refused")


class FaultySender(Sender):
    """Fails in a way that nobody foresaw, at some endpoint."""

    faulty_url = ""

    async def send(self, delivery: Delivery, now: datetime) -> Reply:
        if delivery.url == self.faulty_url:
            raise AttributeError("'NoneType' object has no attribute 'getall'")
        return await super().send(delivery, now)


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    async with Sender(allow_private=True) as sends:
        yield sends


@pytest.fixture
async def stage() -> Stage:
    stage = Stage()
    await stage.store.put_companies(
        [CompanyCard(company_id=CompanyId(c), name=c, phone="", kind=CompanyKind.CONTRACTOR) for c in "KS"]
    )
    return stage


@asynccontextmanager
async def companies(stage: Stage, *company_ids: str) -> AsyncIterator[list[Company]]:
    """One endpoint for each of these; a company named twice has two."""
    async with AsyncExitStack() as stack:
        there = [await stack.enter_async_context(company(SECRET)) for _ in company_ids]
        for number, (endpoint, company_id) in enumerate(zip(there, company_ids, strict=True)):
            stage.store.put_endpoint(
                Endpoint(
                    endpoint_id=f"e{number}", company_id=CompanyId(company_id), url=endpoint.url, secrets=(SECRET,)
                )
            )
        yield there


def webhook(
    stage: Stage, key: str, *, type_: str = "incident.updated", company_id: str = "K", case: str = ""
) -> Rendered:
    """News of the case named like the key, unless another is given."""
    return Rendered(
        key=key,
        type=type_,
        company_id=CompanyId(company_id),
        body={"type": type_, "data": {"incident": {"id": case or key}}},
        created_at=stage.now(),
        expires_at=stage.now() + timedelta(days=3),
    )


def offer(stage: Stage, key: str = "i1-2:offered", **more: str) -> Rendered:
    """An offer to be answered within 180 s."""
    return replace(
        webhook(stage, key, type_="assignment.offered", **more),
        assignment_id=ASSIGNMENT.assignment_id,
        attempt=ASSIGNMENT.attempt,
        expires_at=stage.now() + timedelta(seconds=180),
    )


def ack(stage: Stage, number: int) -> Rendered:
    """The acknowledgement of an alarm."""
    return Rendered(
        key=f"m{number}:ack",
        type="alarm/ack",
        topic="lifts/v1/410105/L1/alarm/ack",
        body={"number": number},
        created_at=stage.now(),
        expires_at=stage.now() + timedelta(hours=1),
    )


def noting_the_time(stage: Stage, answer: Handler, ages_s: list[float]) -> Handler:
    """The same answer, with a note of when it was given."""

    async def note(request: web.Request) -> web.StreamResponse:
        ages_s.append(stage.age_s)
        return await answer(request)

    return note


def types(there: Company) -> list[str]:
    return [received.type for received in there.received]


def ids(there: Company) -> list[str]:
    return [received.id for received in there.received]


async def soon(is_so: Callable[[], bool]) -> None:
    """Let the event loop turn until this is so."""
    async with asyncio.timeout(WITHIN_S):
        while not is_so():  # noqa: ASYNC110 - a count tells nobody that it changed
            await asyncio.sleep(0)


# --- a fault that nobody foresaw


async def test_a_fault_of_ours_at_one_endpoint_is_a_failed_try_there_and_costs_nobody_else(stage: Stage) -> None:
    async with FaultySender(allow_private=True) as sender, companies(stage, "K", "S") as [k, s]:
        sender.faulty_url = k.url
        async with stage.service(sender) as outbox:
            await stage.queue(offer(stage), offer(stage, "i2-1:offered", company_id="S"))
            assert (types(k), types(s)) == ([], ["assignment.offered"])
            sender.faulty_url = ""
            await stage.forward(60)
            assert types(k) == ["assignment.offered"]
            assert outbox.counts.carried == 2


# --- carried out, once


async def test_an_acknowledgement_reaches_the_lift_and_an_offer_the_company(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K") as [k], stage.service(sender) as outbox:
        await stage.queue(ack(stage, 7), offer(stage))
        assert stage.published == [("lifts/v1/410105/L1/alarm/ack", {"number": 7})]
        assert types(k) == ["assignment.offered"]
        assert (outbox.counts.carried, outbox.counts.failed) == (2, 0)
        await stage.forward(3600)
        assert (len(stage.published), k.asked) == (1, 1)


async def test_an_offer_goes_to_all_endpoints_of_its_company_under_one_id_and_to_nobody_else(
    stage: Stage, sender: Sender
) -> None:
    async with companies(stage, "K", "K", "S") as [first, second, other], stage.service(sender):
        await stage.queue(offer(stage))
        assert ids(first) == ids(second) == ["i1-2:offered"]
        assert other.asked == 0


async def test_a_running_try_is_not_made_again_however_often_the_outbox_is_woken(stage: Stage, sender: Sender) -> None:
    released = asyncio.Event()
    async with companies(stage, "K") as [k], stage.service(sender):
        k.answer = hang(released)
        await stage.queue(webhook(stage, "n1"), hanging=1)
        for number in range(5):
            await stage.queue(ack(stage, number), hanging=1)
        await stage.forward(1, hanging=1)
        released.set()
        await stage.queue(ack(stage, 9))
        assert (k.asked, len(stage.published)) == (1, 6)


async def test_more_than_is_taken_at_once_is_all_carried(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K") as [k], stage.service(sender, Limits(taken_at_once=10)):
        await stage.queue(*(webhook(stage, f"n{n}") for n in range(45)), *(ack(stage, n) for n in range(45)))
        assert sorted(ids(k)) == sorted(f"n{n}" for n in range(45))
        assert sorted(message["number"] for _, message in stage.published) == list(range(45))


# --- tried again


async def test_an_offer_that_fails_is_tried_at_its_times_until_it_is_overdue(stage: Stage, sender: Sender) -> None:
    tried: list[float] = []
    async with companies(stage, "K") as [k], stage.service(sender) as outbox:
        k.answer = noting_the_time(stage, always(500), tried)
        await stage.queue(offer(stage))
        await stage.forward(600)
        assert tried == [0, 2, 5, 10, 20, 40, 80, 120, 160]
        assert set(ids(k)) == {"i1-2:offered"}
        assert (outbox.counts.failed, outbox.counts.given_up) == (9, 1)


async def test_a_company_that_comes_back_gets_what_it_missed(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K") as [k], stage.service(sender):
        k.answer = always(503)
        await stage.queue(webhook(stage, "n1"))
        await stage.forward(4)
        k.answer = accept
        await stage.forward(600)
        assert ids(k) == ["n1", "n1"]


async def test_a_pause_asked_for_is_kept_within_the_deadline(stage: Stage, sender: Sender) -> None:
    tried: list[float] = []
    async with companies(stage, "K") as [k], stage.service(sender):
        k.answer = noting_the_time(stage, always(429, retry_after="50"), tried)
        await stage.queue(offer(stage))
        await stage.forward(600)
        assert tried == [0, 50, 100, 150, 160]


async def test_an_endpoint_that_is_gone_still_gets_offers(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K") as [k], stage.service(sender):
        k.answer = always(410)
        await stage.queue(webhook(stage, "n1"), offer(stage))
        await stage.forward(7)
        assert sorted(types(k)) == ["assignment.offered"] * 3 + ["incident.updated"]


async def test_an_offer_that_no_longer_stands_is_not_tried_again(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K") as [k], stage.service(sender):
        k.answer = always(500)
        await stage.queue(offer(stage))
        accepted = replace(ASSIGNMENT, status=AssignmentStatus.ACCEPTED)
        decision = Decision(
            outcome=DONE,
            incidents={INCIDENT.incident_id: INCIDENT},
            assignments={accepted.assignment_id: accepted},
        )
        await stage.store.commit(decision, [], stage.now())
        await stage.forward(600)
        assert k.asked == 1


async def test_while_the_broker_is_away_messages_to_lifts_wait_for_it(stage: Stage, sender: Sender) -> None:
    tried: list[float] = []

    async def refuse(_topic: str, _payload: bytes) -> None:
        tried.append(stage.age_s)
        raise NotConnected("no broker")

    stage.publish = refuse
    async with stage.service(sender):
        await stage.queue(ack(stage, 7))
        await stage.forward(20)
        stage.publish = stage.note_published
        await stage.forward(10)
        assert tried == [0, 1, 3, 8, 18]
        assert stage.published == [("lifts/v1/410105/L1/alarm/ack", {"number": 7})]


async def test_what_was_overdue_before_it_could_be_sent_is_given_up(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K") as [k]:
        await stage.store.commit(Decision(outcome=DONE), [offer(stage), ack(stage, 7)], stage.now())
        await stage.forward(2 * 3600)
        async with stage.service(sender) as outbox:
            await stage.forward(60)
            assert (k.asked, stage.published, outbox.counts.given_up) == (0, [], 2)


async def test_a_restart_goes_on_where_it_was_and_repeats_nothing(stage: Stage, sender: Sender) -> None:
    tried: list[float] = []
    async with companies(stage, "K") as [k]:
        k.answer = noting_the_time(stage, always(500), tried)
        async with stage.service(sender):
            await stage.queue(offer(stage), ack(stage, 7))
            await stage.forward(3)
        await stage.forward(3)
        async with stage.service(sender):
            await stage.forward(5)
        assert tried == [0, 2, 6, 10]
        assert len(stage.published) == 1


# --- offers nobody took


async def test_an_offer_that_failed_three_times_is_reported_once(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K") as [k], stage.service(sender):
        k.answer = always(500, text="out of order")
        await stage.queue(offer(stage))
        await stage.forward(4)
        assert stage.undelivered == []
        await stage.forward(176)
        assert stage.undelivered == [
            OfferUndelivered(assignment_id=ASSIGNMENT.assignment_id, attempt=2, reason="HTTP 500 out of order")
        ]


async def test_an_offer_that_one_endpoint_took_is_not_reported(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K", "K") as [dead, _], stage.service(sender):
        dead.answer = always(500)
        await stage.queue(offer(stage))
        await stage.forward(180)
        assert stage.undelivered == []


async def test_an_offer_to_endpoints_that_are_all_gone_is_reported_at_once(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K", "K") as both, stage.service(sender):
        for endpoint in both:
            endpoint.answer = always(410)
        await stage.queue(offer(stage))
        assert len(stage.undelivered) == 1


# --- one company cannot slow another


async def test_a_company_that_hangs_slows_nobody_else(stage: Stage, sender: Sender) -> None:
    released = asyncio.Event()
    async with companies(stage, "K", "S") as [k, s], stage.service(sender):
        k.answer = hang(released)
        await stage.queue(*(webhook(stage, f"k{n}") for n in range(30)), hanging=30)
        await stage.queue(*(webhook(stage, f"s{n}", company_id="S") for n in range(30)), hanging=30)
        assert s.asked == 30
        assert (k.asked, k.busy) == (4, 4)
        released.set()
        await stage.queue(ack(stage, 1))
        assert (k.asked, k.most_busy) == (30, 4)


async def test_an_offer_does_not_wait_behind_news_to_the_same_endpoint(stage: Stage, sender: Sender) -> None:
    released = asyncio.Event()
    async with companies(stage, "K") as [k], stage.service(sender):
        k.answer = hang(released)
        await stage.queue(*(webhook(stage, f"n{n}", case="i1") for n in range(9)), hanging=9)
        k.answer = accept
        await stage.queue(offer(stage, case="i1"), hanging=9)
        assert types(k) == ["incident.updated", "assignment.offered"]
        released.set()
        await stage.queue(ack(stage, 1))


async def test_news_of_one_case_arrives_in_order(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K") as [k], stage.service(sender):
        await stage.queue(*(webhook(stage, f"n{n}", case=f"i{n % 3}") for n in range(60)))
        for case in range(3):
            assert [i for i in ids(k) if int(i[1:]) % 3 == case] == [f"n{n}" for n in range(60) if n % 3 == case]


async def test_news_that_failed_holds_up_nothing_that_came_after_it(stage: Stage, sender: Sender) -> None:
    async with companies(stage, "K") as [k], stage.service(sender):
        k.answer = always(500)
        await stage.queue(webhook(stage, "older", case="i1"))
        k.answer = accept
        await stage.queue(webhook(stage, "newer", case="i1"))
        await stage.forward(5)
        assert ids(k) == ["older", "newer", "older"]


async def test_a_backlog_longer_than_may_wait_is_put_off_and_arrives_later(stage: Stage, sender: Sender) -> None:
    released = asyncio.Event()
    limits = Limits(taken_at_once=10, waiting_per_endpoint=6)
    async with companies(stage, "K", "S") as [k, s], stage.service(sender, limits):
        k.answer = hang(released)
        await stage.queue(*(webhook(stage, f"k{n}") for n in range(30)), hanging=4 + 6)
        await stage.queue(webhook(stage, "s", company_id="S"), hanging=4 + 6)
        assert (k.asked, s.asked) == (4, 1)
        released.set()
        await stage.forward(3600)
        assert sorted(ids(k)) == sorted(f"k{n}" for n in range(30))


# --- when the database is away


async def test_while_the_database_is_away_the_outbox_asks_ever_more_rarely_and_says_so_once(
    stage: Stage, sender: Sender
) -> None:
    async with stage.service(sender):
        stage.store.away = True
        with capture_logs() as logs:
            asked_at = []
            for number in range(40):
                asked = stage.store.asked
                await stage.queue(ack(stage, number))
                await stage.forward(0.5)
                asked_at += [stage.age_s] * (stage.store.asked - asked)
            stage.store.away = False
            await stage.forward(5)
        assert asked_at == [0.5, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5]
        assert [line["event"] for line in logs] == ["outbox waits for the database", "outbox goes on"]
        assert len(stage.published) == 40


async def test_a_try_that_ends_while_others_are_written_down_is_written_down_after_them(
    stage: Stage, sender: Sender
) -> None:
    released = asyncio.Event()
    async with companies(stage, "K", "S") as [k, s], stage.service(sender) as outbox:
        k.answer = hang(released)
        await stage.queue(webhook(stage, "k"), hanging=1)
        stage.store.writes.clear()
        await stage.store.commit(Decision(outcome=DONE), [webhook(stage, "s", company_id="S")], stage.now())
        outbox.wake()
        await soon(lambda: outbox.counts.carried == 1)
        released.set()
        await soon(lambda: outbox.counts.carried == 2)
        stage.store.writes.set()
        await stage.queue(ack(stage, 1))
        await stage.forward(3600)
        assert (k.asked, s.asked) == (1, 1)


async def test_what_was_carried_while_the_database_went_away_is_written_down_when_it_is_back(
    stage: Stage, sender: Sender
) -> None:
    released = asyncio.Event()
    async with companies(stage, "K") as [k], stage.service(sender):
        k.answer = hang(released)
        await stage.queue(webhook(stage, "n1"), hanging=1)
        stage.store.away = True
        released.set()
        await stage.forward(10, hanging=1)
        stage.store.away = False
        await stage.forward(5)
        await stage.forward(3600)
        assert k.asked == 1


async def test_what_was_carried_is_written_down_before_a_stop(stage: Stage, sender: Sender) -> None:
    released = asyncio.Event()
    async with companies(stage, "K") as [k]:
        async with stage.service(sender):
            k.answer = hang(released)
            await stage.queue(webhook(stage, "n1"), hanging=1)
            stage.store.away = True
            released.set()
            await stage.forward(1, hanging=1)
            stage.store.away = False
        assert await stage.store.next_due() is None


async def test_a_fault_of_our_own_stops_the_outbox_instead_of_being_tried_for_ever(
    stage: Stage, sender: Sender
) -> None:
    async def faulty(_topic: str, _payload: bytes) -> None:
        raise KeyError("a bug")

    await stage.store.commit(Decision(outcome=DONE), [ack(stage, 7)], stage.now())
    outbox = Outbox(stage.store, faulty, sender, stage, stage.undelivered.append, wait_until=stage.wait_until)
    with pytest.raises(ExceptionGroup) as stopped:
        await outbox.run()
    assert stopped.group_contains(KeyError)
