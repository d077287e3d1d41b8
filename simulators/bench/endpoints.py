"""What the companies' endpoints hear of offers: when, and under which id. Nobody answers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from simulators.api import Api


@dataclass(slots=True)
class Offers:
    """Offers as all endpoints received them."""

    received: dict[str, float] = field(default_factory=dict)
    """By lift: when the first of them came."""
    incidents: dict[str, str] = field(default_factory=dict)
    """By lift: the case it is about."""
    ids: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """By assignment and attempt: the ids under which it was announced."""

    def note(self, webhook_id: str, data: Mapping[str, Any], at: float) -> None:
        """One delivery. The same id again is a repeat, which at-least-once allows."""
        assignment = data["assignment"]
        self.ids.setdefault((assignment["id"], assignment["attempt"]), set()).add(webhook_id)
        self.received.setdefault(data["lift"]["lift_id"], at)
        self.incidents[data["lift"]["lift_id"]] = data["incident"]["id"]

    @property
    def announced_twice(self) -> int:
        """Offers that came under another id once more, and so as if they were two."""
        return sum(len(ids) - 1 for ids in self.ids.values())


class Endpoint:
    """One company's way in."""

    def __init__(self, offers: Offers) -> None:
        self._offers = offers
        self._verifier: Webhook | None = None

    async def register(self, api: Api, url: str) -> None:
        """Makes it known to the service. Raises ApiError."""
        registered = await api.post("/webhooks", {"url": url, "types": ["assignment.offered"]})
        self._verifier = Webhook(registered["secret"])

    def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises WebhookVerificationError for what is not signed by the service."""
        received_at = time.perf_counter()
        if self._verifier is None:
            raise WebhookVerificationError("no endpoint is registered yet")
        event = self._verifier.verify(body, dict(headers))
        self._offers.note(headers["webhook-id"], event["data"], received_at)
