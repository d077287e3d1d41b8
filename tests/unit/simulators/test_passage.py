"""The network between two programs, which chaos holds up and cuts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from simulators.chaos.passage import HOST, Passage

WITHIN_S = 5.0
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def echo(prefix: bytes) -> AsyncIterator[tuple[str, int]]:
    """A server that repeats each line."""

    answering: set[asyncio.Task[None]] = set()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.create_task(repeat_lines(prefix, reader, writer)))

    server = await asyncio.start_server(take, HOST, 0)
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()
        await asyncio.gather(*answering)


async def repeat_lines(prefix: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while line := await reader.readline():
            writer.write(prefix + line)
            await writer.drain()
    await close((reader, writer))


async def ask(ends: Ends) -> bytes:
    ends[1].write(b"hello\n")
    async with asyncio.timeout(WITHIN_S):
        return await ends[0].readline()


async def close(ends: Ends) -> None:
    ends[1].close()
    with suppress(ConnectionError):
        await ends[1].wait_closed()


async def connect(passage: Passage) -> Ends:
    return await asyncio.open_connection(HOST, passage.port)


async def test_an_open_passage_carries_both_ways() -> None:
    async with echo(b"1 ") as there, Passage(there) as passage:
        ends = await connect(passage)
        assert await ask(ends) == b"1 hello\n"
        await close(ends)


async def test_while_it_is_held_nothing_comes_and_no_connection_breaks() -> None:
    async with echo(b"1 ") as there, Passage(there) as passage:
        ends = await connect(passage)
        await ask(ends)
        passage.hold()
        waiting = asyncio.create_task(ask(ends))
        done, _ = await asyncio.wait({waiting}, timeout=0.1)
        assert not done
        passage.let_flow()
        assert await waiting == b"1 hello\n"
        await close(ends)


async def test_a_cut_breaks_what_stands_and_refuses_what_comes_until_it_is_mended() -> None:
    async with echo(b"1 ") as there, Passage(there) as passage:
        reader, writer = await connect(passage)
        await ask((reader, writer))
        passage.cut()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        with pytest.raises(ConnectionRefusedError):
            await connect(passage)
        await close((reader, writer))
        await passage.mend()
        ends = await connect(passage)
        assert await ask(ends) == b"1 hello\n"
        await close(ends)


async def test_who_stands_at_its_end_may_move() -> None:
    async with echo(b"1 ") as there, echo(b"2 ") as elsewhere, Passage(there) as passage:
        first = await connect(passage)
        await ask(first)
        passage.target = elsewhere
        second = await connect(passage)
        assert await ask(second) == b"2 hello\n"
        assert await ask(first) == b"1 hello\n"
        await close(first)
        await close(second)


async def test_a_connection_to_nobody_breaks() -> None:
    async with echo(b"") as there:
        pass
    async with Passage(there) as passage:
        reader, writer = await connect(passage)
        async with asyncio.timeout(WITHIN_S):
            assert await reader.read() == b""
        await close((reader, writer))
