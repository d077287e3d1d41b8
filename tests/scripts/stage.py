"""The stage of one script: the service, the companies' servers, the clock, and whatever was said so far.

Time goes from one deadline to the next, never over one, and at each everything that is due is done and has arrived
before it goes on; so what is seen at an instant is what was to be seen at it. Scripts are plain functions: the event
loop runs only while the stage waits for the service to come to rest.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest

from dispatch.crews import CompanyId
from rescue.accounts import Accounts, Role
from rescue.desk.board import Decision
from rescue.incident import Incident, IncidentId
from rescue.store.postgres import PostgresStore
from tests.integration.centre import QUICK_HASHER, Answer
from tests.scripts.city import COMPANIES, CREWS, LIFTS, NOON
from tests.scripts.house import House, ScriptClock, open_house
from tests.scripts.post import Letter, Post, open_post
from tests.scripts.story import Story, Way, heading, rows, spell

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToLift:
    """A message to a lift."""

    at: datetime
    lift_id: str
    channel: str
    payload: Mapping[str, Any]


class Stage:
    """Everything a script's words act on."""

    def __init__(self, database: str, title: str) -> None:
        self.story = Story(began_at=NOON)
        self.clock = ScriptClock(NOON)
        self.post = Post(now=self.clock.now, delivered=self._delivered, refused=self._endpoint_failed)
        self.told_lifts: list[ToLift] = []
        self.case_ids: dict[IncidentId, None] = {}
        """Of every case there was, in the order of their beginning."""
        self.messages_of: Counter[str] = Counter()
        self.calls_asked_for: set[str] = set()
        """Cases of which an operator was expected to call the last level."""
        self._database = database
        self._title = title
        self._ids = count(1)
        self._tokens: dict[str, str] = {}
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._for_good, self._while_up = AsyncExitStack(), AsyncExitStack()
        self._house: House | None = None

    # Opening and closing

    def open(self) -> Stage:
        """Furnish the city, and open the doors."""
        self.run(self._for_good.enter_async_context(open_post(self.post)))
        self.run(self._furnish())
        self.start_service()
        self.run(self._subscribe())
        return self

    def close(self) -> None:
        """Everything goes down, whatever has happened."""
        try:
            self.run(self._while_up.aclose())
            self.run(self._for_good.aclose())
        finally:
            self._runner.close()

    def start_service(self) -> None:
        """It comes up with what the database has."""

        async def start() -> House:
            opening = open_house(self._database, self.clock, self, lambda: f"I{next(self._ids)}")
            return await self._while_up.enter_async_context(opening)

        self._house = self.run(start())
        self._house.centre.tokens = self._tokens

    def stop_service(self) -> None:
        """It is gone between two instants; what is in the database is all it leaves."""
        self.run(self._while_up.aclose())
        self._house = None

    async def _furnish(self) -> None:
        store = await PostgresStore.connect(self._database)
        await store.put_companies(list(COMPANIES.values()))
        await store.put_crews(CREWS)
        await store.put_lifts(list(LIFTS.values()))
        accounts = Accounts(store.url, store.pool, QUICK_HASHER)
        owners: list[Role | CompanyId] = [Role.OPERATOR, Role.SUPERVISOR, *map(CompanyId, COMPANIES)]
        for owner in owners:
            self._tokens[owner] = await accounts.add_token(owner, NOON)
        await store.close()

    async def _subscribe(self) -> None:
        for company_id in COMPANIES:
            await self.add_endpoint(company_id, 1)

    async def add_endpoint(self, company_id: str, number: int) -> None:
        """The company has its webhooks sent there as well."""
        url = f"{self.post.url}/{company_id}/{number}"
        added = await self.house.centre.post(company_id, "/webhooks", {"url": url})
        assert added.status == 201, added.text
        self.post.trust(company_id, number, added.body["secret"])

    @property
    def house(self) -> House:
        """The service, which must be up."""
        assert self._house is not None, "the service is down"
        return self._house

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the loop run until this is done."""
        return self._runner.run(work)

    # Time

    @property
    def now_s(self) -> float:
        """The script's own time."""
        return self.story.seconds(self.clock.now())

    def forward_to(self, seconds: float) -> None:
        """Time goes on until then, through every deadline on the way."""
        while self.now_s < seconds:
            self.step(seconds)

    def step(self, until_s: float) -> None:
        """Time goes to the next deadline, or until then if none comes before. One that does not move is a fault."""
        until = self.story.began_at + timedelta(seconds=until_s)
        if self._house is None:
            self.clock.move_to(until)
            return
        self.run(self._step(self._house, until))

    async def _step(self, house: House, until: datetime) -> None:
        by = await house.next_deadline()
        assert by is None or by > self.clock.now(), "a deadline that is due was left"
        self.clock.move_to(until if by is None else min(by, until))
        await house.settle()

    # Saying and asking

    def say_on_broker(self, topic: str, payload: bytes) -> None:
        """A device publishes, and all that follows has followed."""
        self.run(self._hear(topic, payload))

    async def _hear(self, topic: str, payload: bytes) -> None:
        self.house.hear(topic, payload)
        await self.house.settle()

    def ask(self, who: str, method: str, path: str, said: Mapping[str, Any] | None = None) -> Answer:
        """An HTTP request, and all that follows has followed."""
        return self.run(self._ask(who, method, path, said))

    async def _ask(self, who: str, method: str, path: str, said: Mapping[str, Any] | None) -> Answer:
        answer = await self.house.centre.ask(who, method, path, said)
        await self.house.settle()
        return answer

    def read(self, path: str) -> Any:
        """What an operator sees there."""
        answer = self.run(self.house.centre.get("operator", path))
        assert answer.status == 200, answer.text
        return answer.body

    # What the service does by itself

    def lift_told(self, topic: str, payload: Mapping[str, Any]) -> None:
        """The ear for what goes to lifts."""
        _, _, _, lift_id, channel = topic.split("/", 4)
        self.told_lifts.append(ToLift(at=self.clock.now(), lift_id=lift_id, channel=channel, payload=payload))
        what = " ".join(f"{name} {value}" for name, value in payload.items() if value is not None)
        self.tell(f"lift {lift_id}", Way.OUT, f"{channel}: {what}")

    def desk_decided(self, decision: Decision) -> None:
        """The ear for what is written into timelines."""
        self.case_ids |= dict.fromkeys(decision.incidents)
        for entry in decision.entries:
            number = decision.incidents[entry.incident_id].number
            self.tell(f"case {number}", Way.DESK, f"{entry.what}: {entry.said}")

    def _delivered(self, letter: Letter) -> None:
        endpoint = f" (endpoint {letter.endpoint})" if letter.endpoint > 1 else ""
        self.tell(called(letter.company_id), Way.OUT, f"{letter}{endpoint}")

    def _endpoint_failed(self, company_id: str, endpoint: int, type_: str) -> None:
        self.tell(called(company_id), Way.REFUSED, f"endpoint {endpoint} is down: {type_} was not taken")

    def tell(self, who: str, way: Way, said: str) -> None:
        """It is said now."""
        self.story.tell(self.clock.now(), who, way, said)

    # Expecting

    def wait_for(self, wish: str, between: tuple[float, float] | None, look: Callable[[], tuple[float, T] | None]) -> T:
        """What `look` finds, with its instant, in this window of the script's time; time goes on until it is found.

        Without a window, what is there already.
        """
        first, last = between or (0.0, self.now_s)
        while (found := look()) is None and self.now_s < last:
            self.step(last)
        if found is None:
            self.fail(wish, "nothing of the sort")
        at, value = found
        if not first <= round(at, 3) <= last:
            self.fail(wish, f"it was so at {spell(at)}")
        return value

    def fail(self, wish: str, seen: str) -> NoReturn:
        """Something expected did not happen: the story tells what did."""
        facts = {"expected": wish, "but": seen, "script": self._title, **_line_of_script()}
        pytest.fail("\n".join(["", self.so_far(), heading("what went wrong"), "", *rows(facts), ""]), pytrace=False)

    def so_far(self) -> str:
        """The story, and where it has left the cases that are open."""
        cases = self.house.desk.board.incidents.values() if self._house else ()
        open_cases = [line for case in cases for line in rows(self._as_rows(case))]
        parts = [heading("the story so far", f"12:00 is 0:00, now is {spell(self.now_s)}"), "", str(self.story), ""]
        if open_cases:
            parts += [heading("cases that are open"), "", *open_cases, ""]
        return "\n".join(parts)

    def _as_rows(self, case: Incident) -> dict[str, str]:
        about = f"lift {case.lift_id}" if case.lift_id else f"{case.affected} lifts"
        ahead = sorted((by, name) for name, by in case.deadlines.items())
        waits = ", ".join(f"{name} {self.story.spell(by)}" for by, name in ahead)
        what = f"{case.kind} of {about}, {case.status.replace('_', ' ')}, level {case.level}"
        return {f"case {case.number}": f"{what}; ahead: {waits or 'nothing'}"}

    def cases(self) -> list[Any]:
        """Every case there was, the newest first."""
        return list(self.read("/incidents?status=all&limit=100")["items"])


def _line_of_script() -> dict[str, str]:
    """The line of the script that is being played."""
    for frame in traceback.extract_stack():
        if Path(frame.filename).name.startswith("test_"):
            return {f"line {frame.lineno}": frame.line or ""}
    return {}


def called(company_id: str) -> str:
    """As the script calls it."""
    return f"{COMPANIES[company_id].kind.replace('contractor', 'company')} {company_id}"
