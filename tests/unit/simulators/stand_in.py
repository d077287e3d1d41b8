"""A little server that answers as the published HTTP interface does, for the programs that are its clients.

It keeps what it was told; the tests say beforehand what it shows and what it refuses.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + "c2VjcmV0IG9mIGEgdGVzdCwgMzIgYnl0ZXMgbG9uZy4u"
WITHIN_S = 10.0
ENDS = {
    "close": "closed",
    "false_alarm": "false_alarm",
    "stand_down": "stood_down",
    "merge": "closed",
    "assign": "dispatched",
}
OVER = ("closed", "false_alarm", "stood_down")
CAUSES = [
    {"group": 2, "zh": "外部原因", "en": "From outside the lift", "causes": [{"code": "201", "zh": "运行中停电"}]},
    {"group": 7, "zh": "其他", "en": "Other", "causes": [{"code": "700", "zh": "其他原因"}]},
]


@dataclass
class StandIn:
    """What it was told, and what it answers."""

    url: str = ""
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Every change asked for, as (path, body)."""
    refuses: dict[str, int] = field(default_factory=dict)
    """By the last part of a path: the status it is refused with."""
    fails: list[int] = field(default_factory=list)
    """Statuses of the next answers to changes, before anything else is looked at."""
    retry_after: str = ""
    """What such an answer says of the next try."""
    keys: list[str] = field(default_factory=list)
    """The Idempotency-Key of every change, repeated ones included."""
    endpoints: dict[str, str] = field(default_factory=dict)
    """URLs by id."""
    crews: dict[str, bool] = field(default_factory=dict)
    """Who is on duty."""
    plates: dict[str, dict[str, Any]] | None = None
    """The lifts by rescue code, None for a service that finds every lift."""
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    assignments: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[dict[str, Any]] = field(default_factory=list)

    def answers(self) -> list[str]:
        """The last part of every path a change was asked for."""
        return [path.rsplit("/", 1)[1] for path, _ in self.told]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits, at most ten seconds, until what it was told satisfies the condition."""
        async with asyncio.timeout(WITHIN_S):
            while not condition():  # noqa: ASYNC110 - another program's doing has no event to wait for
                await asyncio.sleep(0.01)

    async def list_endpoints(self, request: web.Request) -> web.Response:
        return _page([{"id": id_, "url": url} for id_, url in self.endpoints.items()])

    async def forget_endpoint(self, request: web.Request) -> web.Response:
        del self.endpoints[request.match_info["id"]]
        return web.Response(status=204)

    async def list_crews(self, request: web.Request) -> web.Response:
        return _page([{"crew_id": crew_id, "on_duty": on_duty} for crew_id, on_duty in self.crews.items()])

    async def change_crew(self, request: web.Request) -> web.Response:
        body, crew_id = await request.json(), request.match_info["id"]
        self.told.append((f"/crews/{crew_id}", body))
        if crew_id in self.refuses:
            return web.json_response({"title": "refused"}, status=self.refuses[crew_id])
        self.crews[crew_id] = body["on_duty"]
        return web.json_response({"crew_id": crew_id, **body})

    async def list_assignments(self, request: web.Request) -> web.Response:
        return _page([one for one in self.assignments if one["status"] == request.query["status"]])

    async def list_incidents(self, request: web.Request) -> web.Response:
        return _page([case for case in self.incidents.values() if case["status"] not in OVER])

    async def list_causes(self, request: web.Request) -> web.Response:
        return _page(CAUSES)

    async def show_incident(self, request: web.Request) -> web.Response:
        return web.json_response(self.incidents[request.match_info["id"]])

    async def list_candidates(self, request: web.Request) -> web.Response:
        return _page(self.candidates)

    async def take(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers["Idempotency-Key"])
        if self.fails:
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            return web.json_response({"title": "not now"}, status=self.fails.pop(0), headers=headers)
        path, body = request.path.removeprefix("/api/v1"), await request.json()
        action = path.rsplit("/", 1)[1]
        self.told.append((path, body))
        if action in self.refuses:
            return web.json_response({"title": "refused"}, status=self.refuses[action])
        if path == "/webhooks":
            id_ = f"new-{len(self.endpoints)}"
            self.endpoints[id_] = body["url"]
            return web.json_response({"id": id_, "secret": SECRET}, status=201)
        if path == "/incidents" and self.plates is not None:
            return self._take_call(body)
        return web.json_response(self._change(path, action))

    def _take_call(self, body: dict[str, Any]) -> web.Response:
        assert self.plates is not None
        lift = self.plates.get(body["rescue_code"])
        if lift is None:
            return web.json_response({"title": "Not found", "detail": "no lift is registered with it"}, status=404)
        return web.json_response({"id": f"I-{lift['lift_id']}", "number": 7, "lift": lift}, status=201)

    def _change(self, path: str, action: str) -> dict[str, Any]:
        case = self.incidents.get(path.split("/")[2]) if path.startswith("/incidents/") else None
        if case is None:
            return {"number": 1}
        case["version"] += 1
        case["status"] = ENDS.get(action, case["status"])
        match action:
            case "comfort":
                case["deadlines"] = {}
            case "hand_over":
                case["handover"]["waits"] = False
            case "confirm_release":
                case["called_back_at"] = "2025-11-23T00:30:00Z"
            case "reopen":
                return {"id": "I9", "number": 9}
            case _:
                pass
        return case


@asynccontextmanager
async def stand_in() -> AsyncIterator[StandIn]:
    service = StandIn()
    app = web.Application()
    app.add_routes(
        [
            web.get("/api/v1/webhooks", service.list_endpoints),
            web.delete("/api/v1/webhooks/{id}", service.forget_endpoint),
            web.get("/api/v1/crews", service.list_crews),
            web.patch("/api/v1/crews/{id}", service.change_crew),
            web.get("/api/v1/causes", service.list_causes),
            web.get("/api/v1/assignments", service.list_assignments),
            web.get("/api/v1/incidents", service.list_incidents),
            web.get("/api/v1/incidents/{id}", service.show_incident),
            web.get("/api/v1/incidents/{id}/candidates", service.list_candidates),
            web.post("/api/v1/{what:.+}", service.take),
        ]
    )
    server = TestServer(app)
    await server.start_server()
    service.url = str(server.make_url("")).rstrip("/")
    try:
        yield service
    finally:
        await server.close()


async def deliver(url: str, type_: str, data: dict[str, Any], *, id_: str, secret: str = SECRET) -> int:
    """Sends a signed webhook; the status it was answered with."""
    now = datetime.now(UTC)
    body = json.dumps({"type": type_, "timestamp": now.isoformat(), "data": data})
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, now, body),
    }
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


def _page(items: list[dict[str, Any]]) -> web.Response:
    return web.json_response({"items": items, "next": None})
