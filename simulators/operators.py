"""The centre's staff as one program with an operator's token: they talk into cars, call back and close.

They see what the service shows and hear what passengers say, and nothing else. A person looks at each case in turn and
takes a person's time; when the state is otherwise by then (409), the case is simply looked at again. A case in which
nobody is inside ends by itself once nothing is wrong any more: they leave it alone, unless a crew was sent and has done
its work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

from simulators.api import Api
from simulators.companies import Start
from simulators.crews import Surroundings
from simulators.errors import ApiError, StaleError
from simulators.names import draw_person
from simulators.tally import COMFORT_BY, ENTRAPMENT, Case, Tally, handover_waits
from simulators.world import World

LOOKS_EVERY_S = 1.0
COMFORTS_BEFORE_S = 30.0
"""Real seconds before its deadline, for the deadline is by the real clock."""
SPEAKS_FOR_S = (20.0, 60.0)
"""Seconds of life, as all that follow."""
PHONES_FOR_S = (30.0, 90.0)
CALLS_BACK_AFTER_S = (30.0, 90.0)
WAITS_FOR_CAUSE_S = (120.0, 360.0)
LEARNS_BETTER_AFTER_S = (60.0, 180.0)
UNHEARD_SHARE = 0.25
"""Of the cars in which people are, and do not answer when they are first spoken to."""

CAUSE_UNKNOWN = "700"
GUESSES: Mapping[str, str] = {
    "mains_lost": "201",
    "door_closing": "303",
    "door_opening": "303",
    "door_held": "103",
    "door_open_while_running": "302",
    "safety_circuit_open": "601",
    "stopped_outside_zone": "503",
    "position_lost": "503",
    "unintended_movement": "607",
    "overspeed": "602",
    "overrun": "504",
    "run_time_limiter": "509",
}
"""What an operator files, by what was wrong with the lift, when the company has not filed anything."""


class Centre:
    """The rescue centre's staff."""

    def __init__(
        self,
        api: Api,
        around: Surroundings[World],
        start: Start,
        on_closed: Callable[[int], None],
        *,
        unheard_share: float = UNHEARD_SHARE,
    ) -> None:
        """`on_closed` hears how many cases are closed by now, after each."""
        self.tally = Tally()
        self._api = api
        self._around = around
        self._start = start
        self._on_closed = on_closed
        self._unheard_share = unheard_share
        self._attended: set[str] = set()
        self._causes: Mapping[str, str] = {}

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

    def _attend(self, case: Case) -> None:
        """Starts what this case asks of a person now, unless somebody is at it."""
        needed = self._needed(case)
        if needed is not None and case["id"] not in self._attended:
            self._attended.add(case["id"])
            self._start(self._handle(needed, case))

    def _needed(self, case: Case) -> Callable[[Case], Coroutine[Any, Any, None]] | None:
        """The most pressing thing."""
        if case["kind"] != ENTRAPMENT:
            return self._settle if case["status"] == "released" else None
        if case["status"] == "released":
            return self._close if case["called_back_at"] else self._call_back
        if handover_waits(case):
            return self._hand_over
        if case["evidence"]["confidence"] == "possible" and case["status"] == "open":
            return self._listen_in
        return self._comfort if _is_comfort_due(case, datetime.now(UTC)) else None

    async def _handle(self, needed: Callable[[Case], Coroutine[Any, Any, None]], case: Case) -> None:
        try:
            await needed(case)
        except StaleError:
            self._note(f"looks at case {case['number']} again: somebody was faster")
        except ApiError as error:
            self._note(f"is refused on case {case['number']}: {error}")
        finally:
            self._attended.discard(case["id"])

    # --- while people are inside

    async def _listen_in(self, case: Case) -> None:
        """Talks into the car: an answer means people; silence is taken to mean none, at times wrongly."""
        await self._live(SPEAKS_FOR_S)
        is_somebody_inside = self._is_somebody_inside(case)
        if is_somebody_inside and self._around.rng.random() >= self._unheard_share:
            await self._send_a_crew(case)
            return
        ended = await self._act(case, "false_alarm", reason="对讲多次呼叫无人应答，监控确认轿厢内无人")
        self._count_ended(ended, "false_alarm")
        if is_somebody_inside:
            await self._learn_better(ended)

    async def _learn_better(self, ended: Case) -> None:
        """The building's staff hear knocking from a lift whose case is over: it goes on as a new one."""
        await self._live(LEARNS_BETTER_AFTER_S)
        if self._is_somebody_inside(ended):
            case = await self._tell(ended, "reopen", reason="物业来电：轿厢内有人敲门呼救")
            self.tally.reopened += 1
            self._note(f"reopens case {ended['number']} as {case['number']}")

    async def _send_a_crew(self, case: Case) -> None:
        """The best that is not asked already; also one that is bound for a case in which nobody is inside."""
        candidates = await self._api.get_all(f"/incidents/{case['id']}/candidates")
        crew_id = next((one["crew_id"] for one in candidates if one["may_go"] and not one["asked"]), None)
        if crew_id is None:
            await self._act(case, "escalate", reason="对讲确认轿厢内有人，本级无人可派")
        else:
            await self._act(case, "assign", crew_id=crew_id, redirect=True, reason="对讲确认轿厢内有人")

    async def _hand_over(self, case: Case) -> None:
        """Calls the last level, says what the service says is to be said, and confirms the call."""
        await self._live(PHONES_FOR_S)
        name, number = case["handover"]["name_zh"], case["handover"]["call"]
        spoke_to = f"{name}指挥中心 {draw_person(self._around.rng)}"
        await self._tell(case, "hand_over", spoke_to=spoke_to, reason="已告知地点和被困情况，对方已派人")
        self._note(f"calls {number} about case {case['number']}")

    async def _comfort(self, case: Case) -> None:
        """Speaks to the people in the car; where nobody answers, finds out why."""
        await self._live(SPEAKS_FOR_S)
        if self._is_somebody_inside(case):
            await self._tell(case, "comfort", reason="已通过对讲安抚被困人员，告知救援进展")
        else:
            await self._find_out(case)

    async def _find_out(self, case: Case) -> None:
        """They are in a lift beside it, or out of it already; or it is not known yet, and somebody speaks again."""
        twin = self._find_twin(case) if case["source"] == "phone" else None
        if twin is not None:
            reason = "报警人报错识别码，对讲确认被困人员在同一楼栋另一台电梯"
            merged = await self._act(case, "merge", into=twin["id"], reason=reason)
            self._note(f"merges case {case['number']} into {twin['number']}")
            self._count_ended(merged, "merged")
        elif len(case["signs"]) > 1 and case["status"] != "on_scene":
            ended = await self._act(case, "stand_down", reason="电梯已恢复，报警已结束，对讲无人应答")
            self._count_ended(ended, "stood_down")

    def _find_twin(self, case: Case) -> Case | None:
        """The case of another lift of the same building in which people answer."""
        others = (other for other in self.tally.open_cases if other["id"] != case["id"] and _is_beside(other, case))
        return next((other for other in others if self._is_somebody_inside(other)), None)

    def _is_somebody_inside(self, case: Case) -> bool:
        """What one hears through the intercom."""
        return self._around.world.people_inside(case["lift"]["lift_id"]) > 0

    # --- when they are out

    async def _call_back(self, case: Case) -> None:
        """Hears from the passengers that all are out."""
        await self._live(CALLS_BACK_AFTER_S)
        case = await self._api.get(f"/incidents/{case['id']}")
        people, injured = case.get("people_released") or 0, case.get("injured") or 0
        confirmed = await self._act(
            case, "confirm_release", reason="回访：人员已全部解救", people_released=people, injured=injured
        )
        await self._close(confirmed)

    async def _close(self, case: Case) -> None:
        """With the cause that the company files; when it takes its time over that, with the best guess."""
        if not case["cause_code"]:
            await self._live(WAITS_FOR_CAUSE_S)
            case = await self._api.get(f"/incidents/{case['id']}")
        closed = await self._act(case, "close", cause_code=await self._cause_of(case), reason="结案")
        self._count_ended(closed, "closed")
        self._on_closed(self.tally.ended["closed"])

    async def _settle(self, case: Case) -> None:
        """A crew has put right what was wrong: there is nobody to call back."""
        closed = await self._act(case, "close", cause_code=await self._cause_of(case), reason="故障已处理，结案")
        self.tally.forget_open(closed)
        self._note_ended(closed)

    async def _cause_of(self, case: Case) -> str:
        known = await self._read_causes()
        guesses = (GUESSES[one] for one in case["conditions"] if GUESSES.get(one) in known)
        return case["cause_code"] or next(guesses, CAUSE_UNKNOWN)

    async def _read_causes(self) -> Mapping[str, str]:
        """The codes that may be filed, in words; read once."""
        if not self._causes:
            groups = await self._api.get_all("/causes")
            self._causes = {cause["code"]: cause["zh"] for group in groups for cause in group["causes"]}
        return self._causes

    def _count_ended(self, case: Case, how: str) -> None:
        self.tally.end(case, how)
        self._note_ended(case)

    def _note_ended(self, case: Case) -> None:
        code = case["cause_code"]
        cause = f", cause {code} {self._causes.get(code, '')}".rstrip() if code else ""
        self._note(f"ends case {case['number']}: {case['status']}{cause}")

    async def _act(self, case: Case, action: str, **more: Any) -> Case:
        """Does what is right only if the case is as it was seen."""
        return await self._tell(case, action, version=case["version"], **more)

    async def _tell(self, case: Case, action: str, **more: Any) -> Case:
        """Says what was done, whatever has become of the case since."""
        answer: Case = await self._api.post(f"/incidents/{case['id']}/{action}", more)
        return answer

    async def _live(self, between_s: tuple[float, float]) -> None:
        await asyncio.sleep(self._around.pace.real_s(self._around.rng.uniform(*between_s)))

    def _note(self, what: str) -> None:
        self._around.chronicle.note(f"the centre {what}")


def _is_comfort_due(case: Case, now: datetime) -> bool:
    by = case["deadlines"].get(COMFORT_BY)
    return bool(by) and (datetime.fromisoformat(by) - now).total_seconds() < COMFORTS_BEFORE_S


def _is_beside(other: Case, case: Case) -> bool:
    if other["kind"] != ENTRAPMENT or other["status"] == "released":
        return False
    return _building_of(other) == _building_of(case)


def _building_of(case: Case) -> tuple[str, str]:
    return case["lift"].get("address", ""), case["lift"].get("building", "")
