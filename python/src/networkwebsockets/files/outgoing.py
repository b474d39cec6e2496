"""A file of one's own that is offered, and its way to each receiver."""

from __future__ import annotations

import asyncio
import mimetypes
import secrets
import time
from collections import deque
from typing import TYPE_CHECKING

from ..errors import FileError, NetworkWebSocketError, NotConnected, PeerGone
from ..within import within
from .wire import PARTS_MAX, SAFE_MAX, WINDOW_MAX, Offer, control, hash_of, part_message

if TYPE_CHECKING:
    from pathlib import Path

    from ..peer import Peer
    from .share import Files

STALL = 30.0
"""Seconds without an acknowledgement, though something is on its way."""

_TRIP_MAX = 0.1
"""What takes longer there and back lies in a queue, and whatever is urgent would lie behind it."""

_FIRST_PARTS = 2


class Unsendable(Exception):
    """Why a file cannot be sent, as its receiver is told."""


class Outgoing:
    """A file that is offered, to all or to one."""

    def __init__(self, files: Files, path: Path, to: Peer | None, part: int) -> None:
        self._files = files
        self._path = path
        self.to = to
        self.received = 0
        """How many have all of it."""
        size = path.stat().st_size
        mime = mimetypes.guess_type(path.name)[0] or ""
        name = path.name.encode("utf-8", "replace").decode()
        self.offer = Offer(secrets.token_hex(16), name, size, mime, part)
        if self.offer.count > PARTS_MAX or size > SAFE_MAX:
            raise FileError(f"{path.name} is too large: at most {PARTS_MAX * part} bytes")
        self._hashes: dict[int, bytes] = {}
        self._moved = asyncio.Event()
        self.is_withdrawn = False

    def withdraw(self) -> None:
        """Nobody gets it any more."""
        if not self.is_withdrawn:
            self.is_withdrawn = True
            self._files._withdraw(self)
            self._moved.set()

    async def wait_received(self, count: int = 1) -> None:
        """Waits until so many have all of it.

        Raises a `FileError` when it is withdrawn, and `NotConnected` when the channel has ended.
        """
        while self.received < count:
            if self.is_withdrawn:
                raise FileError(f"{self.offer.name} is no longer offered", "withdrawn")
            if self._files.is_over:
                raise NotConnected("the channel has ended")
            self._moved.clear()
            await self._moved.wait()

    def _on_received(self) -> None:
        self.received += 1
        self._moved.set()

    def read(self, index: int) -> tuple[bytes, bytes]:
        """A part, and its hash. Raises `Unsendable`."""
        length = self.offer.length(index)
        try:
            with self._path.open("rb") as file:
                file.seek(index * self.offer.part)
                part = file.read(length)
        except OSError:
            raise Unsendable("unreadable") from None
        hash = hash_of(part)
        if len(part) != length or self._hashes.setdefault(index, hash) != hash:
            raise Unsendable("changed")
        return part, hash

    def digest(self) -> str:
        """The hash of the hashes of all parts."""
        for index in range(self.offer.count):
            if index not in self._hashes:
                self.read(index)
        return hash_of(b"".join(self._hashes[index] for index in range(self.offer.count))).hex()


class Delivery:
    """One file on its way to one receiver: never more than a window ahead of what is stored."""

    def __init__(self, files: Files, outgoing: Outgoing, to: Peer, asked: dict[str, int]) -> None:
        self._files = files
        self._outgoing = outgoing
        self.to = to
        self.stream = asked["stream"]
        self._next = self._stored = asked["from"]
        self._window_max = min(asked["window"], WINDOW_MAX)
        self._window = min(_FIRST_PARTS * outgoing.offer.part, self._window_max)
        self._sent_at: deque[float] = deque()
        self._moved = asyncio.Event()
        self._is_sent = self._is_got = False
        self._said: str | None = None
        self.failed: NetworkWebSocketError | None = None
        self.over = asyncio.Event()

    async def run(self) -> None:
        """Sends all of it, and waits until the receiver has compared the hash."""
        try:
            async with self._files._sending:
                await self._send_all()
                digest = await asyncio.to_thread(self._outgoing.digest)
                self._say("done", hash=digest)
                self._is_sent = True
                while not self._is_got:
                    await self._movement()
            self._outgoing._on_received()
        except Unsendable as error:
            self._fail(str(error))
        except NetworkWebSocketError as error:
            self.failed = error
        finally:
            if not self._is_got and self.failed is None:
                self.failed = FileError(f"{self._outgoing.offer.name} was not sent to its end")
            self.over.set()
            self._files._delivered(self)

    def hear(self, said: str, members: dict[str, object]) -> None:
        """The receiver has said something about it."""
        if said == "ack":
            stored = members["next"]
            if not isinstance(stored, int) or not self._stored <= stored <= self._next:
                self._end("bad-ack")
                return
            self._adapt(stored - self._stored)
            self._stored = stored
        elif said == "got":
            if not self._is_sent:
                self._end("bad-ack")
                return
            self._is_got = True
        else:
            self._said = str(members["reason"])
        self._moved.set()

    def drop(self, reason: str) -> None:
        """Ends it without a word."""
        self._said = reason
        self._moved.set()

    async def _send_all(self) -> None:
        offer = self._outgoing.offer
        while self._next < offer.count:
            while not self._fits(offer):
                await self._movement()
            self._check()
            part, hash = await asyncio.to_thread(self._outgoing.read, self._next)
            self._check()
            message = part_message(self.stream, self._next, hash, part)
            self._next += 1
            self._sent_at.append(time.monotonic())
            await self.to.send(message)

    def _fits(self, offer: Offer) -> bool:
        on_the_way = self._next - self._stored
        bytes = on_the_way * offer.part + offer.length(self._next)
        return on_the_way == 0 or bytes <= self._window

    async def _movement(self) -> None:
        """Waits until the receiver says something."""
        self._check()
        self._moved.clear()
        try:
            await within(STALL, self._moved.wait())
        except asyncio.TimeoutError:
            raise Unsendable("stalled") from None
        self._check()

    def _check(self) -> None:
        if self._is_got:
            return  # Whoever has all of it may leave at once.
        if not self.to.is_present:
            raise PeerGone(f"the peer {self.to.id} has left")
        if self._said == "bad-ack":
            raise Unsendable("bad-ack")
        if self._said is not None:
            raise FileError(f"{self._outgoing.offer.name} did not arrive: {self._said}", self._said)

    def _adapt(self, stored: int) -> None:
        """Has less on the way where a trip takes long."""
        sent = [self._sent_at.popleft() for _ in range(min(stored, len(self._sent_at)))]
        if sent:
            part = self._outgoing.offer.part
            step = -part if time.monotonic() - sent[-1] > _TRIP_MAX else part
            self._window = max(min(self._window + step, self._window_max), part)

    def _end(self, reason: str) -> None:
        self._said = reason
        self._moved.set()

    def _fail(self, reason: str) -> None:
        self._say("fail", reason=reason)
        self.failed = FileError(f"{self._outgoing.offer.name} was not sent: {reason}", reason)

    def _say(self, type: str, **members: object) -> None:
        message = control(type, file=self._outgoing.offer.file, stream=self.stream, **members)
        self._files._say(self.to, message)
