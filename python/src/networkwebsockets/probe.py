"""Finds out why no connection could be made: asks the program at the endpoint what it is."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .errors import (
    START,
    ConnectError,
    LimitReached,
    NotAProxy,
    OriginNotAllowed,
    ProxyNotRunning,
    VersionMismatch,
)
from .within import within

if TYPE_CHECKING:
    from .options import Options

PROTOCOL = 1
"""The protocol that this package speaks."""

PATIENCE = 3.0
"""Seconds that a proxy may take to answer: one that is there takes milliseconds."""

_ANSWER_MAX = 4096
_SILENT = object()


async def why(options: Options) -> ConnectError:
    """The reason why no connection could be made."""
    place = options.place
    try:
        answer = await within(PATIENCE, _status(options))
    except (OSError, asyncio.TimeoutError) as error:
        detail = f" ({error})" if isinstance(error, socket.gaierror) else ""
        return ProxyNotRunning(f"No proxy answers at {place}{detail}. {START}")
    if not isinstance(answer, dict) or answer.get("service") != "networkwebsockets":
        hint = " An endpoint has no channel." if urlsplit(options.endpoint).path.strip("/") else ""
        return NotAProxy(
            f"The program that answers at {place} is no Network Web Sockets proxy.{hint}"
        )
    if answer.get("protocol") != PROTOCOL:
        return VersionMismatch(
            f"The proxy at {place} speaks protocol {answer.get('protocol')}, and this package "
            f"{PROTOCOL}: update the older one."
        )
    if answer.get("origin") == "refused":
        return OriginNotAllowed(
            f"The proxy at {place} does not serve the origin {options.origin}: start it with "
            f"--allow-origin {options.origin}."
        )
    return LimitReached(
        f"The proxy at {place} is there, and did not let this client in: try again."
    )


async def _status(options: Options) -> Any:  # noqa: ANN401
    reader, writer = await _open(options)
    try:
        parts = urlsplit(options.endpoint)
        host = "localhost" if options.unix else parts.netloc.rpartition("@")[2]
        origin = f"Origin: {options.origin}\r\n" if options.origin else ""
        path = "" if options.unix else parts.path.rstrip("/")
        request = f"GET {path}/status HTTP/1.1\r\nHost: {host}\r\n{origin}Connection: close\r\n\r\n"
        writer.write(request.encode())
        answer = b""
        while len(answer) < _ANSWER_MAX and (piece := await reader.read(_ANSWER_MAX)):
            answer += piece
    finally:
        writer.close()
    try:
        return json.loads(answer.partition(b"\r\n\r\n")[2])
    except ValueError:
        return _SILENT


async def _open(options: Options) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if options.unix:
        return await asyncio.open_unix_connection(options.unix)
    parts = urlsplit(options.endpoint)
    secure = ssl.create_default_context() if parts.scheme == "wss" else None
    port = parts.port or (443 if secure else 80)
    return await asyncio.open_connection(parts.hostname, port, ssl=secure)
