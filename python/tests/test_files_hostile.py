"""Senders and receivers that lie."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networkwebsockets import FileError, LyingSender, Message, NetworkWebSocket, connect
from networkwebsockets.files import Files, wire
from proxy import next_of

if TYPE_CHECKING:
    from pathlib import Path

FILE = "0123456789abcdef" * 2
DATA = [b"a" * 1024, b"b" * 1024, b"c" * 10]
SIZE = sum(map(len, DATA))
DIGEST = sha256(b"".join(sha256(part).digest() for part in DATA)).hexdigest()


class Liar:
    """Speaks the protocol by hand."""

    def __init__(self, ws: NetworkWebSocket) -> None:
        self._ws = ws
        self._events = aiter(ws)
        self.peer = ws.peers[0]

    async def say(self, type: str, **members: object) -> None:
        await self.peer.send(json.dumps({"type": f"file-{type}", "file": FILE, **members}))

    async def offer(self, **other: object) -> None:
        offer = {"v": 1, "name": "x.bin", "size": SIZE, "mime": "", "part": 1024, **other}
        await self.say("offer", **offer)

    async def part(self, stream: int, index: int, data: bytes, hash: bytes | None = None) -> None:
        digest = sha256(data).digest() if hash is None else hash
        await self.peer.send(wire.part_message(stream, index, digest, data))

    async def hear(self, type: str) -> dict[str, Any]:
        while True:
            message = await next_of(self._events, Message)
            said: dict[str, Any] = json.loads(message.data)
            if said["type"] == f"file-{type}":
                return said


async def lie(liar: Liar, stream: int, how: str) -> None:
    if how == "order":
        await liar.part(stream, 1, DATA[1])
    elif how == "hash":
        await liar.part(stream, 0, DATA[0], bytes(32))
    elif how == "length":
        await liar.part(stream, 0, DATA[0][1:])
    elif how == "short":
        await liar.say("done", stream=stream, hash=DIGEST)
    else:
        for index, data in enumerate(DATA):
            await liar.part(stream, index, data)
        if how == "long":
            await liar.part(stream, 3, b"d")
        await liar.say("done", stream=stream, hash=DIGEST if how == "long" else "0" * 64)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("order", "order"),
        ("hash", "hash"),
        ("length", "order"),
        ("short", "order"),
        ("long", "order"),
        ("digest", "hash"),
    ],
)
async def test_what_is_not_what_was_offered(
    endpoint: str, folder: Path, how: str, reason: str
) -> None:
    async with (
        connect("chan", endpoint=endpoint) as receiver,
        connect("chan", endpoint=endpoint) as ws,
    ):
        liar, files = Liar(ws), Files(receiver)
        await liar.offer(name="../../es:cape.bin")
        incoming = await anext(files.offers())
        receiving = asyncio.create_task(incoming.receive(folder))
        stream = (await liar.hear("get"))["stream"]
        await lie(liar, stream, how)
        with pytest.raises(LyingSender) as raised:
            await receiving
        assert raised.value.reason == reason
        assert (await liar.hear("stop"))["reason"] == reason
        assert list(folder.iterdir()) == []
        receiving = asyncio.create_task(incoming.receive(folder))
        asked = await liar.hear("get")
        assert (asked["from"], asked["stream"] == stream) == (0, False)
        for index, data in enumerate(DATA):
            await liar.part(asked["stream"], index, data)
        await liar.say("done", stream=asked["stream"], hash=DIGEST)
        path = await receiving
        assert (path, path.read_bytes()) == (folder.resolve() / "es_cape.bin", b"".join(DATA))
        assert (await liar.hear("got"))["stream"] == asked["stream"]


async def test_offers_that_say_something_else(endpoint: str, folder: Path) -> None:
    async with (
        connect("chan", endpoint=endpoint) as receiver,
        connect("chan", endpoint=endpoint) as ws,
    ):
        liar, offers = Liar(ws), Files(receiver).offers()
        for bad in ({"size": -1}, {"size": 2**53}, {"part": 1}, {"part": 2**20}, {"name": ""}):
            await liar.offer(**bad)
        await liar.offer(size=wire.PARTS_MAX * 1024 + 1)
        await liar.offer(v=2)
        incoming = await anext(offers)
        with pytest.raises(FileError, match="newer version"):
            await incoming.receive(folder)


@pytest.mark.parametrize(
    ("said", "members"),
    [("ack", {"next": 9}), ("got", {}), ("ack", {"next": 3})],
)
async def test_receivers_that_say_that_they_have_what_was_not_sent(
    endpoint: str, tmp_path: Path, said: str, members: dict[str, object]
) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(3_000_000))
    async with (
        connect("chan", endpoint=endpoint) as sender,
        connect("chan", endpoint=endpoint) as ws,
    ):
        liar, files = Liar(ws), Files(sender)
        sending = asyncio.create_task(files.send(file, sender.peers[0]))
        offer = json.loads((await next_of(aiter(ws), Message)).data)
        control = {"file": offer["file"], "stream": 5}
        get = {"type": "file-get", **control, "from": 0, "window": 1}
        await liar.peer.send(json.dumps(get))
        await next_of(aiter(ws), Message)
        await liar.peer.send(json.dumps({"type": f"file-{said}", **control, **members}))
        with pytest.raises(FileError, match="bad-ack"):
            await sending


async def test_a_file_for_one_is_nobody_elses(endpoint: str, tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"secret")
    async with (
        connect("chan", endpoint=endpoint) as sender,
        connect("chan", endpoint=endpoint) as friend,
        connect("chan", endpoint=endpoint) as ws,
    ):
        to = sender.peer(friend.id)
        assert to is not None
        offered = await Files(sender).offer(file, to)
        target = ws.peer(sender.id)
        assert target is not None
        asked = {"file": offered.offer.file, "stream": 1, "from": 0, "window": 1}
        await target.send(json.dumps({"type": "file-get", **asked}))
        said = json.loads((await next_of(aiter(ws), Message)).data)
        assert (said["type"], said["reason"]) == ("file-fail", "unknown")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["offer", "done", "fail", "withdraw", "get", "ack", "got", "stop", "seek"])
MEMBERS = st.sampled_from(
    ["v", "file", "name", "size", "mime", "part", "stream", "hash", "reason", "from", "next"]
)


@given(TYPES, st.dictionaries(MEMBERS, JSON | st.just(FILE) | st.just(1)))
def test_any_control_message_is_read_or_ignored(type: str, members: dict[str, object]) -> None:
    data = json.dumps({**members, "type": f"file-{type}"})
    assert wire.is_of_files(data)
    said = wire.read_control(data)
    if said is not None and said[0] == "offer":
        wire.read_offer(said[1])


async def test_offers_that_are_withdrawn_take_no_memory(endpoint: str) -> None:
    async with (
        connect("chan", endpoint=endpoint) as ws,
        connect("chan", endpoint=endpoint) as lying,
    ):
        files, liar = Files(ws), Liar(lying)
        for turn in range(600):
            await liar.say("offer", file=f"{turn:032x}", v=1, name="x", size=1, mime="", part=1024)
            await liar.say("withdraw", file=f"{turn:032x}")
        await liar.offer()
        await liar.peer.send("that is all")
        assert (await next_of(aiter(ws), Message)).data == "that is all"
        async for offer in files.offers():
            assert offer.id == FILE
            break
        assert len(files._known) == 1
