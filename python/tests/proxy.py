"""A proxy of the test's own."""

from __future__ import annotations

import asyncio
import socket
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

START_TIME = 30.0


class Proxy:
    """Runs on a port of its own, and takes the same one again."""

    def __init__(self, program: str, *flags: str, port: int | None = None) -> None:
        self._program = program
        self._flags = flags
        self._process: Process | None = None
        self.port = free_port() if port is None else port

    @property
    def endpoint(self) -> str:
        return f"ws://localhost:{self.port}"

    async def start(self) -> None:
        flags = ["run", "--port", str(self.port), "--no-discovery", *self._flags]
        self._process = await asyncio.create_subprocess_exec(
            self._program, *flags, stdout=PIPE, stderr=DEVNULL
        )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), START_TIME)
        assert b"listening on" in line, line

    async def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await process.wait()

    async def __aenter__(self) -> Proxy:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.kill()


class Relay:
    """Carries connections to the socket of a proxy, and cuts them all at once."""

    def __init__(self, path: Path, to: Path) -> None:
        self._path = path
        self._to = to
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._carry, self._path)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._to)
        self._writers += [writer, far_writer]
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


async def next_of(events: AsyncIterator[Any], kind: type[Any]) -> Any:  # noqa: ANN401
    """The next event of a kind."""
    async for event in events:
        if isinstance(event, kind):
            return event
    raise AssertionError(f"the events end before a {kind.__name__}")
