"""The consoles' socket, on the real desk and database: who may come in, what they are told, and how it ends."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from devices.messages import LiftId
from rescue.accounts import Role
from rescue.desk.board import Decision, Outcome, Verdict
from rescue.incident import Incident, IncidentId
from rescue.live.changes import Change, Teller
from rescue.live.hub import SNAPSHOT_LASTS, Hub
from rescue.live.messages import Close
from tests.integration.centre import JINSHUI, NOON, OFFICERS_PHONE, PASSWORD, Centre, lift
from tests.unit.devices.lifts import RESTING
from tests.unit.live.console import Console

WITHIN_S = 20.0
STAFF = ("operator", "supervisor", "admin", "auditor")


@pytest.fixture(autouse=True)
def _a_quick_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done once a second is done twenty times."""
    monkeypatch.setattr("rescue.live.hub.HEARTBEAT_S", 0.05)
    monkeypatch.setattr("rescue.live.hub.MOMENT_S", 0.02)


class Line:
    """The other end of a socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.console = Console()
        self.frames: list[bytes] = []
        self._lines: deque[dict[str, Any]] = deque()

    async def say(self, **said: Any) -> None:
        """One message of the console."""
        await self.socket.send_str(json.dumps(said))

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of this type; the console takes in all before it, and that one too."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                said = await self._next()
                self.console.take(said)
                if said["type"] == kind:
                    return said

    async def frame(self) -> bytes:
        """The next binary frame."""
        async with asyncio.timeout(WITHIN_S):
            while not self.frames:
                await self._read()
        return self.frames.pop(0)

    async def closed(self) -> int | None:
        """The code it is closed with."""
        async with asyncio.timeout(WITHIN_S):
            while (await self.socket.receive()).type not in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}:
                pass
        return self.socket.close_code

    async def seen(self, seq: int) -> None:
        """The console has taken in everything up to this event."""
        async with asyncio.timeout(WITHIN_S):
            while self.console.seq < seq:
                self.console.take(await self._next())

    async def _next(self) -> dict[str, Any]:
        while not self._lines:
            await self._read()
        return self._lines.popleft()

    async def _read(self) -> None:
        message = await self.socket.receive()
        if message.type is aiohttp.WSMsgType.BINARY:
            self.frames.append(message.data)
        else:
            assert message.type is aiohttp.WSMsgType.TEXT, message
            self._lines.extend(json.loads(line) for line in message.data.splitlines())


@asynccontextmanager
async def calling(
    centre: Centre, who: str = "operator", headers: Mapping[str, str] | None = None
) -> AsyncIterator[Line]:
    """A socket that has not been spoken on yet."""
    sent = {"Authorization": f"Bearer {centre.tokens[who]}"} if who in centre.tokens else {}
    url = f"{centre.url}/api/v1/live"
    async with centre.browser.ws_connect(url, headers={**sent, **(headers or {})}, max_msg_size=0) as socket:
        yield Line(socket)


@asynccontextmanager
async def on_line(
    centre: Centre, who: str = "operator", *, epoch: str | None = None, seq: int | None = None
) -> AsyncIterator[Line]:
    """A console that has said where it left off."""
    async with calling(centre, who) as line:
        await line.hear("hello")
        await line.say(type="resume", epoch=epoch, seq=seq)
        yield line


async def fresh(centre: Centre, who: str = "operator") -> Console:
    """What a console that comes now is shown: a snapshot of now, for the one before is too old."""
    centre.clock.forward(SNAPSHOT_LASTS.total_seconds() + 1)
    async with on_line(centre, who) as line:
        await line.hear("wall_snapshot" if who == "wall" else "snapshot")
        return line.console


def hub_of(centre: Centre) -> Hub:
    return centre.context.live


# Coming in


async def test_a_console_is_greeted_and_on_its_first_visit_told_everything(centre: Centre) -> None:
    case = await centre.open_case("100001", caller={"name": "Wang", "phone": "13812345678"})
    async with calling(centre) as line:
        hello = await line.hear("hello")
        assert (hello["lane"], hello["role"], hello["name"]) == ("staff", "operator", "operator (token)")
        assert hello["now"] == "2026-03-02T04:00:00Z"
        await line.say(type="resume")
        reset = await line.hear("reset")
        assert (reset["reason"], reset["parts"], reset["seq"]) == ("first_visit", 1, hello["seq"])
        snapshot = await line.hear("snapshot")
    assert [one["id"] for one in snapshot["incidents"]] == [case["id"]]
    assert [one["crew_id"] for one in snapshot["crews"]] == ["a1", "a2", "a3", "b1", "b2", "b3"]
    assert snapshot["assignments"] == [case["assignment"]]


async def test_what_a_console_is_told_of_a_case_is_what_an_auditor_reads(centre: Centre) -> None:
    case = await centre.open_case("100001", caller={"name": "Wang", "phone": "13812345678"}, note="call 13812345678")
    read = (await centre.get("auditor", f"/incidents/{case['id']}")).body
    for who in STAFF:
        assert (await fresh(centre, who)).incidents == {case["id"]: read}


async def test_no_socket_carries_a_phone_number_and_the_walls_no_person(centre: Centre) -> None:
    async with on_line(centre) as staff, on_line(centre, "wall") as wall:
        told = [await staff.hear("snapshot"), await wall.hear("wall_snapshot")]
        await centre.open_case("100001", caller={"name": "Wang", "phone": "13812345678"}, note="ring 13812345678")
        told += [await staff.hear("event"), await wall.hear("wall_event")]
    said = json.dumps(told, ensure_ascii=False)
    assert "13812345678" not in said
    assert OFFICERS_PHONE not in said
    assert "13900001111" not in said
    on_the_wall = json.dumps(told[1::2], ensure_ascii=False)
    assert "花园路 100001 号" in on_the_wall
    for private in ("Wang", '"Li"', "crew a1", "operator (token)", "vulnerable", "claimed_by"):
        assert private not in on_the_wall


@pytest.mark.parametrize("who", ["nobody", "ankang", "sensors"])
async def test_nobody_but_the_rescue_centre_gets_a_socket(quiet: Centre, who: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with calling(quiet, who):
            pass
    assert refused.value.status == (401 if who == "nobody" else 403)


async def test_whoever_asks_for_the_socket_otherwise_is_told_how(quiet: Centre) -> None:
    answer = await quiet.get("operator", "/live")
    assert (answer.status, answer.headers["Upgrade"]) == (426, "websocket")


async def test_a_page_of_another_site_gets_no_socket_by_our_cookie(li: Centre) -> None:
    await li.post("nobody", "/session", {"username": "li", "password": PASSWORD})
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with calling(li, "nobody", headers):
                pass
        assert refused.value.status == 403
    async with calling(li, "nobody", {"Origin": li.url, "Sec-Fetch-Site": "same-origin"}) as line:
        assert (await line.hear("hello"))["name"] == "li"


# What happens


async def test_each_change_of_a_case_comes_as_an_event_with_its_history(centre: Centre) -> None:
    async with on_line(centre) as line:
        await line.hear("snapshot")
        case = await centre.open_case("100001")
        opened = await line.hear("event")
        assert opened["incidents"] == [(await centre.get("auditor", f"/incidents/{case['id']}")).body]
        assert [entry["what"] for entry in opened["entries"]][:2] == ["opened", "offered"]
        assert [crew["busy"] for crew in opened["crews"]] == ["offered for another case"]
        await centre.post("operator", f"/incidents/{case['id']}/claim")
        claimed = await line.hear("event")
        assert claimed["seq"] == opened["seq"] + 1
        assert claimed["incidents"][0]["claimed_by"] == "operator (token)"
        timeline = (await centre.get("auditor", f"/incidents/{case['id']}/timeline")).body["items"]
        assert [*opened["entries"], *claimed["entries"]] == timeline


async def test_a_case_that_ends_is_told_whole_and_leaves(centre: Centre) -> None:
    async with on_line(centre) as line:
        await line.hear("snapshot")
        case = await centre.released_case("100001")
        await centre.post("operator", f"/incidents/{case['id']}/confirm_release", {"people_released": 1})
        closed = await centre.post("operator", f"/incidents/{case['id']}/close", {"cause_code": "201"})
        assert closed.status == 200, closed.text
        await line.seen(hub_of(centre).ring.seq)
        assert line.console.incidents == {}
        assert line.console.assignments == {}
        last = line.console.last_event
    assert last["closed"] == [case["id"]]
    assert last["incidents"] == [(await centre.get("auditor", f"/incidents/{case['id']}")).body]


async def test_what_becomes_of_a_crew_beside_the_desk_is_told_too(centre: Centre) -> None:
    async with on_line(centre) as line:
        await line.hear("snapshot")
        await centre.ask("operator", "PATCH", "/api/v1/crews/b3", {"on_duty": True})
        event = await line.hear("event")
        assert [(crew["crew_id"], crew["on_duty"]) for crew in event["crews"]] == [("b3", True)]


async def test_who_is_connected_is_told_and_who_has_gone(li: Centre) -> None:
    await li.post("nobody", "/session", {"username": "li", "password": PASSWORD})
    async with on_line(li) as line:
        await line.hear("snapshot")
        async with on_line(li, "nobody"):
            came = await line.hear("event")
            assert came["operators"] == [
                {
                    "name": "li",
                    "role": "operator",
                    "since": "2026-03-02T04:00:00Z",
                    "consoles": 1,
                    "on_shift_since": None,
                }
            ]
        assert (await line.hear("event"))["operators"] == []


async def test_old_state_and_events_make_what_a_fresh_console_is_told(centre: Centre) -> None:
    async with on_line(centre) as line, on_line(centre, "wall") as wall:
        await line.hear("snapshot")
        await wall.hear("wall_snapshot")
        await centre.released_case("100001")
        case = await centre.open_case("100002")
        asked = case["assignment"]
        await centre.post("ankang", f"/assignments/{asked['id']}/decline", {"attempt": asked["attempt"]})
        await centre.report("100002", people=3)
        await centre.post("operator", f"/incidents/{case['id']}/note", {"note": "the lights are out"})
        for one in (line, wall):
            await one.seen(hub_of(centre).ring.seq)
        newest = await fresh(centre)
        assert len(line.console.incidents) == 2
        assert line.console == newest
        assert wall.console == await fresh(centre, "wall")


async def test_many_consoles_are_all_told_the_same(centre: Centre) -> None:
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(on_line(centre, who)) for who in STAFF * 10]
        for line in lines:
            await line.hear("snapshot")
        case = await centre.open_case("100001")
        await centre.post("operator", f"/incidents/{case['id']}/claim")
        for line in lines:
            await line.seen(hub_of(centre).ring.seq)
            assert line.console == lines[0].console
    assert lines[0].console.incidents[case["id"]]["claimed_by"] == "operator (token)"


async def test_what_fails_in_telling_never_reaches_the_desk(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Change:
        raise ZeroDivisionError

    async with on_line(centre) as line:
        await line.hear("snapshot")
        monkeypatch.setattr(Teller, "decided", fail)
        case = await centre.open_case("100001")
        assert (await line.hear("reset"))["reason"] == "other_epoch"
        await line.hear("snapshot")
        assert list(line.console.incidents) == [case["id"]]


# Coming back


async def test_whoever_comes_back_is_told_what_they_missed_and_nothing_else(centre: Centre) -> None:
    async with on_line(centre) as line:
        await line.hear("snapshot")
    left = line.console
    await centre.open_case("100001")
    await centre.open_case("100002")
    async with on_line(centre, epoch=left.epoch, seq=left.seq) as line:
        replay = await line.hear("replay")
        assert (replay["from_seq"], replay["to_seq"]) == (left.seq + 1, hub_of(centre).ring.seq)
        line.console = left
        await line.seen(replay["to_seq"])
    assert left == await fresh(centre)


async def test_whoever_missed_nothing_is_told_nothing(centre: Centre) -> None:
    async with on_line(centre) as line:
        await line.hear("snapshot")
    async with on_line(centre, epoch=line.console.epoch, seq=line.console.seq) as again:
        replay = await again.hear("replay")
        assert replay["from_seq"] == replay["to_seq"] + 1


async def test_whoever_was_away_for_too_long_begins_anew(centre: Centre) -> None:
    hub = hub_of(centre)
    case = await centre.open_case("100001")
    incident = centre.context.desk.board.incidents[IncidentId(case["id"])]
    while hub.ring.can_resume(0):
        hub.committed(much_news(incident))
    async with on_line(centre, epoch=hub.epoch, seq=0) as line:
        assert (await line.hear("reset"))["reason"] == "too_far_behind"
        await line.hear("snapshot")
        assert list(line.console.incidents) == [case["id"]]


@pytest.mark.parametrize(("epoch", "seq"), [("another", 0), (None, 10**9), ("another", 10**9)])
async def test_whoever_was_told_by_another_start_of_the_service_begins_anew(
    centre: Centre, epoch: str | None, seq: int
) -> None:
    case = await centre.open_case("100001")
    async with on_line(centre, epoch=epoch or hub_of(centre).epoch, seq=seq) as line:
        assert (await line.hear("reset"))["reason"] == "other_epoch"
        await line.hear("snapshot")
        assert list(line.console.incidents) == [case["id"]]


async def test_when_the_board_is_read_anew_everybody_is_told_everything_anew(centre: Centre) -> None:
    case = await centre.open_case("100001")
    desk = centre.context.desk
    async with on_line(centre) as line:
        await line.hear("snapshot")
        desk._decider.begin(await centre.store.read_board())  # type: ignore[attr-defined]
        reset = await line.hear("reset")
        assert (reset["reason"], reset["seq"]) == ("other_epoch", 0)
        await line.hear("snapshot")
        assert list(line.console.incidents) == [case["id"]]
        await centre.post("operator", f"/incidents/{case['id']}/claim")
        assert (await line.hear("event"))["seq"] == 1


# The heartbeat and the end


async def test_the_heart_beats_each_second_and_says_how_far_things_are(centre: Centre) -> None:
    async with on_line(centre) as line:
        first = await line.hear("heartbeat")
        await centre.open_case("100001")
        assert (first["trouble"], first["now"]) == ("", "2026-03-02T04:00:00Z")
        while (later := await line.hear("heartbeat"))["seq"] == first["seq"]:
            pass
        assert later["seq"] == first["seq"] + 1


async def test_a_session_that_ends_takes_its_sockets_with_it_and_no_others(li: Centre) -> None:
    await li.post("nobody", "/session", {"username": "li", "password": PASSWORD})
    async with on_line(li, "nobody") as mine, on_line(li) as others:
        await mine.hear("snapshot")
        await others.hear("snapshot")
        await li.context.accounts.change_role("li", Role.AUDITOR, NOON)
        await li.context.visits.ask_again()
        assert (await mine.hear("error"))["code"] == Close.SESSION_OVER
        assert await mine.closed() == Close.SESSION_OVER
        await others.hear("heartbeat")


@pytest.mark.parametrize(
    "said",
    ["", "{", '"resume"', '{"type":"hello"}', '{"type":"telemetry","on":true}', '{"type":"resume","seq":-1}', "null"],
)
async def test_a_console_that_is_not_understood_is_told_so(quiet: Centre, said: str) -> None:
    async with calling(quiet) as line:
        await line.hear("hello")
        await line.socket.send_str(said)
        assert (await line.hear("error"))["code"] == Close.NOT_UNDERSTOOD
        assert await line.closed() == Close.NOT_UNDERSTOOD


async def test_neither_bytes_nor_a_second_resume_are_understood(quiet: Centre) -> None:
    for said in (b"\x01", b'{"type":"resume"}'):
        async with on_line(quiet) as line:
            await line.hear("snapshot")
            await (line.socket.send_bytes(said) if said == b"\x01" else line.socket.send_str(said.decode()))
            assert await line.closed() == Close.NOT_UNDERSTOOD


async def test_whoever_never_says_resume_is_not_waited_for(quiet: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rescue.live.conversation.RESUME_WITHIN_S", 0.01)
    async with calling(quiet) as line:
        assert await line.closed() == Close.SILENT


async def test_whoever_takes_nothing_is_cut_off_and_nobody_waits_for_them(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rescue.live.conversation.SEND_WITHIN_S", 0.3)
    hub, case = hub_of(centre), await centre.open_case("100001")
    async with on_line(centre) as other, stuck(centre) as writer:
        await other.hear("snapshot")
        assert len(hub) == 2
        told = hub.counts.happened
        while not hub.counts.cut_off:
            hub.committed(much_news(centre.context.desk.board.incidents[IncidentId(case["id"])]))
            await other.seen(hub.ring.seq)
        assert hub.counts.happened > told + 1
        while len(hub) > 1:
            await other.hear("heartbeat")
        assert not writer.is_closing()
        assert hub.figures()["rescue_live_cut_off_total"] == 1


@asynccontextmanager
async def stuck(centre: Centre) -> AsyncIterator[asyncio.StreamWriter]:
    """A console that has said where it left off, and then reads no more."""
    host, port = centre.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    head = (
        f"GET /api/v1/live HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Authorization: Bearer {centre.tokens['operator']}\r\n\r\n"
    )
    said = b'{"type":"resume"}'
    no_mask = bytes(4)
    writer.write(head.encode() + bytes([0x81, 0x80 | len(said)]) + no_mask + said)
    await reader.readuntil(b"Upgrade")
    async with asyncio.timeout(WITHIN_S):
        while len(hub_of(centre)) < 2:  # noqa: ASYNC110 - the other side says nothing that we would read
            await asyncio.sleep(0.01)
    try:
        yield writer
    finally:
        writer.transport.abort()


def much_news(incident: Incident) -> Decision:
    """A decision about two hundred cases."""
    cases = [replace(incident, incident_id=IncidentId(f"many {number}")) for number in range(200)]
    return Decision(outcome=Outcome(verdict=Verdict.DONE), incidents={one.incident_id: one for one in cases})


async def test_when_the_service_stops_every_socket_is_closed_at_once(centre: Centre) -> None:
    async with on_line(centre) as line, calling(centre, "wall") as silent:
        await line.hear("snapshot")
        await silent.hear("hello")
        await hub_of(centre).close()
        assert [await line.closed(), await silent.closed()] == [1001, 1001]


# The lifts


async def test_the_list_of_lifts_gives_each_its_place_and_is_sent_once(quiet: Centre) -> None:
    answer = await quiet.get("wall", "/live/lifts")
    lifts = answer.body
    assert lifts["lift_id"] == ["L1", "L2", "L3", "L4", "L5"]
    assert lifts["rescue_code"][2] == "100003"
    assert lifts["areas"][lifts["area"][2]] == "410103"
    assert lifts["companies"][lifts["company"][3]] == "beihai"
    assert OFFICERS_PHONE not in answer.text
    again = await quiet.ask("wall", "GET", "/api/v1/live/lifts", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.text) == (304, "")


async def test_a_lift_that_is_imported_is_put_at_the_end_and_the_heartbeat_says_so(centre: Centre) -> None:
    first = (await centre.get("wall", "/live/lifts")).body
    await centre.store.put_lifts([lift("A0", "100009", None)])
    hub_of(centre).directory.outdate()
    assert hub_of(centre).directory.newest.version == first["version"]
    async with on_line(centre) as line:
        await line.say(type="telemetry", on=True)
        while (beat := await line.hear("heartbeat"))["lifts_version"] == first["version"]:
            pass
    second = (await centre.get("wall", "/live/lifts")).body
    assert second["version"] == beat["lifts_version"]
    assert second["lift_id"] == [*first["lift_id"], "A0"]
    assert (second["companies"][second["company"][5]], second["gone"]) == ("", [])


async def test_lifts_are_told_only_to_whoever_asks(centre: Centre) -> None:
    fleet = hub_of(centre)._fleet
    async with on_line(centre) as line, on_line(centre) as other:
        await line.hear("snapshot")
        await line.say(type="telemetry", on=True)
        fleet.observe(JINSHUI, LiftId("L2"), RESTING, NOON.timestamp())
        places: set[int] = set()
        while 1 not in places:
            places |= set(memoryview((await line.frame())[32:]).cast("I")[::3])
        await other.hear("heartbeat")
        assert other.frames == []
