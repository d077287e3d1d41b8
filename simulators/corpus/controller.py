"""What one controller publishes: it counts its boots and messages, stamps them by its clock and numbers its alarms.

It knows neither truth nor network: a message that it sends may still be lost, and `shows` and `is_press` are notes of
the world for the scoring, no part of the message.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from simulators.corpus.clocks import LiftClock
from simulators.corpus.speech import Dialect
from simulators.reports import FIRMWARE, Report, write_instant

RESENT_EVERY_S = 10.0


class Sent(NamedTuple):
    """A message on its way, and what the world knows about it."""

    at: float
    report: Report
    scene: str
    shows: bool = False
    """People are trapped, and this message differs from what a sound lift would have said."""
    is_press: bool = False
    """It tells of the alarm button."""
    by_broker: bool = False
    """A will: it needs no link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which lift it is and how it speaks."""

    lift_id: str
    area: str
    dialect: Dialect
    clock: LiftClock


class Controller:
    """One lift's; `take_sent` hands over what it has published."""

    def __init__(self, identity: Identity, *, boot: int, rng: Random) -> None:
        self.identity = identity
        self._sent: list[Sent] = []
        self.scene = "birth"
        self._boot = boot
        self._seq = -1
        self._alarms = self._tests = boot
        self._open_alarm: int | None = None
        self._rng = rng

    def report_birth(self, at: float) -> None:
        """It came on line, or back."""
        link = {"online": True, "boot": self._boot, "firmware": FIRMWARE, "profile": self.identity.dialect.profile}
        self._send(at, "link", link, qos=1)

    def leave_will(self, at: float) -> None:
        """The broker misses it."""
        self._send(at, "link", {"online": False, "boot": self._boot}, qos=1, by_broker=True)

    def report_status(self, at: float, state: dict[str, Any], *, shows: bool, is_press: bool) -> None:
        """Everything as of now."""
        body = self.identity.dialect.write_status({**self._stamp(at), **state})
        self._send(at, "status", body, qos=0, shows=shows, is_press=is_press)

    def report_fault(self, at: float, code: str, state: str, *, shows: bool, is_press: bool = False) -> None:
        """A code raised or cleared."""
        body = {**self._stamp(at), "code": code, "state": state}
        self._send(at, "fault", body, qos=1, shows=shows, is_press=is_press)

    def raise_alarm(self, at: float, held_s: float | None, *, shows: bool) -> None:
        """A new number, sent again until the centre has answered."""
        self._alarms += 1
        self._open_alarm = self._alarms
        body = self._alarm(at, self._alarms, "raised")
        if held_s is not None:
            body["button_held_s"] = round(held_s, 1)
        for turn in range(self._rng.choice((1, 1, 2, 3))):
            self._send(at + turn * RESENT_EVERY_S, "alarm", dict(body), qos=1, shows=shows, is_press=True)

    def end_alarm(self, at: float) -> None:
        """Given at the lift, if an alarm is raised."""
        if self._open_alarm is not None:
            self._send(at, "alarm", self._alarm(at, self._open_alarm, "ended"), qos=1)
            self._open_alarm = None

    def report_test_call(self, at: float) -> None:
        """The periodic call, or one that a fitter makes."""
        self._tests += 1
        body = {"boot": self._boot, "number": self._tests, "battery": "ok", **self._instant(at)}
        self._send(at, "test", body, qos=1)

    def restart(self) -> None:
        """Counts a boot; its messages begin anew, its alarms do not."""
        self._boot, self._seq = self._boot + 1, -1

    def take_sent(self) -> list[Sent]:
        """Everything so far, in the order in which it went out; at one instant, in which it was made."""
        sent, self._sent = sorted(self._sent, key=lambda message: message.at), []
        return sent

    def _alarm(self, at: float, number: int, state: str) -> dict[str, Any]:
        return {"boot": self._boot, "number": number, "state": state, **self._instant(at)}

    def _stamp(self, at: float) -> dict[str, Any]:
        self._seq += 1
        return {**self._instant(at), "boot": self._boot, "seq": self._seq}

    def _instant(self, at: float) -> dict[str, Any]:
        shown = self.identity.clock.read(at)
        return {} if shown is None else {"ts": write_instant(shown)}

    def _send(self, at: float, channel: str, body: dict[str, Any], *, qos: int, **notes: bool) -> None:
        report = Report(self.identity.area, self.identity.lift_id, channel, body, qos, channel == "link")
        self._sent.append(Sent(at, report, self.scene, **notes))
