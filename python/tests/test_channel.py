"""Channels: the roster, messages to all and to one, and programs that know only the wire."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
import websockets

from networkwebsockets import (
    Connect,
    Disconnect,
    Fault,
    Json,
    Message,
    MessageTooBig,
    NotConnected,
    Open,
    Peer,
    PeerGone,
    SlowReader,
    StreamsNotSupported,
    Sync,
    connect,
)
from networkwebsockets.inbox import BYTES_MAX
from proxy import Proxy, next_of

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_roster_is_complete_when_the_channel_is_open(endpoint: str) -> None:
    async with connect("chan", endpoint=endpoint) as first:
        assert list(first.peers) == []
        async with connect("chan", endpoint=endpoint) as second:
            events = aiter(first)
            peer: Peer = (await next_of(events, Connect)).peer
            assert (second.peers[0].id, peer.id) == (first.id, second.id)
            assert first.peers == (peer,)
            assert first.peer(second.id) is peer
        gone = await next_of(events, Disconnect)
        assert (gone.peer, gone.reason, list(first.peers)) == (peer, "left", [])
        with pytest.raises(PeerGone, match="has left"):
            await peer.send("too late")


async def test_the_first_events(endpoint: str) -> None:
    async with connect("chan", endpoint=endpoint), connect("chan", endpoint=endpoint) as ws:
        events = aiter(ws)
        assert await anext(events) == Open(ws.id)
        assert {type(await anext(events)) for _ in range(2)} == {Connect, Sync}


@pytest.mark.parametrize("data", ["", "x", 'q"\\\u0001é😀', b"", b"\x00\xff" * 500, "é" * 400_000])
async def test_messages_to_all_and_to_one(endpoint: str, data: str | bytes) -> None:
    async with connect("chan", endpoint=endpoint) as to, connect("chan", endpoint=endpoint) as ws:
        await ws.send(data)
        await ws.peers[0].send(data)
        events = aiter(to)
        for direct in (False, True):
            message = await next_of(events, Message)
            assert (message.data, message.direct, message.sender.id) == (data, direct, ws.id)


async def test_json_and_its_text_differ(endpoint: str) -> None:
    async with connect("chan", endpoint=endpoint) as to, connect("chan", endpoint=endpoint) as ws:
        for data in (
            Json('{"a": [1, "\\u00e9"]}'),
            "[1]",
            Json("[1]"),
            Json(" null "),
            Json("1e400"),
        ):
            await ws.send(data)
            await ws.peers[0].send(data)
        for none in ("", "[1", "NaN", '{"a":1}{', "[" * 100_000):
            with pytest.raises(ValueError, match="this is no JSON"):
                await ws.send(Json(none))
        events = aiter(to)
        heard = [(await next_of(events, Message)).data for _ in range(10)][::2]
        assert heard == ['{"a": [1, "\\u00e9"]}', "[1]", "[1]", "null", "1e400"]
        assert [type(data) for data in heard] == [Json, str, Json, Json, Json]


async def test_too_long_a_message_is_not_sent(endpoint: str) -> None:
    async with connect("chan", endpoint=endpoint) as ws:
        assert ws.max_message_size == 1_048_576
        with pytest.raises(MessageTooBig, match="1048577 bytes: the proxy takes 1048576"):
            await ws.send("x" * 1_048_577)
        with pytest.raises(MessageTooBig):
            await ws.send("é" * 524_289)
        await ws.send(b"x" * 1_048_576)


async def test_local_and_network_channels_differ(endpoint: str) -> None:
    async with (
        connect("chan", endpoint=endpoint, local=True) as local,
        connect("chan", endpoint=endpoint) as network,
    ):
        assert local.peers == network.peers == ()


async def test_a_client_that_knows_only_the_wire(endpoint: str) -> None:
    async with (
        connect("chan", endpoint=endpoint) as ws,
        websockets.connect(f"{endpoint}/chan", max_size=None) as plain,
    ):
        status = json.loads(await plain.recv())
        assert status["action"] == "status"
        assert json.loads(await plain.recv())["target"] == ws.id
        events = aiter(ws)
        peer = (await next_of(events, Connect)).peer
        assert peer.id == status["source"]
        await plain.send(json.dumps({"action": "broadcast", "data": "hello, all"}))
        any_json = {"any": ["JSON", 1.50]}
        await plain.send(json.dumps({"action": "message", "target": ws.id, "data": any_json}))
        await plain.send(b"\x02" + bytes([len(ws.id)]) + ws.id.encode() + b"bytes")
        heard = [await next_of(events, Message) for _ in range(3)]
        said = [("hello, all", False), ('{"any": ["JSON", 1.5]}', True), (b"bytes", True)]
        assert [(message.data, message.direct) for message in heard] == said
        await ws.send("to all")
        await peer.send("to you")
        await peer.send(b"bytes")
        welcome = json.loads(await plain.recv())
        assert (welcome["action"], welcome["peers"]) == ("welcome", 1)
        to_all = {"action": "broadcast", "source": ws.id, "data": "to all"}
        assert json.loads(await plain.recv()) == to_all
        to_one = {"action": "message", "source": ws.id, "target": peer.id, "data": "to you"}
        assert json.loads(await plain.recv()) == to_one
        assert await plain.recv() == b"\x02" + bytes([len(ws.id)]) + ws.id.encode() + b"bytes"
        with pytest.raises(StreamsNotSupported, match="the peer has no streams"):
            await peer.dial("echo")


async def test_raw_peers(endpoint: str) -> None:
    async with (
        connect("chan", endpoint=endpoint) as ws,
        websockets.connect(f"{endpoint}/network/chan/alice") as raw,
    ):
        events = aiter(ws)
        peer = (await next_of(events, Connect)).peer
        assert peer.id == "alice"
        await raw.send("raw")
        assert (await next_of(events, Message)).data == "raw"
        await peer.send("answer")
        assert await raw.recv() == "answer"


async def test_the_proxy_says_what_it_cannot_serve(endpoint: str) -> None:
    async with connect("chan", endpoint=endpoint) as ws:
        assert ws._line is not None
        await ws._line.send('{"action":"message","target":"nobody","data":1}')
        fault = await next_of(aiter(ws), Fault)
        assert (fault.code, fault.target) == ("unknown-target", "nobody")


async def test_after_close(endpoint: str) -> None:
    async with connect("chan", endpoint=endpoint) as ws:
        await ws.close(3000, "done")
        assert (ws.close_code, ws.close_reason) == (3000, "done")
        with pytest.raises(NotConnected):
            await ws.send("x")
        events = [event async for event in ws]
        assert [type(event) for event in events] == [Open, Sync]


async def test_on_a_unix_socket(program: str, tmp_path: Path) -> None:
    path = tmp_path / "private" / "sock"
    path.parent.mkdir(mode=0o700)
    async with Proxy(program, "--unix", str(path)), connect("chan", unix=path) as ws:
        assert ws.id


async def test_a_slow_reader_is_cut_and_told(program: str) -> None:
    """Nothing is lost silently: what was heard is without gaps, and the end says why."""
    flags = ["--max-message-size", "65536", "--max-queue-size", "65536"]
    async with (
        Proxy(program, *flags) as proxy,
        connect("chan", endpoint=proxy.endpoint) as sender,
        connect("chan", endpoint=proxy.endpoint, reconnect=False) as slow,
    ):
        events = aiter(sender)
        await next_of(events, Connect)
        cut = asyncio.create_task(next_of(events, Disconnect))
        sent = 0
        while not cut.done():
            await sender.send(f"{sent}".ljust(60_000))
            sent += 1
        assert cut.result().reason == "slow"
        waiting = [event for event in slow._inbox.waiting() if isinstance(event, Message)]
        assert sum(len(message.data) for message in waiting) <= BYTES_MAX + 65_536
        heard = []
        with pytest.raises(SlowReader, match="read too slowly"):
            async for event in slow:
                if isinstance(event, Message):
                    heard.append(int(event.data))
        assert heard == list(range(len(heard)))
        assert 0 < len(heard) < sent
        assert slow.close_code == 1013
