"""Streams between two clients of a real proxy."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from networkwebsockets import (
    Connect,
    Dial,
    DialRefused,
    Message,
    NetworkWebSocket,
    PeerGone,
    Stream,
    StreamClosed,
    StreamError,
    StreamLimit,
    connect,
)
from networkwebsockets.streams.credit import WINDOW_MAX
from networkwebsockets.streams.table import DIALS_MAX, STREAMS_PER_PEER
from proxy import next_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Pair(NamedTuple):
    one: NetworkWebSocket
    other: NetworkWebSocket


@asynccontextmanager
async def pair(endpoint: str) -> AsyncIterator[Pair]:
    async with (
        connect("chan", endpoint=endpoint) as one,
        connect("chan", endpoint=endpoint) as other,
    ):
        await next_of(aiter(one), Connect)
        yield Pair(one, other)


async def opened(ends: Pair, protocols: str | list[str] = "", accepted: str = "") -> list[Stream]:
    """A stream: the end that has dialled, and the one that has accepted."""
    dialling = asyncio.create_task(ends.one.peers[0].dial(protocols or []))
    dial = await anext(ends.other.dials())
    stream = dial.accept(accepted)
    return [await dialling, stream]


async def test_messages_go_both_ways(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        one, other = await opened(ends, ["a", "b"], "b")
        assert (one.subprotocol, other.subprotocol) == ("b", "b")
        assert (one.peer.id, other.peer.id) == (ends.other.id, ends.one.id)
        messages: list[str | bytes] = ["", "x", "é😀\u0001" * 100_000, b"", b"\x00" * 3_000_000]
        for sender, reader in ((one, other), (other, one)):
            for message in messages:
                sending = asyncio.create_task(sender.send(message))
                assert await reader.recv() == message
                await sending


async def test_closing(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        one, other = await opened(ends)
        await one.send("last words")
        closing = asyncio.create_task(one.close(4001, "done"))
        assert await other.recv() == "last words"
        with pytest.raises(StreamClosed, match="4001 done"):
            await other.recv()
        await closing
        for end in (one, other):
            assert (end.close_code, end.close_reason) == (4001, "done")
            with pytest.raises(StreamClosed):
                await end.send("x")


async def test_iterating_ends_with_1000_and_raises_otherwise(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        one, other = await opened(ends)
        await one.send("a")
        await one.close()
        assert [message async for message in other] == ["a"]
        one, other = await opened(ends)
        await one.close(3000)
        with pytest.raises(StreamClosed, match="3000"):
            assert [message async for message in other] == []


async def test_a_slow_reader_holds_back_its_sender_and_nobody_else(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        slow, reading = await opened(ends), await opened(ends)
        flood = asyncio.create_task(flood_of(slow[0]))
        for number in range(50):
            await reading[0].send(str(number))
            assert await reading[1].recv() == str(number)
        await ends.one.send("to all")
        assert (await next_of(aiter(ends.other), Message)).data == "to all"
        assert not flood.done()
        assert sum(len(message) for message, _ in slow[1]._inbox) <= WINDOW_MAX
        for number in range(300):
            assert await slow[1].recv() == f"{number}".ljust(10_000)
        await flood


async def flood_of(stream: Stream) -> None:
    for number in range(300):
        await stream.send(f"{number}".ljust(10_000))


async def test_a_send_that_is_cancelled_in_the_middle_closes_the_stream(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        one, other = await opened(ends)
        filling = asyncio.create_task(one.send(b"x" * 60_000))
        await filling
        sending = asyncio.create_task(one.send(b"y" * 1_000_000))
        while not one._sending.locked():
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.wait([sending])
        await one.wait_closed()
        assert one.close_code == 1011
        assert await other.recv() == b"x" * 60_000
        with pytest.raises(StreamClosed, match="1011 a message was not sent to its end"):
            await other.recv()


async def test_refusals(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        dials = ends.other.dials()
        peer = ends.one.peers[0]
        dialling = asyncio.create_task(peer.dial())
        dial = await anext(dials)
        dial.reject(4000, "busy")
        with pytest.raises(DialRefused, match="4000 busy"):
            await dialling
        with pytest.raises(StreamError, match="over"):
            dial.accept()
        dialling = asyncio.create_task(peer.dial("a"))
        dial = await anext(dials)
        with pytest.raises(ValueError, match="'b' was not offered"):
            dial.accept("b")
        del dial
        gc.collect()
        with pytest.raises(DialRefused) as refused:
            await dialling
        assert refused.value.code == 1006
        for bad in ("a b", ["a", "a"], [""]):
            with pytest.raises(ValueError, match="no names of subprotocols"):
                await peer.dial(bad)


async def test_a_dial_is_an_event_where_nobody_asks_for_dials(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        dialling = asyncio.create_task(ends.one.peers[0].dial("echo"))
        dial: Dial = await next_of(aiter(ends.other), Dial)
        assert (dial.peer.id, dial.protocols) == (ends.one.id, ("echo",))
        async with dial.accept("echo") as stream:
            await stream.send("hello")
        assert await (await dialling).recv() == "hello"


async def test_a_dial_that_came_before_dials_was_called(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        dialling = asyncio.create_task(ends.one.peers[0].dial())
        await ends.one.send("behind the dial")
        message = None
        while message is None:
            event = await anext(aiter(ends.other))
            if isinstance(event, Dial):
                ends.other._inbox.put(event)
            message = event if isinstance(event, Message) else None
        (await anext(ends.other.dials())).accept()
        await dialling


async def test_limits(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        dials = ends.other.dials()
        peer = ends.one.peers[0]
        waiting = [asyncio.create_task(peer.dial()) for _ in range(DIALS_MAX)]
        offered = [await anext(dials) for _ in range(DIALS_MAX)]
        with pytest.raises(StreamLimit, match="too many"):
            await peer.dial()
        accepted = [dial.accept() for dial in offered]
        await asyncio.gather(*waiting)
        while len(accepted) < STREAMS_PER_PEER:
            accepted += (await opened(ends))[1:]
        with pytest.raises(StreamLimit):
            await peer.dial()
        await accepted[0].close()
        await opened(ends)


async def test_a_dial_that_is_given_up(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        dialling = asyncio.create_task(ends.one.peers[0].dial())
        dial = await anext(ends.other.dials())
        dialling.cancel()
        await asyncio.wait([dialling])
        while True:
            try:
                await dial.accept().wait_closed()
            except StreamError:
                break
        assert len(ends.one._streams._table) == 0


async def test_a_peer_that_leaves(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        one, _ = await opened(ends)
        dialling = asyncio.create_task(ends.one.peers[0].dial())
        await anext(ends.other.dials())
        peer = ends.one.peers[0]
        await ends.other.close()
        with pytest.raises(StreamClosed, match="1006 the peer has left"):
            await one.recv()
        with pytest.raises((PeerGone, DialRefused)):
            await dialling
        with pytest.raises(PeerGone):
            await peer.dial()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"event": "credit", "credit": 0}, 1008),
        ({"event": "credit", "credit": "much"}, 1008),
        ({"event": "data", "text": 7}, 1008),
        ({"event": "data"}, 1008),
    ],
)
async def test_a_peer_that_breaks_the_rules(
    endpoint: str, frame: dict[str, object], code: int
) -> None:
    async with pair(endpoint) as ends:
        one, other = await opened(ends)
        ends.one._streams._tell(one._end, frame)
        await other.wait_closed()
        assert other.close_code == code
        await one.wait_closed()
        assert one.close_code == code


async def test_more_than_credit_allows(endpoint: str) -> None:
    async with pair(endpoint) as ends:
        one, other = await opened(ends)
        one._end.outgoing._credit = 1 << 30
        sending = asyncio.create_task(one.send(b"x" * 2_000_000))
        await other.wait_closed()
        await one.wait_closed()
        await asyncio.wait([sending])
        assert (one.close_code, other.close_code) == (1008, 1008)
