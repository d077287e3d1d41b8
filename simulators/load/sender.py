"""The process that says what lifts say, and does nothing else: whoever measures does not share its interpreter.

It is told what to do by lines on its standard input (`wake`, `go`, `cut`, `stop`) and says once a second, as a line of
JSON, how much it has sent, how much it is behind the clock because the broker took no more, and how many connections it
has lost. The pace is kept by the clock: what a stall held back goes out after it, so that nothing is left out and
backpressure shows as `behind`.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulators.errors import BrokerUnreachableError
from simulators.load.lines import Lines, open_lines
from simulators.load.talk import Talk, Topic

TICK_S = 0.01
TELL_EVERY_S = 1.0
WAKE_AT_ONCE = 150
"""Lifts heard for the first time in a tick: the first status of each costs the service several times a later one."""
MOST_AT_ONCE = 1_000
"""Packets put together before they are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The lifts from `first` to before `last` lose their power; in some there are people."""

    first: int
    last: int
    trapped: frozenset[int]


@dataclass(slots=True)
class Sending:
    """One load, from its first status to its last."""

    talk: Talk
    lines: Lines
    period_s: float
    cut: Cut | None
    sent: int = 0
    """Statuses, ever."""
    due: int = 0
    """Of the steady part: how many should have been sent by now."""
    steady: int = 0
    """Of the steady part: how many were."""
    told_at: float = 0.0
    commands: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)

    def wake(self) -> None:
        """Every lift says where it is, more slowly than the city talks."""
        first = self.talk.births(time.time())
        for begin in range(0, len(first), WAKE_AT_ONCE):
            self.lines.write(begin, first[begin : begin + WAKE_AT_ONCE])
            self.sent += len(first[begin : begin + WAKE_AT_ONCE])
            self._tell_if_due(time.perf_counter())
            time.sleep(TICK_S)
        tell({"woken": len(first), "sent": self.sent})

    def go(self) -> str:
        """Until the next command but `cut`, which is obeyed on the way."""
        began_at, lifts = time.perf_counter(), len(self.talk)
        while True:
            now = time.perf_counter()
            self.due = int((now - began_at) / self.period_s * lifts)
            self._send_due(now)
            self._tell_if_due(now)
            command = self._next_command()
            if command == "cut":
                self._cut()
            elif command:
                return command
            time.sleep(TICK_S)

    def _send_due(self, now: float) -> None:
        lifts = len(self.talk)
        while self.steady < self.due:
            turn, first = divmod(self.steady, lifts)
            last = min(lifts, first + min(MOST_AT_ONCE, self.due - self.steady))
            self.lines.write(first, self.talk.packets(first, last, turn + 1, time.time()), pieces=3)
            self.steady += last - first
            self.sent += last - first
            if time.perf_counter() - now > TELL_EVERY_S:
                return  # the broker takes too little: that is to be told

    def _cut(self) -> None:
        if self.cut is None:
            return
        turn = self.steady // len(self.talk) + 1
        for first in range(self.cut.first, self.cut.last, MOST_AT_ONCE):
            last = min(self.cut.last, first + MOST_AT_ONCE)
            self.lines.write(first, self.talk.darken(first, last, self.cut.trapped, turn, time.time()))
            self.sent += last - first
        tell({"cut": self.cut.last - self.cut.first, "sent": self.sent})

    def _tell_if_due(self, now: float) -> None:
        if now - self.told_at < TELL_EVERY_S:
            return
        self.told_at = now
        self.lines.look()
        tell({"sent": self.sent, "behind": self.due - self.steady, "lost_connections": self.lines.lost})

    def _next_command(self) -> str:
        try:
            return self.commands.get_nowait()
        except queue.Empty:
            return ""

    def listen(self) -> None:
        """Commands, as they come; the end of them is one to stop."""
        for line in sys.stdin:
            self.commands.put(line.strip())
        self.commands.put("stop")


def tell(said: dict[str, Any]) -> None:
    """One line to whoever started us."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the plan that the only argument names, and do as told."""
    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    lifts = [Topic(*one) for one in plan["lifts"]]
    cut = plan["cut"] and Cut(first=plan["cut"][0], last=plan["cut"][1], trapped=frozenset(plan["trapped"]))
    try:
        with open_lines(plan["url"], lifts, plan["connections"]) as lines:
            _serve(Sending(talk=Talk(lifts, plan["period_s"]), lines=lines, period_s=plan["period_s"], cut=cut))
    except (BrokerUnreachableError, OSError) as error:
        tell({"error": str(error)})
        sys.exit(1)


def _serve(sending: Sending) -> None:
    tell({"connected": True})
    threading.Thread(target=sending.listen, daemon=True).start()
    command = sending.commands.get()
    while command != "stop":
        if command == "wake":
            sending.wake()
        command = sending.go() if command == "go" else sending.commands.get()
    tell({"sent": sending.sent, "behind": sending.due - sending.steady, "stopped": True})


if __name__ == "__main__":
    main()
