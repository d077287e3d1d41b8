"""How much one caller may ask: a bucket of requests that fills at a steady rate, for each caller and each address.

What is asked and what is done have buckets of their own, so that somebody's endless lists never stand before a call
that is taken in or a company's answer. Whoever finds the bucket empty is told when to come again, and nothing is looked
at. The figures are settings; `/livez`, `/readyz` and `/metrics` are never counted.

Limits: 10,000 buckets of each kind; beyond that the one unused for longest is forgotten, and with it that it was empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from math import ceil

from rescue.api.problems import TooManyRequests
from rescue.people.principals import Principal

BUCKETS = 10_000


class Budget(Enum):
    """What a request is charged to."""

    READS = "reads"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Requests a second, in the long run; at once ten times as many."""

    reads_per_s: float = 50
    changes_per_s: float = 100
    address_factor: float = 4
    """So many times as much from one address, behind which several callers may sit."""

    def of(self, budget: Budget) -> float:
        """Of one caller."""
        return self.reads_per_s if budget is Budget.READS else self.changes_per_s


BURST_S = 10.0
"""What a bucket holds: the requests of so many seconds."""


class Buckets:
    """One bucket a key, each of `per_s` requests a second."""

    def __init__(self, per_s: float, holds: float | None = None) -> None:
        self._per_s = per_s
        self._holds = holds or per_s * BURST_S
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, key: str, now: datetime) -> float:
        """Take one request out; 0, or the seconds until there is one."""
        left, at = self._left.pop(key, (self._holds, now))
        left = min(self._holds, left + max(0.0, (now - at).total_seconds()) * self._per_s)
        wait_s = 0.0 if left >= 1 else (1 - left) / self._per_s
        self._left[key] = (left if wait_s else left - 1, now)
        if len(self._left) > BUCKETS:
            del self._left[next(iter(self._left))]
        return wait_s


class PublicLimits:
    """What the public page takes in without asking who it is: from one address, and for one lift.

    An address may be that of a whole building or a carrier's gateway, so that it may report many lifts at once; of one
    lift, what comes beyond the limit changes nothing that is not known by then. Whoever is held back is told the number
    to call, and is heard again within half a minute.
    """

    def __init__(self) -> None:
        self._addresses = Buckets(1 / 10, holds=30)
        self._lifts = Buckets(1 / 30, holds=10)

    def wait_s(self, address: str, lift_id: str, now: datetime) -> int:
        """Charge a report; 0 if it may be taken in, or the seconds until one may."""
        return ceil(max(self._addresses.take(address, now), self._lifts.take(lift_id, now)))


class Limiter:
    """Every caller's and every address's buckets."""

    def __init__(self, rates: Rates) -> None:
        self._callers = {budget: Buckets(rates.of(budget)) for budget in Budget}
        self._addresses = {budget: Buckets(rates.of(budget) * rates.address_factor) for budget in Budget}
        self.refused = 0

    def charge_address(self, address: str, budget: Budget, now: datetime) -> None:
        """One request from there. Raises TooManyRequests."""
        self._demand(self._addresses[budget].take(address, now), "this address asks more often than it may")

    def charge_caller(self, principal: Principal, budget: Budget, now: datetime) -> None:
        """One request of this caller. Raises TooManyRequests."""
        key = f"{principal.kind}:{principal.role or ''}:{principal.name}"
        self._demand(self._callers[budget].take(key, now), f"{principal.name} asks more often than it may")

    def _demand(self, wait_s: float, otherwise: str) -> None:
        if wait_s > 0:
            self.refused += 1
            raise TooManyRequests(otherwise, retry_after_s=max(1, ceil(wait_s)))
