"""The centre's staff as one program with an operator's token: they take calls, listen in, call back and close.

They see what the service shows and hear what passengers say, and nothing else. A person looks at each case in turn and
takes a person's time; when somebody was faster (409), the case is simply looked at again. A case in which nobody is
inside ends by itself once nothing is wrong any more: they leave it alone, unless a crew was sent and has done its work.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.api import Api
from simulators.companies import Start
from simulators.crews import Surroundings
from simulators.errors import ApiError, RefusedError, StaleError

LOOKS_EVERY_S = 1.0
LISTENS_FOR_S = (20.0, 60.0)
CALLS_BACK_AFTER_S = (30.0, 90.0)
"""Seconds of life."""
REMEMBERED_CASES = 8
CAUSE_UNKNOWN = "700"

Case = Mapping[str, Any]
"""An incident as the service publishes it."""

ENTRAPMENT = "entrapment"
FINAL = frozenset({"closed", "stood_down", "false_alarm"})


@dataclass(slots=True)
class Tally:
    """What the staff have seen of this run."""

    open_cases: list[Case] = field(default_factory=list)
    latest: dict[str, Case] = field(default_factory=dict)
    """The last few cases by id, ended ones included."""
    closed: int = 0
    """Entrapments."""
    false_alarms: int = 0
    arrivals_s: list[float] = field(default_factory=list)

    @property
    def stages(self) -> Counter[str]:
        """Open entrapments by status."""
        return Counter(case["status"] for case in self.open_cases if case["kind"] == ENTRAPMENT)

    @property
    def others(self) -> Counter[str]:
        """Open cases in which nobody is known to be inside, by kind."""
        return Counter(case["kind"] for case in self.open_cases if case["kind"] != ENTRAPMENT)

    @property
    def mean_arrival_s(self) -> float | None:
        """From opening to arrival, over the closed cases with a crew; None before the first."""
        return sum(self.arrivals_s) / len(self.arrivals_s) if self.arrivals_s else None

    def see(self, open_cases: list[Case]) -> None:
        """Takes in the list of open cases as it now is; what has ended by itself is forgotten."""
        self.open_cases = open_cases
        still_open = {case["id"] for case in open_cases}
        self.latest = {id_: one for id_, one in self.latest.items() if id_ in still_open or one["status"] in FINAL}
        for case in sorted(open_cases, key=lambda case: int(case["number"])):
            self.remember(case)

    def remember(self, case: Case) -> None:
        """Keeps the case among the latest, by number, with the crew that went even after it has done its work."""
        known = self.latest.get(case["id"], case)
        self.latest[case["id"]] = {**case, "assignment": case["assignment"] or known["assignment"]}
        while len(self.latest) > REMEMBERED_CASES:
            del self.latest[min(self.latest, key=lambda id_: int(self.latest[id_]["number"]))]


class Centre:
    """The rescue centre's staff."""

    def __init__(self, api: Api, around: Surroundings, start: Start, on_closed: Callable[[int], None]) -> None:
        """`on_closed` hears how many cases are closed by now, after each."""
        self.tally = Tally()
        self._api = api
        self._around = around
        self._start = start
        self._on_closed = on_closed
        self._attended: set[str] = set()

    async def work(self) -> None:
        """Looks at the open cases again and again, until cancelled. A service that does not answer is asked again."""
        while True:
            try:
                self.tally.see(await self._api.get_all("/incidents", status="open"))
            except ApiError as error:
                self._note(f"cannot read the open cases: {error}")
            for case in self.tally.open_cases:
                self._attend(case)
            await asyncio.sleep(LOOKS_EVERY_S)

    async def take_call(self, rescue_code: str, *, caller: str, phone: str, people: int) -> None:
        """Somebody telephones with the code on the plate."""
        body = {
            "rescue_code": rescue_code,
            "source": "phone",
            "caller": {"name": caller, "phone": phone},
            "people": people,
        }
        try:
            case = await self._api.post("/incidents", body)
            self._note(f"takes a call about {rescue_code}: case {case['number']}")
        except ApiError as error:
            self._note(f"cannot enter the call about {rescue_code}: {error}")

    def _attend(self, case: Case) -> None:
        """Starts what this case asks of a person now, unless somebody is at it."""
        needed = self._needed(case)
        if needed is not None and case["id"] not in self._attended:
            self._attended.add(case["id"])
            self._start(self._handle(needed, case))

    def _needed(self, case: Case) -> Callable[[Case], Coroutine[Any, Any, None]] | None:
        if case["kind"] != ENTRAPMENT:
            return self._settle if case["status"] == "released" else None
        if case["status"] == "released":
            return self._call_back
        unsure = case["evidence"]["confidence"] == "possible"
        return self._listen_in if unsure and case["status"] == "open" else None

    async def _handle(self, needed: Callable[[Case], Coroutine[Any, Any, None]], case: Case) -> None:
        try:
            await needed(case)
        except StaleError:
            self._note(f"looks at case {case['number']} again: somebody was faster")
        except ApiError as error:
            self._note(f"is refused on case {case['number']}: {error}")
        finally:
            self._attended.discard(case["id"])

    async def _listen_in(self, case: Case) -> None:
        """Talks into the car: an answer means people; silence means none."""
        await self._live(*LISTENS_FOR_S)
        if self._around.world.people_inside(case["lift"]["lift_id"]):
            await self._send_a_crew(case)
            return
        ended = await self._act(case, "false_alarm", reason="对讲多次呼叫无人应答，监控确认轿厢内无人")
        self.tally.false_alarms += 1
        self._remember_ended(ended)

    async def _send_a_crew(self, case: Case) -> None:
        candidates = await self._api.get_all(f"/incidents/{case['id']}/candidates")
        crew_id = next((candidate["crew_id"] for candidate in candidates if candidate["may_go"]), None)
        if crew_id is None:
            raise RefusedError("nobody may go")
        await self._act(case, "assign", crew_id=crew_id, reason="对讲确认轿厢内有人")

    async def _call_back(self, case: Case) -> None:
        """Hears from the passengers that all are out; files the cause the crew gave."""
        await self._live(*CALLS_BACK_AFTER_S)
        case = await self._api.get(f"/incidents/{case['id']}")
        people, injured = case.get("people_released") or 0, case.get("injured") or 0
        confirmed = await self._act(
            case, "confirm_release", reason="回访：人员已全部解救", people_released=people, injured=injured
        )
        closed = await self._act(confirmed, "close", cause_code=case.get("cause_code") or CAUSE_UNKNOWN, reason="结案")
        self._count_closed(closed)

    async def _settle(self, case: Case) -> None:
        """A crew has put right what was wrong: there is nobody to call back."""
        cause_code = case.get("cause_code") or CAUSE_UNKNOWN
        self._remember_ended(await self._act(case, "close", cause_code=cause_code, reason="故障已处理，结案"))

    def _count_closed(self, case: Case) -> None:
        self.tally.closed += 1
        if case.get("arrived_at"):
            self.tally.arrivals_s.append(_seconds_between(case["opened_at"], case["arrived_at"]))
        self._remember_ended(case)
        self._on_closed(self.tally.closed)

    def _remember_ended(self, case: Case) -> None:
        self.tally.open_cases = [other for other in self.tally.open_cases if other["id"] != case["id"]]
        self.tally.remember(case)
        self._note(f"ends case {case['number']}: {case['status']}")

    async def _act(self, case: Case, action: str, **more: Any) -> Case:
        answer: Case = await self._api.post(f"/incidents/{case['id']}/{action}", {"version": case["version"], **more})
        return answer

    async def _live(self, least_s: float, most_s: float) -> None:
        await asyncio.sleep(self._around.pace.real_s(self._around.rng.uniform(least_s, most_s)))

    def _note(self, what: str) -> None:
        self._around.chronicle.note(f"the centre {what}")


def _seconds_between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
