"""The socket of the consoles and the wall, and the list of lifts that it speaks of.

Decides who may open a socket and how it is closed; what is said on it is `rescue.live`'s.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import cast

from aiohttp import WSMsgType, web

from rescue.accounts import Role
from rescue.api.access import Access, demand_own_page, find_principal
from rescue.api.problems import Problem, Unavailable
from rescue.api.table import API, JSON, AnyRoute, Call, Nothing, row
from rescue.live.conversation import Parting, converse, farewell
from rescue.live.messages import LiftDirectoryView
from rescue.live.presence import Guest

CENTRE_ONLY = Access(roles=frozenset(Role))
LONGEST_MESSAGE = 4 * 1024
ASKED_EVERY_S = 20.0
"""A ping, whose answer is waited for half as long: who has gone without a word is found out."""
CLOSE_WITHIN_S = 1.0


class Socket:
    """A WebSocket as the conversation uses it."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def send_text(self, said: bytes) -> None:
        """One text frame, as it is: it was worded once for everybody."""
        await self._socket.send_frame(said, WSMsgType.TEXT)

    async def send_binary(self, frame: bytes) -> None:
        """One binary frame."""
        await self._socket.send_frame(frame, WSMsgType.BINARY)

    async def receive(self) -> str:
        """The next text frame, "" for a binary one. Raises ConnectionError when the other side has gone."""
        message = await self._socket.receive()
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            return message.data if message.type is WSMsgType.TEXT else ""
        raise ConnectionResetError("the other side has gone")


async def open_socket(call: Call[Nothing, Nothing]) -> web.Response:
    """What happens, as it happens, by WebSocket; docs/live.md tells what is said."""
    request, hub = call.request, call.context.live
    socket = web.WebSocketResponse(
        heartbeat=ASKED_EVERY_S, timeout=CLOSE_WITHIN_S, compress=False, max_msg_size=LONGEST_MESSAGE
    )
    if not socket.can_prepare(request).ok:
        raise Problem("ask for a WebSocket", status=HTTPStatus.UPGRADE_REQUIRED, headers={"Upgrade": "websocket"})
    if "Authorization" not in request.headers:
        demand_own_page(request, call.context)
    if not hub.is_open:
        raise Unavailable("this instance is not the desk now")
    guest = Guest(principal=call.principal, role=call.principal.role or Role.WALL, since=call.now)
    with call.context.visits.enter(call.principal, lambda now: find_principal(request, call.context, now)) as visit:
        await socket.prepare(request)
        try:
            await converse(hub, Socket(socket), guest, visit.ended)
        except Parting as parting:
            await _part(request, socket, parting)
        except ConnectionError:
            pass  # They have gone: there is nobody to say anything to.
    # All that the server does with it now is to see that it is over.
    return cast("web.Response", socket)


async def _part(request: web.Request, socket: web.WebSocketResponse, parting: Parting) -> None:
    """Say why, and close; who does not even take that is dropped."""
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(2 * CLOSE_WITHIN_S):
            if last_words := farewell(parting):
                await socket.send_frame(last_words, WSMsgType.TEXT)
            await socket.close(code=parting.code, message=parting.reason.encode())
            return
    if request.transport is not None:
        request.transport.abort()


async def list_live_lifts(call: Call[Nothing, Nothing]) -> web.Response:
    """The lifts of the telemetry, each at its place, packed; ask again with `If-None-Match`."""
    packed = await call.context.live.directory.current()
    tag = f'"{packed.version}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if call.request.headers.get("If-None-Match") == tag:
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return web.Response(body=packed.body, content_type=JSON, headers={**headers, "Content-Encoding": "gzip"})


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/live", open_socket, access=CENTRE_ONLY, answers={101: None}),
    row(
        "GET",
        f"{API}/live/lifts",
        list_live_lifts,
        access=CENTRE_ONLY,
        answers={200: LiftDirectoryView, 304: None},
    ),
)
