"""What the outbox has taken and not yet finished: what of it may start now, and which offers nobody took. Pure.

Who may start:

- At most `per_endpoint` tries run towards one receiver and `in_all` in total; offers, other webhooks and messages to
  lifts each have their own places. A freed place goes to the receiver with the fewest tries running, so that companies
  whose endpoints hang cannot keep the others waiting.
- What concerns one case goes to one endpoint in the order it was decided, as far as it is in hand together: what has
  failed and waits for its next try holds nothing up. An offer waits for nothing older; a withdrawal does wait for its
  offer's try to end.
- At most `waiting_per_endpoint` webhooks other than offers wait for one endpoint; a further one is refused. Otherwise a
  dead company's backlog, being the oldest, would fill every look at the store.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from rescue.desk.inputs import OfferUndelivered
from rescue.incident import AssignmentId
from rescue.ports import Carried, Delivery, Outgoing
from rescue.sending.retries import GONE, is_offer

TRIES_BEFORE_UNDELIVERED = 3
UNDELIVERED_AFTER = timedelta(seconds=30)
"""An endpoint that is not tried again before an offer is this old will not bring an answer in time."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much the outbox does at once."""

    taken_at_once: int = 200
    per_endpoint: int = 4
    in_all: int = 64
    offers_in_all: int = 256
    downlinks: int = 64
    waiting_per_endpoint: int = 500


class _Lane(Enum):
    OFFERS = "offers"
    WEBHOOKS = "webhooks"
    DOWNLINKS = "downlinks"


_Receiver = tuple[_Lane, str]
_Case = tuple[str, str]


class InHand:
    """Outgoing effects between `add` and `let_go`: waiting, running, or finished and not yet written down."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held: dict[int, Outgoing] = {}
        self._waiting: defaultdict[_Receiver, list[Outgoing]] = defaultdict(list)
        self._running: Counter[_Receiver] = Counter()
        self._running_in: Counter[_Lane] = Counter()
        self._unfinished: defaultdict[_Case, list[int]] = defaultdict(list)
        """By endpoint and incident: what waits or runs, oldest first."""

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, outgoing: Outgoing) -> bool:
        return outgoing.outbox_id in self._held

    def add(self, outgoing: Outgoing) -> bool:
        """Take it in hand; False if too many wait for its endpoint and it has to be put off: only `let_go` is left."""
        self._held[outgoing.outbox_id] = outgoing
        receiver = _receiver(outgoing)
        if receiver[0] is _Lane.WEBHOOKS and len(self._waiting[receiver]) >= self._limits.waiting_per_endpoint:
            return False
        insort(self._waiting[receiver], outgoing, key=_age)
        if (case := _case(outgoing)) is not None:
            insort(self._unfinished[case], outgoing.outbox_id)
        return True

    def renew(self, outgoing: Outgoing) -> None:
        """The store shows it again: who may be told what, and signed with what, may be otherwise by now."""
        self._held[outgoing.outbox_id] = outgoing

    def start(self) -> Iterator[Outgoing]:
        """Everything that may start now, each as it is marked running."""
        while (outgoing := self._next()) is not None:
            receiver = _receiver(outgoing)
            self._waiting[receiver].remove(outgoing)
            if not self._waiting[receiver]:
                del self._waiting[receiver]
            self._running[receiver] += 1
            self._running_in[receiver[0]] += 1
            yield self._held[outgoing.outbox_id]

    def finish(self, outgoing: Outgoing) -> None:
        """Its try ended: the place is free."""
        receiver = _receiver(outgoing)
        self._running[receiver] -= 1
        self._running_in[receiver[0]] -= 1
        if not self._running[receiver]:
            del self._running[receiver]
        if (case := _case(outgoing)) is not None:
            self._unfinished[case].remove(outgoing.outbox_id)
            if not self._unfinished[case]:
                del self._unfinished[case]

    def let_go(self, outbox_id: int) -> None:
        """Its result is written down: when the store shows it again, it is to be tried again."""
        del self._held[outbox_id]

    def _next(self) -> Outgoing | None:
        for receiver in sorted(filter(self._has_place, self._waiting), key=self._turn):
            for outgoing in self._waiting[receiver]:
                if self._is_its_turn(outgoing):
                    return outgoing
        return None

    def _has_place(self, receiver: _Receiver) -> bool:
        match receiver[0]:
            case _Lane.OFFERS:
                each, in_all = self._limits.per_endpoint, self._limits.offers_in_all
            case _Lane.WEBHOOKS:
                each, in_all = self._limits.per_endpoint, self._limits.in_all
            case _Lane.DOWNLINKS:
                each, in_all = self._limits.downlinks, self._limits.downlinks
        return self._running[receiver] < each and self._running_in[receiver[0]] < in_all

    def _turn(self, receiver: _Receiver) -> tuple[int, int]:
        return self._running[receiver], self._waiting[receiver][0].outbox_id

    def _is_its_turn(self, outgoing: Outgoing) -> bool:
        case = _case(outgoing)
        return case is None or is_offer(outgoing) or outgoing.outbox_id == self._unfinished[case][0]


def _receiver(outgoing: Outgoing) -> _Receiver:
    if not isinstance(outgoing, Delivery):
        return _Lane.DOWNLINKS, "broker"
    return (_Lane.OFFERS if is_offer(outgoing) else _Lane.WEBHOOKS), outgoing.endpoint_id


def _case(outgoing: Outgoing) -> _Case | None:
    """The endpoint and the incident a webhook is about; None for what is about none."""
    if not isinstance(outgoing, Delivery):
        return None
    incident = outgoing.body.get("data", {}).get("incident")
    return (outgoing.endpoint_id, incident["id"]) if incident else None


def _age(outgoing: Outgoing) -> int:
    return outgoing.outbox_id


@dataclass(slots=True, kw_only=True)
class _Offer:
    expires_at: datetime
    known_from_the_start: bool
    failures: dict[str, str] = field(default_factory=dict)
    """Why each endpoint failed; "" for one of which this is not said yet."""
    over: bool = False
    """Some endpoint has it, or it was already reported."""


class OfferWatch:
    """Which offers no endpoint took. Forgets each when it is overdue.

    An offer first seen after its first try, as after a restart, is never reported: an endpoint that took it before
    would not be seen, and its deadline passes soon.
    """

    def __init__(self) -> None:
        self._offers: dict[tuple[AssignmentId, int], _Offer] = {}

    def see(self, delivery: Delivery, now: datetime) -> None:
        """An offer's delivery was taken in hand."""
        if delivery.assignment_id is None or delivery.attempt is None:
            return
        self._forget_overdue(now)
        new = _Offer(expires_at=delivery.expires_at, known_from_the_start=True)
        offer = self._offers.setdefault((delivery.assignment_id, delivery.attempt), new)
        if delivery.endpoint_id not in offer.failures:
            offer.known_from_the_start &= delivery.tries == 0
            offer.failures[delivery.endpoint_id] = ""

    def judge(self, delivery: Delivery, carried: Carried) -> OfferUndelivered | None:
        """After a try: the report, once, that every endpoint has failed."""
        if delivery.assignment_id is None or delivery.attempt is None:
            return None
        offer = self._offers.get((delivery.assignment_id, delivery.attempt))
        if offer is None or offer.over:
            return None
        if carried.done or not offer.known_from_the_start:
            offer.over = True
            return None
        if has_failed(delivery, carried):
            offer.failures[delivery.endpoint_id] = carried.error
        if not all(offer.failures.values()):
            return None
        offer.over = True
        reason = "; ".join(dict.fromkeys(offer.failures.values()))[:LONGEST_REASON]
        return OfferUndelivered(assignment_id=delivery.assignment_id, attempt=delivery.attempt, reason=reason)

    def _forget_overdue(self, now: datetime) -> None:
        # Offers come in about the order in which they become overdue; what stands out of order goes a little later.
        while self._offers and next(iter(self._offers.values())).expires_at <= now:
            del self._offers[next(iter(self._offers))]


def has_failed(delivery: Delivery, carried: Carried) -> bool:
    """No answer to this offer is to be expected by way of this endpoint: see the figures at the top."""
    if carried.due_at is None or carried.status == GONE:
        return True
    late = carried.due_at - delivery.created_at > UNDELIVERED_AFTER
    return late or delivery.tries + 1 >= TRIES_BEFORE_UNDELIVERED
