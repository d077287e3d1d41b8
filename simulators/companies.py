"""Maintenance companies and station bodies: each has a webhook endpoint, and answers offers as companies do.

Most accept within seconds and say how long their crew will take, some decline with a reason, some do not answer at all.
Some crews do not get there, and some causes are found only later, at times after the case is closed. What arrives is
believed only with a valid signature, and only once: a `webhook-id` seen before is received again without effect.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from simulators.api import Api
from simulators.city import Company
from simulators.crews import Assignment, CrewOnDuty, Surroundings
from simulators.errors import ApiError, StaleError

REMEMBERED_IDS = 10_000
LARGEST_BODY = 256 * 1024
REASON_UNKNOWN = "无法找到该电梯或救援组"
REASONS_TO_DECLINE = ("车辆故障", "人员正在处理其他救援", "道路封闭无法通行", "人员不足")

_LEFT_OVER: Mapping[str, frozenset[str]] = {
    "offered": frozenset(),
    "accepted": frozenset(),
    "en_route": frozenset({"en_route"}),
    "on_scene": frozenset({"en_route", "on_scene"}),
}
"""The statuses of an assignment that asks something of its company, each with what is reported already."""

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""How a program starts something beside itself: usually a task group's `create_task`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How companies answer. Shares are of all offers; the answer's delay is log-normal, in seconds of life."""

    silent_share: float = 0.03
    decline_share: float = 0.08
    answer_median_s: float = 35.0
    answer_sigma: float = 0.5
    blocked_share: float = 0.02
    """Of acceptances: the crew will not get there."""
    later_share: float = 0.4
    """Of acceptances: the cause is filed only after the work is done."""
    files_after_s: tuple[float, float] = (3 * 60.0, 15 * 60.0)
    """Seconds of life from the release until then."""
    always_accepted: frozenset[str] = frozenset()
    """Lifts whose offers are always accepted, so that a demonstration begins with a success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a company must know to answer."""

    id: str
    attempt: int
    crew_id: str
    lift_id: str


class CompanyOffice:
    """One company: its crews, its endpoint's secret, and its way of answering."""

    def __init__(
        self,
        company: Company,
        api: Api,
        crews: Mapping[str, CrewOnDuty],
        *,
        around: Surroundings,
        habits: Habits,
        start: Start,
    ) -> None:
        self.company = company
        self._api = api
        self._crews = crews
        self._around = around
        self._habits = habits
        self._start = start
        self._verifier: Webhook | None = None
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._work: dict[str, asyncio.Task[None]] = {}

    async def register(self, url: str) -> None:
        """Registers this run's endpoint; removes those of earlier runs and takes up what they left."""
        earlier = await self._api.get_all("/webhooks")
        registered = await self._api.post("/webhooks", {"url": url, "types": ["*"]})
        self._verifier = Webhook(registered["secret"])
        for endpoint in earlier:
            await self._api.delete(f"/webhooks/{endpoint['id']}")
        if earlier:
            await self._take_up()

    async def _take_up(self) -> None:
        """Goes on with what an earlier run of the simulation left: offers unanswered, crews under way."""
        for status, reported in _LEFT_OVER.items():
            for left in await self._api.get_all("/assignments", status=status):
                case = await self._api.get(f"/incidents/{left['incident_id']}")
                offer = _read_offer({"assignment": left, "lift": case["lift"]})
                if status == "offered":
                    self._start(self._consider(offer))
                elif offer.crew_id in self._crews and offer.lift_id in self._around.lifts:
                    self._send(offer, reported)

    def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Takes one delivery. Raises WebhookVerificationError when it is not signed by the service."""
        if self._verifier is None:
            raise WebhookVerificationError("no endpoint is registered yet")
        event = self._verifier.verify(body, dict(headers))
        if self._is_repeat(headers["webhook-id"]):
            return
        match event["type"]:
            case "assignment.offered":
                self._start(self._consider(_read_offer(event["data"])))
            case "assignment.withdrawn":
                self._stop_work(event["data"]["assignment"]["id"])
            case _:
                pass

    def _is_repeat(self, webhook_id: str) -> bool:
        if webhook_id in self._seen:
            return True
        self._seen[webhook_id] = None
        if len(self._seen) > REMEMBERED_IDS:
            self._seen.popitem(last=False)
        return False

    async def _consider(self, offer: Offer) -> None:
        if self._is_overlooked(offer):
            self._note(f"overlooks the offer for {offer.lift_id}")
            return
        await asyncio.sleep(self._around.pace.real_s(self._draw_delay_s()))
        reason = self._reason_to_decline(offer)
        try:
            await (self._decline(offer, reason) if reason else self._accept(offer))
        except StaleError:
            self._note(f"was too late for {offer.lift_id}")
        except ApiError as error:
            self._note(f"could not answer: {error}")

    def _is_overlooked(self, offer: Offer) -> bool:
        dutiful = offer.lift_id in self._habits.always_accepted
        return not dutiful and self._around.rng.random() < self._habits.silent_share

    def _reason_to_decline(self, offer: Offer) -> str | None:
        """A company cannot send a crew it does not have, nor to a lift it cannot find."""
        if offer.crew_id not in self._crews or offer.lift_id not in self._around.lifts:
            return REASON_UNKNOWN
        if offer.lift_id in self._habits.always_accepted:
            return None
        declines = self._around.rng.random() < self._habits.decline_share
        return self._around.rng.choice(REASONS_TO_DECLINE) if declines else None

    def _draw_delay_s(self) -> float:
        return self._around.rng.lognormvariate(math.log(self._habits.answer_median_s), self._habits.answer_sigma)

    async def _decline(self, offer: Offer, reason: str) -> None:
        await self._api.post(f"/assignments/{offer.id}/decline", {"attempt": offer.attempt, "reason": reason})
        self._note(f"declines {offer.lift_id}: {reason}")

    async def _accept(self, offer: Offer) -> None:
        eta_s = round(self._crews[offer.crew_id].estimate_s(self._around.lifts[offer.lift_id]))
        body = {"attempt": offer.attempt, "crew_id": offer.crew_id, "eta_s": eta_s}
        await self._api.post(f"/assignments/{offer.id}/accept", body)
        self._note(f"accepts {offer.lift_id}, crew {offer.crew_id}, {eta_s / 60:.0f} min away")
        self._send(offer, frozenset())

    def _send(self, offer: Offer, reported: frozenset[str]) -> None:
        rng = self._around.rng
        dutiful = offer.lift_id in self._habits.always_accepted
        assignment = Assignment(
            id=offer.id,
            attempt=offer.attempt,
            lift=self._around.lifts[offer.lift_id],
            reported=reported,
            is_blocked=not dutiful and rng.random() < self._habits.blocked_share,
            knows_cause=dutiful or rng.random() >= self._habits.later_share,
        )
        work = self._start(self._work_off(self._crews[offer.crew_id], assignment))
        self._work[offer.id] = work
        work.add_done_callback(lambda _: self._work.pop(offer.id, None))

    async def _work_off(self, crew: CrewOnDuty, assignment: Assignment) -> None:
        outcome = await crew.serve(assignment)
        if outcome is not None and not assignment.knows_cause:
            await self._file_cause(assignment, outcome.cause_code)

    async def _file_cause(self, assignment: Assignment, cause_code: str) -> None:
        """What the crew's report said of the cause, once somebody has read it; the crew itself is free by then."""
        await asyncio.sleep(self._around.pace.real_s(self._around.rng.uniform(*self._habits.files_after_s)))
        body = {"attempt": assignment.attempt, "cause_code": cause_code}
        try:
            await self._api.post(f"/assignments/{assignment.id}/cause", body)
            self._note(f"files cause {cause_code} for {assignment.lift.lift_id}")
        except ApiError as error:
            self._note(f"could not file the cause for {assignment.lift.lift_id}: {error}")

    def _stop_work(self, assignment_id: str) -> None:
        work = self._work.pop(assignment_id, None)
        if work is not None:
            work.cancel()

    def _note(self, what: str) -> None:
        self._around.chronicle.note(f"{self.company.name} {what}")


class Receiver(Protocol):
    """What stands behind a company's endpoint."""

    def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Takes one delivery. Raises WebhookVerificationError when it is not signed by the service."""
        ...


class WebhookServer:
    """One server on loopback with an endpoint for every company: an async context manager."""

    def __init__(self, offices: Mapping[str, Receiver]) -> None:
        self._offices = offices
        self._base_url = ""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post("/companies/{company_id}", self._receive)
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def url_of(self, company_id: str) -> str:
        """The company's endpoint."""
        return f"{self._base_url}/companies/{company_id}"

    async def _receive(self, request: web.Request) -> web.Response:
        office = self._offices.get(request.match_info["company_id"])
        if office is None:
            return web.Response(status=404, text="no such company here")
        try:
            office.receive(request.headers, await request.read())
        except WebhookVerificationError as error:
            return web.Response(status=401, text=str(error))
        except (KeyError, TypeError) as error:
            return web.Response(status=422, text=f"signed, but not an event as published: {error!r}")
        return web.Response(status=204)


def _read_offer(data: Mapping[str, Any]) -> Offer:
    assignment = data["assignment"]
    return Offer(
        id=assignment["id"],
        attempt=assignment["attempt"],
        crew_id=assignment["crew_id"],
        lift_id=data["lift"]["lift_id"],
    )
