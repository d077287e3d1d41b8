"""A fleet on a broker, by connections of its own or by gateways, with all that goes wrong on the way.

The owner of clock and chance: `run` takes what falls due of the lifts, of the mishaps to their messages and of the
troubles that befall them, and publishes it, tick by tick. It knows the published interface and nothing of the service.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Self

from simulators.car import NEVER
from simulators.connections import Connections
from simulators.dialects import Profile, write_payload
from simulators.fleet import Fleet
from simulators.line import Line, Words
from simulators.misfortunes import draw_on_site_s
from simulators.mishaps import Mishaps, draw_clock_fault
from simulators.reports import Report
from simulators.troubles import BREAKDOWN, Trouble, Troubles, draw_entrapment

TICK_S = 0.05
DOWN_S = (5.0, 60.0)
"""A controller that restarts."""
LINK_LOST_S = (5.0, 90.0)
VISIT_S = (20 * 60.0, 60 * 60.0)
FREED_AFTER_S = (10 * 60.0, 40 * 60.0)
"""Until somebody has put right what stopped, if no crew of the service's comes before."""
LEFT_WITHIN_S = 10.0
GATEWAY = "sim-gateway"
ARRIVED = "arrived"
"""What the service lets the people in a car know when a crew has come (`notice`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """In which words, and with which clocks, the lifts speak. Lifts without an entry have a right clock."""

    profile: Profile = Profile.CANONICAL
    clocks: Mapping[str, float] = field(default_factory=dict)

    def write(self, report: Report) -> bytes:
        """The payload."""
        return write_payload(report, self.profile, self.clocks.get(report.lift_id, 0.0))


OnArrived = Callable[[str], None]
"""A lift at which the service says that a crew has arrived."""
OnAlarm = Callable[[str, str], None]
"""A lift, and `raised`, `ended` or `acknowledged`."""


class OnAir:
    """An async context manager, connected inside; `run` is a task's work."""

    def __init__(
        self, fleet: Fleet, url: str, *, own: bool, voice: Voice, mishaps: Mishaps, troubles: Troubles, rng: Random
    ) -> None:
        self.fleet = fleet
        self.on_alarm: OnAlarm = lambda _lift_id, _word: None
        """Told of each alarm, of its end, and of what acknowledges it."""
        self.on_arrived: OnArrived = self._free_soon
        """Told of each crew that has come; by itself, whoever is inside gets out when that has done its work."""
        self.counts: Counter[str] = Counter()
        self.most_behind_s = 0.0
        self._url = url
        self._own = own
        self._voice = voice
        self._mishaps = mishaps
        self._troubles = troubles
        self._rng = rng
        self._to_free: list[tuple[float, str]] = []
        self.connections = Connections(self.link_names(fleet, own=own), self._make_line, self._note_back, rng)

    @staticmethod
    def link_names(fleet: Fleet, *, own: bool) -> list[str]:
        """One for each lift, or one for each area."""
        return fleet.lift_ids if own else sorted({fleet[lift_id].lift.area for lift_id in fleet.lift_ids})

    async def __aenter__(self) -> Self:
        """Raises BrokerUnreachableError."""
        await self.connections.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Every lift says that it leaves, so that nobody waits for it."""
        self._publish(self._gone(lift_id) for lift_id in self.fleet.lift_ids if self.fleet[lift_id].born)
        until = time.monotonic() + LEFT_WITHIN_S
        while self._unacknowledged() and time.monotonic() < until:  # noqa: ASYNC110 - the broker's doing
            await asyncio.sleep(TICK_S)
        await self.connections.__aexit__(None, None, None)

    @property
    def acknowledged(self) -> int:
        """Alarms that the centre has acknowledged."""
        return self.counts["acknowledged"]

    @property
    def mishaps(self) -> Counter[str]:
        """How many messages met with which."""
        return self._mishaps.counts

    @property
    def left_out(self) -> int:
        """Messages for which there was no link, or a broker that took nothing."""
        return sum(line.left_out for line in self.connections.lines.values())

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.connections.keep())
            group.create_task(self._publish_due())

    def send(self, reports: Iterable[Report]) -> None:
        """Reports that somebody else has caused, as a mass event does."""
        self._send(reports, time.time())

    def go_down(self, lift_id: str, for_s: float) -> None:
        """The lift's controller is without life for so long, and then born again.

        A lift with its own link loses that too, and is born when the link is back.
        """
        self.counts["restarts"] += 1
        self.fleet.restart(lift_id, NEVER if self._own else time.time() + for_s)
        if self._own:
            self.connections.cut(lift_id, for_s)

    async def _publish_due(self) -> None:
        while True:
            now = time.time()
            self.most_behind_s = max(self.most_behind_s, self.fleet.behind_s(now))
            self._send(self.fleet.take_due(now), now)
            self._publish(self._mishaps.take_due(now))
            for trouble, name in self._troubles.take_due(now):
                self._suffer(trouble, name, now)
            self._free_due(now)
            await asyncio.sleep(TICK_S)

    def _send(self, reports: Iterable[Report], now: float) -> None:
        for report in reports:
            self._publish(self._mishaps.take(report, now))

    def _publish(self, reports: Iterable[Report]) -> None:
        for report in reports:
            line = self.connections[report.lift_id if self._own else report.area]
            line.publish(report.topic, self._voice.write(report), qos=report.qos, retain=report.retain)
            self.counts[report.channel] += 1
            if report.channel == "alarm":
                self.on_alarm(report.lift_id, report.body["state"])

    def _suffer(self, trouble: Trouble, name: str, now: float) -> None:
        match trouble:
            case Trouble.RESTART:
                self.go_down(name, self._rng.uniform(*DOWN_S))
            case Trouble.LINK_LOSS:
                self.counts["link_losses"] += 1
                self.connections.cut(name, self._rng.uniform(*LINK_LOST_S))
            case Trouble.STORM:
                self._storm()
            case Trouble.VISIT:
                self.counts["visits"] += self.fleet.visit(name, now, now + self._rng.uniform(*VISIT_S))
            case Trouble.ENTRAPMENT | Trouble.BREAKDOWN:
                self._strike(trouble, name, now)

    def _storm(self) -> None:
        self.counts["storms"] += 1
        for name in self.connections.lines:
            self.connections.cut(name, 0.0)

    def _strike(self, trouble: Trouble, lift_id: str, now: float) -> None:
        machine = self.fleet[lift_id]
        if not machine.born or machine.car.stoppage is not None:
            return
        stoppage = BREAKDOWN if trouble is Trouble.BREAKDOWN else draw_entrapment(self._rng)
        self.counts["breakdowns" if trouble is Trouble.BREAKDOWN else "entrapments"] += 1
        self.fleet.befall(lift_id, stoppage, now)
        heapq.heappush(self._to_free, (now + self._rng.uniform(*FREED_AFTER_S), lift_id))

    def _free_due(self, now: float) -> None:
        while self._to_free and self._to_free[0][0] <= now:
            self._send(self.fleet.release(heapq.heappop(self._to_free)[1], now), now)

    def _note_back(self, name: str) -> None:
        """A link that is back has news: who is there, and how each is."""
        now = time.time()
        if self._own:
            self._send(self.fleet.report_birth_of(name, now), now)
        else:
            self._send(self.fleet.report_births(name, now), now)

    def _make_line(self, name: str, on_lost: Callable[[], None]) -> Line:
        area = self.fleet[name].lift.area if self._own else name
        lift = name if self._own else "+"
        return Line(
            self._url,
            f"sim-{name}" if self._own else f"{GATEWAY}-{name}",
            topics=(f"lifts/v1/{area}/{lift}/alarm/ack", f"lifts/v1/{area}/{lift}/notice"),
            write_will=lambda: self._write_will(name),
            on_message=self._hear,
            on_lost=on_lost,
        )

    def _write_will(self, name: str) -> Words | None:
        """A gateway has many lifts and one will: it leaves none, and its loss is silence."""
        if not self._own:
            return None
        gone = self._gone(name)
        return gone.topic, gone.payload

    def _gone(self, lift_id: str) -> Report:
        machine = self.fleet[lift_id]
        return Report(machine.lift.area, lift_id, "link", {"online": False, "boot": machine.boot}, 1, True)

    def _hear(self, topic: str, payload: bytes) -> None:
        """What cannot be read was not said, so that the lift goes on sending its alarm; others' lifts are not ours."""
        lift_id, is_notice = topic.split("/")[3], topic.endswith("/notice")
        try:
            said = json.loads(payload)
            word = str(said["message"]) if is_notice else int(said["number"])
        except (ValueError, KeyError, TypeError):
            return
        if lift_id not in self.fleet:
            return
        if isinstance(word, int):
            self._hear_acknowledgement(lift_id, word)
        elif word == ARRIVED:
            self.counts["crews_arrived"] += 1
            self.on_arrived(lift_id)

    def _hear_acknowledgement(self, lift_id: str, number: int) -> None:
        self.counts["acknowledged"] += 1
        self.on_alarm(lift_id, "acknowledged")
        self.fleet.acknowledge_alarm(lift_id, number)

    def _free_soon(self, lift_id: str) -> None:
        heapq.heappush(self._to_free, (time.time() + draw_on_site_s(self._rng), lift_id))

    def _unacknowledged(self) -> int:
        return sum(line.unacknowledged for line in self.connections.lines.values() if line.is_open)


def draw_clocks(lift_ids: Iterable[str], share: float, rng: Random) -> dict[str, float]:
    """Which lifts have a wrong clock, and by how many seconds it is ahead."""
    return {lift_id: draw_clock_fault(rng) for lift_id in lift_ids if rng.random() < share}
