"""The way from the lift to the service: what arrives when, how often, and what never does.

QoS 0 may be lost; QoS 1 comes late and sometimes twice, but comes. Without a link nothing travels: statuses of that
time are gone, everything else waits until the link is back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from simulators.corpus.controller import Sent
from simulators.corpus.lift import Outage


class Arrival(NamedTuple):
    """A message as the service gets it: topic and payload at an instant. The rest is for the scoring only."""

    at: float
    topic: str
    payload: bytes
    lift_id: str
    sent_at: float
    scene: str
    shows: bool
    is_press: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How bad it is; shares from 0 to 1."""

    delay_s: tuple[float, float] = (0.02, 0.2)
    lost: float = 0.0
    """Of QoS 0; as many QoS 1 messages need another try. Of a mix, the most; each building draws its own share."""
    retry_s: tuple[float, float] = (2.0, 20.0)
    doubled: float = 0.0
    overtaken: float = 0.0
    overtaken_by_s: float = 4.0

    def carry(self, sent: Sequence[Sent], outages: Sequence[Outage], rng: Random) -> list[Arrival]:
        """Everything that arrives, in order of arrival. One connection keeps its order but for what goes wrong."""
        arrivals: list[Arrival] = []
        in_order_at = 0.0
        for message in sent:
            if message.by_broker:
                arrivals.append(_arrive(message, message.at + rng.uniform(*self.delay_s)))
                continue
            back_at = _find_return(message.at, outages)
            if back_at is not None and message.report.qos == 0:
                continue
            in_order_at = max(in_order_at, (back_at or message.at) + rng.uniform(*self.delay_s))
            arrivals += self._disturb(message, in_order_at, rng)
        return sorted(arrivals, key=lambda arrival: arrival.at)

    def _disturb(self, message: Sent, at: float, rng: Random) -> Iterator[Arrival]:
        if rng.random() < self.lost:
            if message.report.qos == 0:
                return
            at += rng.uniform(*self.retry_s)
        if rng.random() < self.overtaken:
            at += rng.uniform(0.5, self.overtaken_by_s)
        yield _arrive(message, at)
        if rng.random() < self.doubled:
            yield _arrive(message, at + rng.uniform(0.0, self.overtaken_by_s))


def _find_return(at: float, outages: Iterable[Outage]) -> float | None:
    """When the link comes back, if there is none at that instant."""
    return next((ends for begins, ends in outages if begins <= at < ends), None)


def _arrive(message: Sent, at: float) -> Arrival:
    report = message.report
    return Arrival(
        at,
        report.topic,
        report.payload,
        report.lift_id,
        message.at,
        message.scene,
        message.shows,
        message.is_press,
    )
