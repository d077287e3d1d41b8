"""What lifts say, as bytes on the broker, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rescue.timeline import instant
from tests.scripts.city import LIFTS
from tests.scripts.playing import Window, stage, when
from tests.scripts.story import Way

STANDS_OPEN: Mapping[str, Any] = {
    "service_mode": "normal", "car_status": "stopped", "car_direction": "none", "car_position": 7, "door_zone": True,
    "door_status": "open", "passenger_status": False, "power_status": "mains", "faults": [],
}  # fmt: skip
STUCK: Mapping[str, Any] = {"door_zone": False, "door_status": "closed", "passenger_status": True}
EVERY_S = 3600
"""How often an idle lift says something here: just often enough not to be taken for lost."""


@dataclass(frozen=True, slots=True)
class LiftWords:
    """A lift, as a controller on the broker. `at` lets time go on until that second of the script."""

    lift_id: str

    def alarm(self, at: float | None = None, *, number: int = 1) -> None:
        """The alarm button is held for four seconds."""
        _reach(at)
        said = {"number": number, "state": "raised", "button_held_s": 4.0}
        self._publish("alarm", f"alarm {number}: the button was held for 4 s", said)

    def ends_alarm(self, at: float | None = None, *, number: int = 1) -> None:
        """A competent person ends it at the lift."""
        _reach(at)
        self._publish("alarm", f"end of alarm {number}", {"number": number, "state": "ended"})

    def is_stuck(self, at: float | None = None, **differently: Any) -> None:
        """It stopped between landings with somebody inside."""
        self.reports(at, **{**STUCK, **differently})

    def stands_open(self, at: float | None = None) -> None:
        """Levelled, doors open, nobody inside."""
        self.reports(at)

    def reports(self, at: float | None = None, **differently: Any) -> None:
        """A status, which differs in this from that of an idle lift."""
        _reach(at)
        what = ", ".join(f"{name} {value}" for name, value in differently.items()) or "levelled, doors open, empty"
        self._publish("status", f"status: {what}", {**STANDS_OPEN, **differently, "seq": self._next("seq")})

    def stays_on_line(self, *, hours: int) -> None:
        """It is idle for so long."""
        begins_s = stage().now_s
        for hour in range(1, hours + 1):
            self.stands_open(at=begins_s + hour * EVERY_S - 2)

    def has_fault(self, code: str, at: float | None = None, *, state: str = "raised") -> None:
        """A fault report."""
        _reach(at)
        self._publish("fault", f"fault {code} {state}", {"seq": self._next("seq"), "code": code, "state": state})

    def makes_test_call(self, at: float | None = None) -> None:
        """The periodic one."""
        _reach(at)
        number = self._next("test")
        self._publish("test", f"test call {number}", {"number": number, "battery": "ok"})

    def expects_acknowledgement(self, of: int = 1, *, between: Window = None) -> None:
        """The centre answers the alarm of this number."""
        self._expects(f"the acknowledgement of alarm {of}", "alarm/ack", {"number": of}, between)

    def expects_notice(self, message: str, *, between: Window = None) -> None:
        """The people inside are told this."""
        self._expects(f"the notice “{message}”", "notice", {"message": message}, between)

    def has_no_case(self) -> None:
        """Nothing was opened for it."""
        mine = [one["number"] for one in stage().cases() if one["lift"] and one["lift"]["lift_id"] == self.lift_id]
        if mine:
            stage().fail(f"lift {self.lift_id} has no case", f"it has {mine}")

    def _expects(self, wish: str, channel: str, said: Mapping[str, Any], between: Window) -> None:
        playing = stage()

        def look() -> tuple[float, None] | None:
            for told in playing.told_lifts:
                at = playing.story.seconds(told.at)
                is_meant = (told.lift_id, told.channel) == (self.lift_id, channel)
                if is_meant and said.items() <= told.payload.items() and (between is None or at >= between[0]):
                    return at, None
            return None

        playing.wait_for(f"lift {self.lift_id} gets {wish}{when(between)}", between, look)

    def _publish(self, channel: str, deed: str, said: Mapping[str, Any]) -> None:
        playing = stage()
        playing.tell(f"lift {self.lift_id}", Way.IN, deed)
        topic = f"lifts/v1/{LIFTS[self.lift_id].area}/{self.lift_id}/{channel}"
        payload = {"ts": instant(playing.clock.now()), "boot": 1, **said}
        playing.say_on_broker(topic, json.dumps(payload).encode())

    def _next(self, what: str) -> int:
        counted = stage().messages_of
        counted[f"{self.lift_id} {what}"] += 1
        return counted[f"{self.lift_id} {what}"]


def _reach(at: float | None) -> None:
    if at is not None:
        stage().forward_to(at)


def lift(lift_id: str) -> LiftWords:
    """A lift of the city."""
    return LiftWords(lift_id)
