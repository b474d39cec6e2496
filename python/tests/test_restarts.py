"""A proxy that is killed and comes back: every gap is seen, and nothing is lost without one."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from networkwebsockets import (
    Connect,
    ConnectionLost,
    Disconnect,
    Message,
    NetworkWebSocket,
    NotConnected,
    Open,
    PeerGone,
    Reconnect,
    Reconnecting,
    TooMuchQueued,
    connect,
)
from proxy import Proxy, Relay, next_of

if TYPE_CHECKING:
    from pathlib import Path

    from networkwebsockets import Event

RESTARTS = 20
SOON = Reconnect(max_delay=0.2)


async def speak(ws: NetworkWebSocket) -> None:
    """Counts for ever, and says when a number was not taken."""
    number = 0
    while True:
        try:
            if ws.peers:
                await ws.send(str(number))
                number += 1
            await asyncio.sleep(0)
        except NotConnected:
            await asyncio.sleep(0)


async def listen(ws: NetworkWebSocket, seen: list[Event], heard: asyncio.Event) -> None:
    async for event in ws:
        seen.append(event)
        if isinstance(event, Message):
            heard.set()
        elif isinstance(event, Open):
            heard.clear()


async def test_every_gap_is_seen(proxy: Proxy) -> None:
    seen: list[Event] = []
    heard = asyncio.Event()
    endpoint = proxy.endpoint
    async with (
        connect("chan", endpoint=endpoint, reconnect=SOON) as listener,
        connect("chan", endpoint=endpoint, reconnect=SOON) as speaker,
    ):
        tasks = [asyncio.create_task(listen(listener, seen, heard))]
        tasks.append(asyncio.create_task(speak(speaker)))
        for _ in range(RESTARTS):
            await heard.wait()
            await proxy.kill()
            heard.clear()
            await proxy.start()
        await heard.wait()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    check_gaps(seen)


def check_gaps(seen: list[Event]) -> None:
    """Numbers go up by one, except across a gap; and a gap has all its events in order."""
    last, ids, has_gap = -1, [], True
    present: set[str] = set()
    for event in seen:
        match event:
            case Open(id):
                assert not present
                ids.append(id)
            case Connect(peer):
                present.add(peer.id)
            case Disconnect(peer):
                present.remove(peer.id)
                has_gap = True
            case Reconnecting(attempt, delay, code):
                assert (attempt >= 1, 0 <= delay <= 0.2, code) == (True, True, 1006)
                assert not present
            case Message(sender, data):
                assert sender.id in present
                number = int(data)
                assert number > last, "no message comes twice"
                assert has_gap or number == last + 1, "no message is lost without a gap"
                last, has_gap = number, False
            case _:
                pass
    assert len(set(ids)) == len(ids) == RESTARTS + 1
    firsts = [event for event in seen if isinstance(event, Reconnecting) and event.code == 1006]
    assert len(firsts) >= RESTARTS
    # `cargo xtask bench clients` reads it.
    sys.stdout.write(f"gaps seen: {len(ids) - 1}\n")


async def test_without_reconnecting_the_loss_is_raised(proxy: Proxy) -> None:
    async with connect("chan", endpoint=proxy.endpoint, reconnect=False) as ws:
        await proxy.kill()
        with pytest.raises(ConnectionLost) as raised:
            async for _ in ws:
                pass
        assert (raised.value.code, ws.close_code) == (1006, 1006)
        with pytest.raises(NotConnected):
            await ws.send("x")


async def test_streams_end_with_the_connection(proxy: Proxy) -> None:
    endpoint = proxy.endpoint
    async with (
        connect("chan", endpoint=endpoint, reconnect=SOON) as one,
        connect("chan", endpoint=endpoint, reconnect=SOON) as other,
    ):
        dials = other.dials()
        dialling = asyncio.create_task(one.peers[0].dial())
        accepted = (await anext(dials)).accept()
        stream = await dialling
        unanswered = asyncio.create_task(one.peers[0].dial())
        dial = await anext(dials)
        assert not dial.protocols
        await proxy.kill()
        await stream.wait_closed()
        await accepted.wait_closed()
        assert (stream.close_code, accepted.close_code) == (1006, 1006)
        with pytest.raises(PeerGone):
            await unanswered


async def test_closing_in_a_gap(proxy: Proxy) -> None:
    async with connect("chan", endpoint=proxy.endpoint, reconnect=Reconnect(60)) as ws:
        await proxy.kill()
        events = aiter(ws)
        gap = await next_of(events, Reconnecting)
        assert isinstance(gap.error, ConnectionLost)
        await ws.close()
        assert [event async for event in events] == []


async def test_a_gap_may_keep_broadcasts_for_the_next_connection(
    program: str, tmp_path: Path
) -> None:
    near, far = tmp_path / "near", tmp_path / "far"
    relay = Relay(near, far)
    await relay.start()
    async with (
        Proxy(program, "--unix", str(far)) as proxy,
        connect("chan", endpoint=proxy.endpoint) as listener,
        connect("chan", unix=near, reconnect=SOON, queue_in_gaps=10) as ws,
    ):
        heard, events = aiter(listener), aiter(ws)
        await relay.stop()
        await next_of(events, Reconnecting)
        for text in ("one", "two"):
            await ws.send(text)
        with pytest.raises(TooMuchQueued):
            await ws.send("three")
        await ws.send(b"four")
        await relay.start()
        await next_of(events, Open)
        await ws.send("five")
        texts = [(await next_of(heard, Message)).data for _ in range(4)]
        assert texts == ["one", "two", b"four", "five"]
        await relay.stop()
        await next_of(events, Reconnecting)
        await ws.send("10 characters"[:10])
        with pytest.raises(TooMuchQueued):
            await ws.send("x")
        await ws.close()
        with pytest.raises(NotConnected):
            await ws.send("")
