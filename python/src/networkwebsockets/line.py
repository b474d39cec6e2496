"""One connection to the proxy, from its first frame to its close."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from .errors import ConnectError, ConnectionLost, LimitReached, NotAProxy, NotConnected, of_close
from .frames import read_any
from .probe import PATIENCE, why
from .within import within

if TYPE_CHECKING:
    from .options import Options

ABNORMAL = 1006
CLOSE_TIME = 5.0

_WAITING_MAX = 1024
"""Control frames that may wait for the proxy. Beyond that nothing is read."""


class Line:
    """Writes frames in the order in which they are given, also from code that cannot wait."""

    __slots__ = ("_waiting", "_writer", "connection", "first")

    def __init__(self, connection: ClientConnection, first: dict[str, Any]) -> None:
        self.connection = connection
        self.first = first
        """The first frame that came: it has the own id."""
        self._waiting: deque[str | bytes] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def send(self, frame: str | bytes) -> None:
        """Sends a frame, and waits while the proxy takes no more."""
        while self._writer is not None:
            await asyncio.wait([self._writer])
        try:
            await self.connection.send(frame)
        except ConnectionClosed as error:
            raise NotConnected("there is no connection to the proxy") from error

    def say(self, frame: str | bytes) -> None:
        """Sends a frame soon, before everything that is sent later."""
        self._waiting.append(frame)
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write())

    @property
    def is_behind(self) -> bool:
        """Gives whether so many frames wait that nothing should be read."""
        return len(self._waiting) > _WAITING_MAX

    async def settled(self) -> None:
        """Waits until they have gone."""
        while self._writer is not None and self._waiting:
            await asyncio.wait([self._writer])

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self.connection.send(self._waiting.popleft())
        except ConnectionClosed:
            self._waiting.clear()
        finally:
            self._writer = None

    async def close(self, code: int, reason: str) -> None:
        """Closes it. What was said before goes first."""
        if self._writer is not None:
            await asyncio.wait([self._writer], timeout=CLOSE_TIME)
        await self.connection.close(code, reason)

    def lost(self, error: ConnectionClosed | None = None) -> ConnectionLost | LimitReached:
        """Why it has ended."""
        received = self.connection.protocol.close_rcvd
        if received is not None:
            return of_close(received.code, received.reason)
        detail = f": {error}" if error else "."
        return ConnectionLost(f"The connection to the proxy broke{detail}", ABNORMAL, "")


async def open_line(options: Options) -> Line:
    """Connects, and waits until the proxy tells the own id. Raises a `ConnectError`."""
    try:
        connection = await _connect(options)
    except (InvalidHandshake, OSError, EOFError, asyncio.TimeoutError) as error:
        failure = await why(options)
        raise failure from error
    try:
        return Line(connection, await _first(connection, options))
    except BaseException:
        await _drop(connection)
        raise


async def _connect(options: Options) -> ClientConnection:
    settings: dict[str, Any] = {
        "max_size": None,
        "compression": None,
        "ping_interval": None,
        "proxy": None,
        "open_timeout": PATIENCE,
        "close_timeout": CLOSE_TIME,
        "origin": options.origin,
    }
    if options.unix:
        uri = options.url.replace(options.endpoint, "ws://localhost", 1)
        return await unix_connect(options.unix, uri, **settings)
    return await connect(options.url, **settings)


async def _first(connection: ClientConnection, options: Options) -> dict[str, Any]:
    try:
        frame = await within(PATIENCE, connection.recv())
        notice = read_any(frame) if isinstance(frame, str) else {}
        if isinstance(notice.get("source"), str):
            return notice
    except ConnectionClosed as error:
        received = error.rcvd
        if received is not None and received.code in (4429, 4503):
            raise of_close(received.code, received.reason) from error
    except (asyncio.TimeoutError, ValueError):
        pass
    failure: ConnectError = await why(options)
    if isinstance(failure, LimitReached):
        failure = NotAProxy(f"What answers at {options.place} does not greet as a proxy does.")
    raise failure


async def _drop(connection: ClientConnection) -> None:
    connection.transport.abort()
    await connection.wait_closed()
