"""Files between two clients of a real proxy."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from networkwebsockets import (
    FileError,
    FileInterrupted,
    Message,
    NetworkWebSocket,
    NoFileProtocol,
    NotConnected,
    PeerGone,
    Reconnect,
    connect,
)
from networkwebsockets.files import Files, Incoming
from proxy import Proxy, next_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PART = 262_144
SOON = Reconnect(max_delay=0.2)


class Pair(NamedTuple):
    sender: NetworkWebSocket
    sending: Files
    receiver: NetworkWebSocket
    receiving: Files


@asynccontextmanager
async def pair(endpoint: str) -> AsyncIterator[Pair]:
    async with (
        connect("chan", endpoint=endpoint, reconnect=SOON) as receiver,
        connect("chan", endpoint=endpoint, reconnect=SOON) as sender,
    ):
        yield Pair(sender, Files(sender), receiver, Files(receiver))


def made(path: Path, size: int) -> Path:
    path.write_bytes(os.urandom(size))
    return path


@pytest.mark.parametrize("size", [0, 1, PART, PART + 1, 3_000_000])
async def test_a_file_arrives_as_it_was_sent(
    endpoint: str, tmp_path: Path, folder: Path, size: int
) -> None:
    file = made(tmp_path / "cat.png", size)
    async with pair(endpoint) as ends:
        offered = await ends.sending.offer(file)
        incoming = await anext(ends.receiving.offers())
        shown = (incoming.name, incoming.size, incoming.mime, incoming.direct)
        assert shown == ("cat.png", size, "image/png", False)
        assert incoming.sender.id == ends.sender.id
        path = await incoming.receive(folder)
        await offered.wait_received()
        assert path == folder.resolve() / "cat.png"
        assert path.read_bytes() == file.read_bytes()
        assert incoming.stored == size
        assert list(folder.iterdir()) == [path]


async def test_sending_to_one(endpoint: str, tmp_path: Path, folder: Path) -> None:
    file = made(tmp_path / "a.bin", 700_000)
    (folder / "a.bin").write_text("mine")
    async with pair(endpoint) as ends:
        sending = asyncio.create_task(ends.sending.send(file, ends.sender.peers[0]))
        incoming = await anext(ends.receiving.offers())
        assert incoming.direct
        path = await incoming.receive(folder)
        await sending
        assert (path.name, path.read_bytes()) == ("a (1).bin", file.read_bytes())
        assert (folder / "a.bin").read_text() == "mine"


async def test_who_comes_later_is_offered_it_too(
    endpoint: str, tmp_path: Path, folder: Path
) -> None:
    file = made(tmp_path / "a.bin", 10)
    async with connect("chan", endpoint=endpoint) as sender:
        await Files(sender).offer(file)
        async with connect("chan", endpoint=endpoint) as receiver:
            incoming = await anext(Files(receiver).offers())
            assert (await incoming.receive(folder)).read_bytes() == file.read_bytes()
            await receiver.peers[0].send("done")
            message = await next_of(aiter(sender), Message)
            assert message.data == "done", "messages about files are no events"


async def test_a_transfer_goes_on_after_the_proxy_was_killed(
    proxy: Proxy, tmp_path: Path, folder: Path
) -> None:
    file = made(tmp_path / "large.bin", 200 * PART + 5)
    async with pair(proxy.endpoint) as ends:
        await ends.sending.offer(file)
        incoming = await anext(ends.receiving.offers())
        receiving = asyncio.create_task(incoming.receive(folder))
        while incoming.stored < 3 * PART:
            await asyncio.sleep(0)
        await proxy.kill()
        stored = incoming.stored
        assert 0 < stored < incoming.size
        await proxy.start()
        path = await receiving
        assert path.read_bytes() == file.read_bytes()


async def test_a_program_that_starts_anew_goes_on(
    endpoint: str, tmp_path: Path, folder: Path
) -> None:
    file = made(tmp_path / "large.bin", 200 * PART)
    async with connect("chan", endpoint=endpoint) as sender:
        await Files(sender).offer(file)
        async with connect("chan", endpoint=endpoint) as first:
            incoming = await anext(Files(first).offers())
            receiving = asyncio.create_task(incoming.receive(folder))
            while incoming.stored < 3 * PART:
                await asyncio.sleep(0)
            receiving.cancel()
            await asyncio.wait([receiving])
        left = incoming.stored
        assert left < incoming.size
        async with connect("chan", endpoint=endpoint) as second:
            again = await anext(Files(second).offers())
            receiving = asyncio.create_task(again.receive(folder))
            while not again.stored:
                await asyncio.sleep(0)
            assert again.stored > left
            path = await receiving
        assert path.read_bytes() == file.read_bytes()
        assert list(folder.iterdir()) == [path]


async def test_a_peer_without_the_protocol(endpoint: str, tmp_path: Path) -> None:
    file = made(tmp_path / "a.bin", 10)
    async with (
        connect("chan", endpoint=endpoint) as silent,
        connect("chan", endpoint=endpoint) as sender,
    ):
        files = Files(sender)
        with pytest.raises(NoFileProtocol, match=r"has not asked for a\.bin for 0\.1 s"):
            await files.send(file, sender.peers[0], patience=0.1)
        sending = asyncio.create_task(files.send(file, sender.peers[0], patience=None))
        events = aiter(silent)
        for _ in range(2):
            await next_of(events, Message)
        await silent.close()
        with pytest.raises(PeerGone):
            await sending


async def test_files_that_cannot_be_sent(endpoint: str, tmp_path: Path, folder: Path) -> None:
    async with pair(endpoint) as ends:
        with pytest.raises(FileError, match="cannot be read"):
            await ends.sending.offer(tmp_path / "missing")
        file = made(tmp_path / "a.bin", 100)
        for change, reason in ((lambda: made(file, 50), "changed"), (file.unlink, "unreadable")):
            sending = asyncio.create_task(ends.sending.send(file, ends.sender.peers[0]))
            incoming = await anext(ends.receiving.offers())
            change()
            with pytest.raises(FileError) as received:
                await incoming.receive(folder)
            with pytest.raises(FileError) as sent:
                await sending
            assert (received.value.reason, sent.value.reason) == (reason, reason)
        assert list(folder.iterdir()) == []


async def test_a_folder_that_is_not_there(endpoint: str, tmp_path: Path) -> None:
    file = made(tmp_path / "a.bin", 10)
    async with pair(endpoint) as ends:
        await ends.sending.offer(file)
        incoming = await anext(ends.receiving.offers())
        with pytest.raises(FileError, match="cannot be stored"):
            await incoming.receive(tmp_path / "nowhere")


async def test_a_sender_that_does_not_come_back(
    endpoint: str, tmp_path: Path, folder: Path
) -> None:
    file = made(tmp_path / "a.bin", 40 * PART)
    async with pair(endpoint) as ends:
        for to in (None, ends.sender.peers[0]):
            await ends.sending.offer(file, to)
        offers = ends.receiving.offers()
        incoming: list[Incoming] = [await anext(offers) for _ in range(2)]
        tasks = [asyncio.create_task(one.receive(folder, patience=0.1)) for one in incoming]
        while not all(one.stored for one in incoming):
            await asyncio.sleep(0)
        await ends.sender.close()
        for task in tasks:
            with pytest.raises(FileInterrupted, match="the sender has left"):
                await task


async def test_withdrawing(endpoint: str, tmp_path: Path, folder: Path) -> None:
    file = made(tmp_path / "a.bin", 40 * PART)
    async with pair(endpoint) as ends:
        offered = await ends.sending.offer(file)
        incoming = await anext(ends.receiving.offers())
        receiving = asyncio.create_task(incoming.receive(folder))
        while not incoming.stored:
            await asyncio.sleep(0)
        offered.withdraw()
        with pytest.raises(FileError, match="withdrawn"):
            await receiving
        assert list(folder.iterdir()) == []


async def test_who_waits_for_receivers_is_told_that_there_will_be_none(
    endpoint: str, tmp_path: Path
) -> None:
    file = made(tmp_path / "cat.png", 1)
    async with pair(endpoint) as ends:
        offered = await ends.sending.offer(file)
        waiting = asyncio.create_task(offered.wait_received())
        await asyncio.sleep(0)
        offered.withdraw()
        with pytest.raises(FileError, match="no longer offered"):
            await asyncio.wait_for(waiting, 10)
        offered = await ends.sending.offer(file)
        waiting = asyncio.create_task(offered.wait_received())
        await ends.sender.close()
        with pytest.raises(NotConnected, match="the channel has ended"):
            await asyncio.wait_for(waiting, 10)
