"""Opens channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .channel import NetworkWebSocket
from .names import ENDPOINT
from .options import Options

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path
    from types import TracebackType

    from .reconnect import Reconnect


class connect:  # noqa: N801
    """Joins a channel: `async with connect("chan") as ws`, or `ws = await connect("chan")`.

    When it is done, `ws.peers` has the peers that were there. With `local` the channel stays on
    this machine. `endpoint` is the address of the proxy, and `unix` the path of its socket instead.
    `origin` is for a proxy that admits only some. `reconnect` says whether, and how, a lost
    connection is made again. In a gap up to `queue_in_gaps` bytes of broadcasts are kept for the
    next connection. The first attempt is made once. Raises a `ConnectError`.
    """

    def __init__(
        self,
        channel: str,
        *,
        local: bool = False,
        endpoint: str = ENDPOINT,
        unix: str | Path | None = None,
        origin: str | None = None,
        reconnect: bool | Reconnect = True,
        queue_in_gaps: int = 0,
    ) -> None:
        self._options = Options.of(
            channel,
            local=local,
            endpoint=endpoint,
            unix=unix,
            origin=origin,
            reconnect=reconnect,
            queue_in_gaps=queue_in_gaps,
        )
        self._socket: NetworkWebSocket | None = None

    def __await__(self) -> Generator[object, None, NetworkWebSocket]:
        return self._open().__await__()

    async def __aenter__(self) -> NetworkWebSocket:
        self._socket = await self._open()
        return self._socket

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _open(self) -> NetworkWebSocket:
        socket = NetworkWebSocket(self._options)
        await socket._start()
        return socket
