"""One client and we: hello, resume, then whatever it has not been told yet, the most urgent first, at its own pace.

A client is a place in what the hub keeps, and has no queue: events first, in order and each of them; then the
heartbeat, only the newest; then the lifts, as they are by then. Who falls behind what is kept, or takes nothing for
10 s, is cut off and may come again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from pydantic import ValidationError

from rescue.live.hub import Hub
from rescue.live.messages import (
    Close,
    ConsoleMessage,
    Failure,
    Replay,
    Reset,
    ResetReason,
    Resume,
    WatchLifts,
)
from rescue.live.presence import Guest
from rescue.live.snapshots import SharedSnapshot
from rescue.live.wording import line

RESUME_WITHIN_S = 10.0
SEND_WITHIN_S = 10.0


class Wire(Protocol):
    """The socket. Every method may raise ConnectionError: the other side has gone."""

    async def send_text(self, said: bytes) -> None:
        """One text frame."""
        ...

    async def send_binary(self, frame: bytes) -> None:
        """One binary frame."""
        ...

    async def receive(self) -> str:
        """The next text frame; "" for one of another kind."""
        ...


GOING_AWAY = 1001
"""WebSocket's own word for it."""


class Parting(Exception):
    """We end the conversation: by which code, and why in a sentence."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def converse(hub: Hub, wire: Wire, guest: Guest, ended: asyncio.Event) -> None:
    """Until one side ends it; `ended` is set when the guest may no longer be here.

    Raises Parting if it is us, ConnectionError if the other side has gone.
    """
    client = Client(hub, wire, guest)
    await _first_of(client.greet(), _until_over(ended), _until_closing(hub.closing))
    with hub.entered(client):
        works = (client.speak(), client.listen(), client.fall_behind())
        await _first_of(*works, _until_over(ended), _until_closing(hub.closing))


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """All of these until one of them ends, as it ends."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_over(ended: asyncio.Event) -> None:
    await ended.wait()
    raise Parting(Close.SESSION_OVER, "the session is over: log in again")


async def _until_closing(closing: asyncio.Event) -> None:
    await closing.wait()
    raise Parting(GOING_AWAY, "the service stops")


class Client:
    """How far one client has been told."""

    def __init__(self, hub: Hub, wire: Wire, guest: Guest) -> None:
        self.hub = hub
        self.guest = guest
        self.watches = False
        self._loop = asyncio.get_running_loop()
        self._wire = wire
        self._woken = asyncio.Event()
        self._resume = Resume()
        self._is_stuck = asyncio.Event()
        self._sends_since: float | None = None
        """When it was given what it has not taken yet, by the event loop's clock; None for nothing."""
        self._epoch = ""
        self._seq = 0
        self._beat = hub.beat
        self._moment: int | None = None
        """Of the lifts, told last; None for none."""
        self._frames: deque[bytes] = deque()

    def wake(self) -> None:
        """There is something to be told."""
        self._woken.set()

    async def greet(self) -> None:
        """Say hello, and hear where they left off."""
        await self._say(self.hub.hello(self.guest))
        try:
            async with asyncio.timeout(RESUME_WITHIN_S):
                said = await self._hear()
        except TimeoutError:
            raise Parting(Close.SILENT, f"no resume within {RESUME_WITHIN_S:g} s") from None
        if not isinstance(said, Resume):
            raise Parting(Close.NOT_UNDERSTOOD, "say resume first")
        self._resume = said

    async def speak(self) -> None:
        """Tell what there is to be told, for ever: first whatever they have missed."""
        await self._go_on_from(self._resume)
        while True:
            while await self._say_next():
                pass
            await self._woken.wait()
            self._woken.clear()

    async def listen(self) -> None:
        """Do what they ask, for ever."""
        while True:
            match await self._hear():
                case WatchLifts(on=on):
                    self._watch(on)
                case Resume():
                    raise Parting(Close.NOT_UNDERSTOOD, "resume is said once")

    def look(self, now: float) -> None:
        """Whoever takes nothing for so long is not waited for; `now` is the event loop's."""
        if self._sends_since is not None and now - self._sends_since > SEND_WITHIN_S:
            self._is_stuck.set()

    async def fall_behind(self) -> None:
        """Returns never. Raises Parting when they are found to take nothing."""
        await self._is_stuck.wait()
        raise self._too_slow()

    # What is said

    async def _go_on_from(self, said: Resume) -> None:
        ring = self.hub.ring
        if said.epoch is None or said.seq is None:
            await self._tell_anew(ResetReason.FIRST_VISIT)
        elif said.epoch != self.hub.epoch or said.seq > ring.seq:
            await self._tell_anew(ResetReason.OTHER_EPOCH)
        elif not ring.can_resume(said.seq):
            await self._tell_anew(ResetReason.TOO_FAR_BEHIND)
        else:
            self._epoch, self._seq = said.epoch, said.seq
            await self._say(line(Replay(from_seq=said.seq + 1, to_seq=ring.seq)))

    async def _tell_anew(self, reason: ResetReason) -> None:
        self._epoch = self.hub.epoch
        snapshot = self.hub.snapshot(self.guest.lane)
        self._seq = snapshot.seq
        reset = Reset(epoch=self._epoch, seq=snapshot.seq, reason=reason, parts=snapshot.parts)
        await self._say(line(reset))
        await self._send_parts(snapshot)

    async def _send_parts(self, snapshot: SharedSnapshot) -> None:
        for number in range(snapshot.parts):
            await self._say(snapshot.part(number))
            await asyncio.sleep(0)

    async def _say_next(self) -> bool:
        """The most urgent of what they have not been told; False if that is nothing."""
        hub = self.hub
        if self._epoch != hub.epoch:
            await self._tell_anew(ResetReason.OTHER_EPOCH)
        elif self._seq < hub.ring.seq:
            await self._tell_events()
        elif self._beat != hub.beat:
            self._beat = hub.beat
            await self._say(hub.beat_line)
        elif self.watches and (frame := self._next_frame()):
            hub.counts.frames += 1
            await self._send(frame, self._wire.send_binary)
        else:
            return False
        return True

    async def _tell_events(self) -> None:
        ring = self.hub.ring
        if not ring.can_resume(self._seq):
            raise self._too_slow()
        lines, last = ring.after(self.guest.lane, self._seq)
        self.hub.counts.sent += last - self._seq
        self._seq = last
        await self._say(lines)

    def _next_frame(self) -> bytes | None:
        marks = self.hub.marks
        if not self._frames and self._moment != marks.moment:
            if self._moment is not None:
                self.hub.counts.moments_skipped += marks.moment - self._moment - 1
            self._frames.extend(marks.frames_since(self._moment))
            self._moment = marks.moment
        return self._frames.popleft() if self._frames else None

    async def _say(self, said: bytes) -> None:
        await self._send(said, self._wire.send_text)

    async def _send(self, said: bytes, send: Callable[[bytes], Awaitable[None]]) -> None:
        # A timeout of its own for each of four hundred frames a second would cost more than the frames.
        self._sends_since = self._loop.time()
        await send(said)
        self._sends_since = None

    def _too_slow(self) -> Parting:
        self.hub.counts.cut_off += 1
        return Parting(Close.TOO_SLOW, "too slow: connect again and resume")

    # What is heard

    def _watch(self, on: bool) -> None:
        self.watches, self._moment = on, None
        self._frames.clear()
        self.wake()

    async def _hear(self) -> Resume | WatchLifts:
        """The next message. Raises Parting for what is none."""
        try:
            return ConsoleMessage.model_validate_json(await self._wire.receive()).root
        except ValidationError:
            raise Parting(Close.NOT_UNDERSTOOD, "this message is not understood") from None


def farewell(parting: Parting) -> bytes | None:
    """The last words before we close, None where the code says all."""
    return line(Failure(code=Close(parting.code), detail=parting.reason)) if parting.code in list(Close) else None
