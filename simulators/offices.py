"""Maintenance companies and station bodies: offices that answer offers as companies do, and send their crews.

Most accept within seconds and say how long their crew will take, some decline with a reason, some do not answer at all;
how often is in their habits. What arrives is believed only with a valid signature, and only once: a `webhook-id` seen
before is received again without effect.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from simulators.api import Api
from simulators.cards import Company
from simulators.companies import Start
from simulators.conduct import DUTIFUL, Habits, draw_conduct, draw_delay_s
from simulators.crews import Assignment, CrewOnDuty, Surroundings
from simulators.errors import ApiError, StaleError
from simulators.world import NOTHING_TOLD, Scene, Told

REMEMBERED_IDS = 10_000
REASON_UNKNOWN = "无法找到该电梯或救援组"
REASONS_TO_DECLINE = ("车辆故障", "人员正在处理其他救援", "道路封闭无法通行", "人员不足")

_LEFT_OVER: Mapping[str, frozenset[str]] = {
    "offered": frozenset(),
    "accepted": frozenset(),
    "en_route": frozenset({"en_route"}),
    "on_scene": frozenset({"en_route", "on_scene"}),
}
"""The statuses of an assignment that asks something of its company, each with what is reported already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a company must know to answer."""

    id: str
    attempt: int
    crew_id: str
    lift_id: str
    told: Told = NOTHING_TOLD


class CompanyOffice:
    """One company: its crews, its endpoint's secret, and its way of answering."""

    def __init__(
        self,
        company: Company,
        api: Api,
        crews: Mapping[str, CrewOnDuty],
        *,
        around: Surroundings[Scene],
        habits: Habits,
        start: Start,
        always_accepted: frozenset[str] = frozenset(),
    ) -> None:
        """Offers for the lifts in `always_accepted` are accepted whatever the habits, as a demonstration's first."""
        self.company = company
        self._api = api
        self._crews = crews
        self._around = around
        self._habits = habits
        self._start = start
        self._always_accepted = always_accepted
        self._endpoint_id = ""
        self._verifier: Webhook | None = None
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._work: dict[str, asyncio.Task[None]] = {}

    async def register(self, url: str) -> bool:
        """Registers this run's endpoint and removes those of earlier runs; whether there were any."""
        earlier = [one for one in await self._api.get_all("/webhooks") if _is_same_place(one["url"], url)]
        registered = await self._api.post("/webhooks", {"url": url, "types": ["*"]})
        self._verifier, self._endpoint_id = Webhook(registered["secret"]), registered["id"]
        for endpoint in earlier:
            await self._api.delete(f"/webhooks/{endpoint['id']}")
        return bool(earlier)

    async def leave(self) -> None:
        """Takes its endpoint back, so that the service does not go on asking where nobody listens."""
        if self._endpoint_id:
            await self._api.delete(f"/webhooks/{self._endpoint_id}")

    async def take_up(self) -> None:
        """Goes on with what an earlier run of the simulation left: offers unanswered, crews under way."""
        for status, reported in _LEFT_OVER.items():
            for left in await self._api.get_all("/assignments", status=status):
                case = await self._api.get(f"/incidents/{left['incident_id']}")
                offer = _read_offer({"assignment": left, "lift": case["lift"], "incident": case})
                if status == "offered":
                    self._start(self._consider(offer))
                elif self._can_go(offer):
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
                self._around.counts["offers"] += 1
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
            self._count("overlooked", f"overlooks the offer for {offer.lift_id}")
            return
        await asyncio.sleep(self._around.pace.real_s(draw_delay_s(self._around.rng, self._habits)))
        reason = self._reason_to_decline(offer)
        try:
            await (self._decline(offer, reason) if reason else self._accept(offer))
        except StaleError:
            self._count("too_late", f"was too late for {offer.lift_id}")
        except ApiError as error:
            self._count("unanswered", f"could not answer: {error}")

    def _is_overlooked(self, offer: Offer) -> bool:
        return not self._is_dutiful(offer) and self._around.rng.random() < self._habits.silent_share

    def _reason_to_decline(self, offer: Offer) -> str | None:
        """A company cannot send a crew it does not have, nor to a lift it cannot find."""
        if not self._can_go(offer):
            return REASON_UNKNOWN
        if self._is_dutiful(offer):
            return None
        declines = self._around.rng.random() < self._habits.decline_share
        return self._around.rng.choice(REASONS_TO_DECLINE) if declines else None

    def _can_go(self, offer: Offer) -> bool:
        lift = self._around.lifts.get(offer.lift_id)
        return offer.crew_id in self._crews and lift is not None and self._around.roads.reaches((lift.lon, lift.lat))

    def _is_dutiful(self, offer: Offer) -> bool:
        return offer.lift_id in self._always_accepted

    async def _decline(self, offer: Offer, reason: str) -> None:
        await self._api.post(f"/assignments/{offer.id}/decline", {"attempt": offer.attempt, "reason": reason})
        self._count("declined", f"declines {offer.lift_id}: {reason}")

    async def _accept(self, offer: Offer) -> None:
        eta_s = round(self._crews[offer.crew_id].estimate_s(self._around.lifts[offer.lift_id]))
        body = {"attempt": offer.attempt, "crew_id": offer.crew_id, "eta_s": eta_s}
        await self._api.post(f"/assignments/{offer.id}/accept", body)
        self._count("accepted", f"accepts {offer.lift_id}, crew {offer.crew_id}, {eta_s / 60:.0f} min away")
        self._send(offer, frozenset())

    def _send(self, offer: Offer, reported: frozenset[str]) -> None:
        assignment = Assignment(
            id=offer.id,
            attempt=offer.attempt,
            lift=self._around.lifts[offer.lift_id],
            reported=reported,
            told=offer.told,
            conduct=DUTIFUL if self._is_dutiful(offer) else draw_conduct(self._around.rng, self._habits),
        )
        work = self._start(self._work_off(self._crews[offer.crew_id], assignment))
        self._work[offer.id] = work
        work.add_done_callback(lambda _: self._work.pop(offer.id, None))

    async def _work_off(self, crew: CrewOnDuty, assignment: Assignment) -> None:
        outcome = await crew.serve(assignment)
        if outcome is not None and not assignment.conduct.knows_cause:
            await self._file_cause(assignment, outcome.cause_code)

    async def _file_cause(self, assignment: Assignment, cause_code: str) -> None:
        """What the crew's report said of the cause, once somebody has read it; the crew itself is free by then."""
        await asyncio.sleep(self._around.pace.real_s(self._around.rng.uniform(*self._habits.files_after_s)))
        body = {"attempt": assignment.attempt, "cause_code": cause_code}
        try:
            await self._api.post(f"/assignments/{assignment.id}/cause", body)
            self._count("causes_filed", f"files cause {cause_code} for {assignment.lift.lift_id}")
        except ApiError as error:
            self._note(f"could not file the cause for {assignment.lift.lift_id}: {error}")

    def _stop_work(self, assignment_id: str) -> None:
        work = self._work.pop(assignment_id, None)
        if work is not None:
            work.cancel()

    def _count(self, deed: str, what: str) -> None:
        self._around.counts[deed] += 1
        self._note(what)

    def _note(self, what: str) -> None:
        self._around.chronicle.note(f"{self.company.name} {what}")


def _is_same_place(registered: str, ours: str) -> bool:
    """An endpoint of an earlier run: its port was another, for a free one is taken."""
    return urlsplit(registered).path == urlsplit(ours).path


def _read_offer(data: Mapping[str, Any]) -> Offer:
    assignment, case = data["assignment"], data.get("incident") or {}
    return Offer(
        id=assignment["id"],
        attempt=assignment["attempt"],
        crew_id=assignment["crew_id"],
        lift_id=data["lift"]["lift_id"],
        told=Told(people=case.get("people"), injured=case.get("injured") or 0),
    )
