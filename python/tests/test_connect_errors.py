"""Why no connection could be made, in words that say what to do."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
import websockets

from networkwebsockets import (
    LimitReached,
    NotAProxy,
    OriginNotAllowed,
    ProxyNotRunning,
    VersionMismatch,
    connect,
)
from proxy import Proxy, free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@asynccontextmanager
async def http(answer: bytes) -> AsyncIterator[str]:
    """A program that answers every request in the same way."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "localhost", 0)
    async with server:
        yield f"ws://localhost:{server.sockets[0].getsockname()[1]}"


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def test_no_proxy_runs() -> None:
    with pytest.raises(ProxyNotRunning, match="uvx --from networkwebsockets-proxy nws"):
        await connect("chan", endpoint=f"ws://localhost:{free_port()}")
    with pytest.raises(ProxyNotRunning, match="the socket /nowhere/sock"):
        await connect("chan", unix="/nowhere/sock")
    with pytest.raises(ProxyNotRunning, match=r"no-such-host\.invalid"):
        await connect("chan", endpoint="ws://no-such-host.invalid")


@pytest.mark.parametrize(
    "answer", [ok(b"hello"), ok(b"[]"), ok(b'{"service":"x"}'), b"SSH-2.0\r\n"]
)
async def test_an_endpoint_that_is_no_proxy(answer: bytes) -> None:
    async with http(answer) as endpoint:
        with pytest.raises(NotAProxy, match="is no Network Web Sockets proxy"):
            await connect("chan", endpoint=endpoint)


async def test_a_websocket_server_that_is_no_proxy() -> None:
    async def greet(peer: websockets.ServerConnection) -> None:
        await peer.send("welcome to the chat")
        await peer.wait_closed()

    async with websockets.serve(greet, "localhost", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(NotAProxy):
            await connect("chan", endpoint=f"ws://localhost:{port}")


async def test_a_proxy_of_another_protocol() -> None:
    async with http(ok(b'{"service":"networkwebsockets","protocol":2}')) as endpoint:
        with pytest.raises(VersionMismatch, match="speaks protocol 2, and this package 1"):
            await connect("chan", endpoint=endpoint)


async def test_a_path_that_has_no_channels(endpoint: str) -> None:
    with pytest.raises(NotAProxy, match=r"An endpoint has no channel\."):
        await connect("chan", endpoint=f"{endpoint}/some/path")


async def test_an_origin_that_is_not_allowed(program: str) -> None:
    async with Proxy(program, "--allow-origin", "https://example.com") as proxy:
        with pytest.raises(OriginNotAllowed, match=r"--allow-origin https://example\.org"):
            await connect("chan", endpoint=proxy.endpoint, origin="https://example.org")
        await (await connect("a", endpoint=proxy.endpoint, origin="https://example.com")).close()
        await (await connect("a", endpoint=proxy.endpoint)).close()


@pytest.mark.parametrize("flag", ["--max-connections", "--max-channels", "--max-peers-per-channel"])
async def test_a_proxy_that_is_full(program: str, flag: str) -> None:
    async with (
        Proxy(program, flag, "1") as proxy,
        connect("a", endpoint=proxy.endpoint, reconnect=False),
    ):
        name = "b" if flag == "--max-channels" else "a"
        with pytest.raises(LimitReached, match="full"):
            await connect(name, endpoint=proxy.endpoint)


def older(answers: list[str]) -> Callable[[websockets.ServerConnection], Awaitable[None]]:
    async def serve(client: websockets.ServerConnection) -> None:
        for answer in answers:
            await client.send(answer)
        async for _ in client:
            await client.send(answers[0])

    return serve


async def test_a_proxy_without_streams() -> None:
    status = '{"action":"status","source":"me","target":"me"}'
    peer = '{"action":"connect","source":"me","target":"bob"}'
    welcome = '{"action":"welcome","source":"me","target":"me","peers":1,"settled":true}'
    async with websockets.serve(older([status, peer, welcome]), "localhost", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with connect("chan", endpoint=f"ws://localhost:{port}") as ws:
            assert not ws.has_streams
            assert ws.max_message_size is None
            with pytest.raises(VersionMismatch, match="has no streams: update it"):
                await ws.peers[0].dial()
