"""What a try of an outgoing effect means, and when the next one is. Pure; must not know how anything is sent.

- An offer is tried 0, 2, 5, 10, 20, 40 s after it was made and every 40 s after that, until it is overdue; whatever the
  endpoint answers, it is never given up earlier.
- Every other webhook is tried at once and then after pauses of 5 s, 30 s, 2 min, 10 min, 1 h and every 3 h, until it
  expires (3 days). 410 Gone gives it up, and so does a case that no longer concerns the company.
- A message to a lift is tried at once and then after 1, 2, 5 and every 10 s, until it expires (1 h).
- `Retry-After` puts the next try off, never forward, and only if that leaves a try before the deadline; otherwise the
  plan above holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeGuard

from rescue.ports import Carried, Delivery, Outgoing
from rescue.sending.render import OFFERED

OFFER_TRIED_AT_S = (0, 2, 5, 10, 20, 40)
"""Seconds after an offer was made."""
OFFER_TRIED_EVERY_S = 40
WEBHOOK_PAUSES_S = (5, 30, 120, 600, 3600, 10_800)
"""Seconds from a failure to the next try; the last is repeated."""
DOWNLINK_PAUSES_S = (1, 2, 5, 10)
"""The same for a message to a lift."""
GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of one try: the HTTP status if there was one, "" or why it failed, the pause the receiver asked for."""

    status: int | None
    error: str = ""
    retry_after_s: float | None = None

    @property
    def received(self) -> bool:
        """The receiver has it."""
        return not self.error


def judge(outgoing: Outgoing, reply: Reply, at: datetime) -> Carried:
    """What a try that ended at `at` means: done, tried again, or given up."""
    return Carried(
        outbox_id=outgoing.outbox_id,
        at=at,
        done=reply.received,
        due_at=None if reply.received else next_try_at(outgoing, reply, at),
        status=reply.status,
        error=reply.error,
    )


def next_try_at(outgoing: Outgoing, reply: Reply, at: datetime) -> datetime | None:
    """When to try again after a failure at `at`, or None to give up. Later than `at`, and before the deadline."""
    if reply.status == GONE and not is_offer(outgoing):
        return None
    if isinstance(outgoing, Delivery) and not outgoing.is_concerned:
        return None
    planned = planned_try_at(outgoing, at)
    asked = planned if reply.retry_after_s is None else at + timedelta(seconds=reply.retry_after_s)
    due_at = asked if planned < asked < outgoing.expires_at else planned
    return due_at if due_at < outgoing.expires_at else None


def planned_try_at(outgoing: Outgoing, at: datetime) -> datetime:
    """The next try by plan, whatever the receiver said."""
    if is_offer(outgoing):
        age_s = (at - outgoing.created_at).total_seconds()
        return outgoing.created_at + timedelta(seconds=_next_offer_try_s(age_s))
    pauses = WEBHOOK_PAUSES_S if isinstance(outgoing, Delivery) else DOWNLINK_PAUSES_S
    return at + timedelta(seconds=pauses[min(outgoing.tries, len(pauses) - 1)])


def is_offer(outgoing: Outgoing) -> TypeGuard[Delivery]:
    """It goes by the rescue profile."""
    return isinstance(outgoing, Delivery) and outgoing.type == OFFERED


def _next_offer_try_s(age_s: float) -> float:
    """The first planned try after this age: a slow try leaves out those that it ran past."""
    planned = next((at_s for at_s in OFFER_TRIED_AT_S if at_s > age_s), None)
    return planned if planned is not None else (age_s // OFFER_TRIED_EVERY_S + 1) * OFFER_TRIED_EVERY_S
