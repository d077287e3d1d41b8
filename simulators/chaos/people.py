"""Companies that accept whatever they are offered, and the centre's staff, who call back and close.

They are as stubborn as people are when lives depend on it: what the service could not take in is said again until it
is taken or is over. What they were told, and what they were answered, goes into the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from simulators.api import Api
from simulators.chaos.ledger import Ledger
from simulators.chaos.lifts import Lifts
from simulators.companies import Start
from simulators.errors import ApiError, RefusedError, StaleError

THINKS_S = (0.05, 0.5)
DRIVES_S = (0.2, 1.0)
WORKS_S = (0.1, 0.5)
SAYS_AGAIN_AFTER_S = 0.5
BELIEVED_AFTER = 2
LOOKS_EVERY_S = 0.5
CAUSE = "700"
FINAL = frozenset({"closed", "stood_down", "false_alarm"})

Case = Mapping[str, Any]


class Over(Exception):
    """What was to be said is of no account any more."""


class Office:
    """One company: its endpoint, and its crews on the road."""

    def __init__(self, company_id: str, api: Api, lifts: Lifts, ledger: Ledger, start: Start, rng: Random) -> None:
        self._company_id = company_id
        self._api = api
        self._lifts = lifts
        self._ledger = ledger
        self._start = start
        self._rng = rng
        self._verifier: Webhook | None = None
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def register(self, url: str) -> None:
        """Makes its endpoint known. Raises ApiError."""
        registered = await self._api.post("/webhooks", {"url": url, "types": ["*"]})
        self._verifier = Webhook(registered["secret"])

    def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Takes one delivery. Raises WebhookVerificationError when it is not signed by the service."""
        if self._verifier is None:
            raise WebhookVerificationError("no endpoint is registered yet")
        event = self._verifier.verify(body, dict(headers))
        if self._ledger.note_webhook(headers["webhook-id"], self._company_id, event):
            self._act_on(event)

    def _act_on(self, event: Mapping[str, Any]) -> None:
        match event["type"]:
            case "assignment.offered":
                assignment, lift_id = event["data"]["assignment"], event["data"]["lift"]["lift_id"]
                self._under_way[assignment["id"]] = self._start(self._rescue(assignment, lift_id))
            case "assignment.withdrawn":
                crew = self._under_way.pop(event["data"]["assignment"]["id"], None)
                if crew is not None:
                    crew.cancel()
            case _:
                pass

    async def _rescue(self, offer: Mapping[str, Any], lift_id: str) -> None:
        """From the offer to the passengers out; ends early when the service knows better."""
        try:
            await self._pause(THINKS_S)
            await self._say(offer, "accept", crew_id=offer["crew_id"])
            self._ledger.accepted.add(offer["id"])
            await self._say(offer, "en_route")
            await self._pause(DRIVES_S)
            await self._say(offer, "on_scene")
            await self._pause(WORKS_S)
            self._lifts.free_passengers(lift_id)
            await self._say(offer, "released", people_released=1, injured=0, cause_code=CAUSE, release_method="other")
        except Over as over:
            self._ledger.too_late[offer["id"]] = str(over)
        finally:
            self._under_way.pop(offer["id"], None)

    async def _say(self, offer: Mapping[str, Any], what: str, **facts: Any) -> None:
        body = {"attempt": offer["attempt"], **facts}
        await insist(lambda: self._api.post(f"/assignments/{offer['id']}/{what}", body), self._ledger, what)

    async def _pause(self, between_s: tuple[float, float]) -> None:
        await asyncio.sleep(self._rng.uniform(*between_s))


async def insist(say: Callable[[], Awaitable[Any]], ledger: Ledger, what: str) -> Any:
    """The answer, however often it must be asked. Raises Over when it is too late, or refused for another reason.

    A 409 is believed when it is repeated: it may have been said of a first try whose answer was lost, and which the
    service was still at when the second came.
    """
    conflicts = 0
    while True:
        try:
            return await say()
        except StaleError as error:
            conflicts += 1
            if conflicts == BELIEVED_AFTER:
                raise Over(str(error)) from None
        except RefusedError as error:
            ledger.refused.append(f"{what}: {error}")
            raise Over(str(error)) from None
        except ApiError:
            pass  # Neither taken nor refused.
        await asyncio.sleep(SAYS_AGAIN_AFTER_S)


class Staff:
    """The centre's: they look at the open cases, and do what each asks of a person."""

    def __init__(self, api: Api, lifts: Lifts, ledger: Ledger, start: Start) -> None:
        self._api = api
        self._lifts = lifts
        self._ledger = ledger
        self._start = start
        self._attended: set[str] = set()
        self.open_cases = 0

    async def work(self) -> None:
        """Looks again and again, until cancelled."""
        while True:
            try:
                cases = await self._api.get_all("/incidents", status="open", limit="200")
            except ApiError:
                await asyncio.sleep(LOOKS_EVERY_S)
                continue
            self.open_cases = len(cases)
            for case in cases:
                if case["id"] not in self._attended and _needs_a_person(case):
                    self._attended.add(case["id"])
                    self._start(self._attend(case))
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _attend(self, case: Case) -> None:
        try:
            await (self._close(case) if case["status"] == "released" else self._send_a_crew(case))
        except Over:
            pass  # It is looked at again.
        finally:
            self._attended.discard(case["id"])

    async def _close(self, case: Case) -> None:
        confirmed = await self._act(case, "confirm_release", reason="everybody is out")
        await self._act(confirmed, "close", cause_code=CAUSE, reason="done")
        self._lifts.make_free(case["lift"]["lift_id"])

    async def _send_a_crew(self, case: Case) -> None:
        """A merely possible entrapment: there is an answer from the car."""
        path = f"/incidents/{case['id']}/candidates"
        candidates = await insist(lambda: self._api.get_all(path), self._ledger, "candidates")
        crew_id = next((one["crew_id"] for one in candidates if one["may_go"] and not one["asked"]), None)
        if crew_id is not None:
            await self._act(case, "assign", crew_id=crew_id, reason="they answer")

    async def _act(self, case: Case, action: str, **more: Any) -> Case:
        body, path = {"version": case["version"], **more}, f"/incidents/{case['id']}/{action}"
        done: Case = await insist(lambda: self._api.post(path, body), self._ledger, action)
        return done


def _needs_a_person(case: Case) -> bool:
    if case["kind"] != "entrapment":
        return False
    unsure = case["evidence"]["confidence"] == "possible" and case["status"] == "open" and not case["assignment"]
    return case["status"] == "released" or unsure
