"""One end of a stream, with the shape of a connection of `websockets`."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from .. import frames
from ..errors import NotConnected, StreamClosed
from ..within import within
from .parts import cut_bytes, cut_text
from .table import State

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from types import TracebackType

    from ..frames import Data
    from ..line import Line
    from ..peer import Peer
    from .hub import Hub
    from .table import End

NO_STATUS = 1005
ABNORMAL = 1006
CANCELLED = 1011
CLOSE_TIME = 10.0
"""Seconds that the peer may take to close too. What it has sent before comes first."""


class Stream:
    """A connection to one peer. A slow reader holds back its sender, and nobody else."""

    def __init__(self, hub: Hub, line: Line, end: End[Peer]) -> None:
        self._hub = hub
        self._line = line
        self._end = end
        self._inbox: deque[tuple[str | bytes, int]] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._credited = asyncio.Event()
        self._sending = asyncio.Lock()
        self._over = asyncio.Event()
        self._is_closing = False
        self.subprotocol = ""
        """The subprotocol that the accepting side has chosen, or empty."""
        self.close_code: int | None = None
        self.close_reason: str | None = None

    @property
    def peer(self) -> Peer:
        """The peer at the other end."""
        return self._end.peer

    async def send(self, data: Data) -> None:
        """Sends a message, and waits until the peer lets all of it go.

        Cancelling it in the middle of a message closes the stream.
        """
        view: str | memoryview = data if isinstance(data, str) else memoryview(data).cast("B")
        if isinstance(view, str) and not view.isascii():
            view.encode()
        async with self._sending:
            self._check_open()
            sent = 0
            try:
                while True:
                    sent = await self._send_part(view, sent)
                    if sent == len(view):
                        return
            except asyncio.CancelledError:
                if sent:
                    self._hub.abort(self, CANCELLED, "a message was not sent to its end")
                raise

    async def recv(self) -> str | bytes:
        """The next message. Raises `StreamClosed` when there is none any more."""
        while not self._inbox:
            if self._over.is_set():
                raise self._error()
            if self._reader is not None:
                raise RuntimeError("two tasks read one stream")
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        message, cost = self._inbox.popleft()
        self._hub.taken(self, cost)
        return message

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        """The messages. It ends when the stream closes with 1000 or 1001, and raises otherwise."""
        return self._messages()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Closes both ends, after what was sent. Code and reason arrive at the other one."""
        check_close(code, reason)
        if not self._is_closing and not self._over.is_set():
            self._is_closing = True
            await self._say_close(code, reason)
        try:
            await within(CLOSE_TIME, self._over.wait())
        except asyncio.TimeoutError:
            self._hub.fail(self, "the peer has not closed its end")

    async def wait_closed(self) -> None:
        """Waits until the stream has ended."""
        await self._over.wait()

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close(1000 if error is None else 1011)

    def __repr__(self) -> str:
        return f"<Stream with {self.peer.id}: {self._end.state.name.lower()}>"

    async def _send_part(self, view: str | memoryview, start: int) -> int:
        """Sends a part, and gives where the next one starts."""
        part, size = await self._next(view, start)
        end = start + len(part)
        has_more = end < len(view)
        self._end.outgoing.spend(size)
        peer, number = self._end.peer.id, self._end.number
        if isinstance(part, str):
            frame: str | bytes = frames.stream_text(peer, number, part, has_more)
        else:
            frame = frames.stream_bytes(peer, number, part, has_more)
        try:
            await self._line.send(frame)
        except NotConnected as error:
            raise self._error() from error
        return end

    async def _next(self, view: str | memoryview, start: int) -> tuple[str | memoryview, int]:
        """Waits for credit for a part of the message."""
        most = self._hub.part_max
        while True:
            room = self._end.outgoing.room
            if room is not None:
                room = min(room, most)
                if isinstance(view, str):
                    cut: tuple[str | memoryview, int] = cut_text(view, start, room)
                else:
                    cut = cut_bytes(view, start, room)
                if cut[1] or not len(view):
                    return cut
            self._credited.clear()
            await self._credited.wait()
            if self._over.is_set():
                raise self._error()

    async def _say_close(self, code: int, reason: str) -> None:
        """Says so when everything has been sent, or when that takes too long."""
        try:
            # Not within(): the lock would stay acquired if this is cancelled just then.
            await asyncio.wait_for(self._sending.acquire(), CLOSE_TIME)
        except asyncio.TimeoutError:
            self._hub.abort(self, code, reason)
            return
        try:
            self._hub.say_close(self, code, reason)
        finally:
            self._sending.release()

    async def _messages(self) -> AsyncGenerator[str | bytes, None]:
        try:
            while True:
                yield await self.recv()
        except StreamClosed as error:
            if error.code not in (1000, 1001):
                raise

    def _check_open(self) -> None:
        if self._is_closing or self._end.state is not State.OPEN:
            raise self._error()

    def _error(self) -> StreamClosed:
        code = ABNORMAL if self.close_code is None else self.close_code
        if self.close_code is None:
            return StreamClosed(code, "", "the stream is closing")
        return StreamClosed(code, self.close_reason or "")

    def _on_message(self, message: str | bytes, cost: int) -> None:
        self._inbox.append((message, cost))
        self._wake()

    def _on_credit(self) -> None:
        self._credited.set()

    def _on_end(self, code: int, reason: str) -> None:
        self.close_code, self.close_reason = code, reason
        self._over.set()
        self._credited.set()
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


def check_close(code: int, reason: str) -> None:
    """Raises a `ValueError` for what cannot stand in a close frame."""
    if not (code in (1000, 1001, 1011) or 3000 <= code <= 4999):
        raise ValueError(f"{code}: close with 1000, 1001, 1011, or 3000 to 4999")
    if len(reason.encode()) > 123:
        raise ValueError("a reason has at most 123 bytes")
