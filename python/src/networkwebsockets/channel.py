"""One channel, across all its connections: its roster, and what happens in it."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, Literal

from websockets.exceptions import ConnectionClosed

from . import frames
from .errors import (
    ConnectError,
    ConnectionLost,
    LimitReached,
    MessageTooBig,
    NotConnected,
    TooMuchQueued,
)
from .events import Connect, Disconnect, Event, Fault, Message, Open, Reconnecting, Sync
from .inbox import Inbox
from .line import ABNORMAL, Line, open_line
from .peer import Peer
from .reconnect import LASTING
from .streams.hub import Hub
from .within import within

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from .frames import Data
    from .options import Options
    from .streams.dial import Dial

_STATUS = '{"action":"status","streams":1}'
"""The question whose answer says whether the proxy knows streams."""

_SYNC_TIME = 1.0
"""Seconds to wait for the roster: a proxy tells it within a quarter of a second."""


class NetworkWebSocket:
    """A channel. `connect()` makes it; iterate over it for what happens."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._line: Line | None = None
        self._peers: dict[str, Peer] = {}
        self._roster: tuple[Peer, ...] | None = None
        self._inbox: Inbox[Event] = Inbox()
        self._streams = Hub(self)
        self._taps: list[Tap] = []
        self._task: asyncio.Task[None] | None = None
        self._synced = asyncio.Event()
        self._awaited: set[object] = set()
        self._closing: tuple[int, str] | None = None
        self._kept: list[str | bytes] = []
        self._kept_bytes = 0
        self.id = ""
        """The own peer id: another one after each gap, and empty while there is no connection."""
        self.max_message_size: int | None = None
        """The most bytes of one message; a text counts in UTF-8."""
        self.has_streams = False
        """Whether the proxy knows streams."""
        self.close_code: int | None = None
        self.close_reason: str | None = None

    @property
    def channel(self) -> str:
        """The name."""
        return self._options.channel

    @property
    def peers(self) -> tuple[Peer, ...]:
        """The peers that are present, in the order in which they came."""
        if self._roster is None:
            self._roster = tuple(self._peers.values())
        return self._roster

    def peer(self, id: str) -> Peer | None:
        """The peer with this id, if it is present."""
        return self._peers.get(id)

    async def send(self, data: Data) -> None:
        """Broadcasts text or bytes to all others, and waits while the proxy takes no more.

        Raises `MessageTooBig`. In a gap it raises `NotConnected`, or keeps the message for the next
        connection, with `queue_in_gaps`, and raises `TooMuchQueued`. Raises a `ValueError` for
        `Json` that is none.
        """
        if isinstance(data, str):
            frame: str | bytes = frames.text_to_all(data)
        else:
            frame = frames.bytes_to_all(data)
        if self._line is None and self._options.queue_in_gaps and not self._has_ended:
            self._keep(frame, data)
        else:
            await self._send(frame, data)

    def __aiter__(self) -> AsyncIterator[Event]:
        """Everything that happens, from the oldest event that nobody has taken.

        It ends after `close()`, and raises what has ended the channel otherwise. Let one task read.
        """
        return self._inbox.items()

    def dials(self) -> AsyncIterator[Dial]:
        """The dials of peers. From the first call on they are no longer among the events."""
        return self._streams.dials()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Leaves the channel. Peers see a `Disconnect`, and streams end."""
        if self._closing is None:
            self._closing = (code, reason)
            self._inbox.end(None)
            line, task = self._line, self._task
            if line is not None:
                await line.close(code, reason)
            elif task is not None:
                task.cancel()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def __aenter__(self) -> NetworkWebSocket:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = f"id {self.id}, {len(self._peers)} peers" if self._line else "not connected"
        return f"<NetworkWebSocket {self.channel!r}: {state}>"

    def _add_tap(self, tap: Tap) -> None:
        """What has come already and nobody has taken is offered to it too."""
        self._taps.append(tap)
        self._inbox.remove(
            lambda event: (
                isinstance(event, Message) and tap.hear(event.sender, event.data, event.direct)
            )
        )

    async def _start(self) -> None:
        line = await open_line(self._options)
        self._admit(line)
        self._task = asyncio.get_running_loop().create_task(self._run(line))
        try:
            await within(_SYNC_TIME, self._synced.wait())
        except asyncio.TimeoutError:
            pass
        except BaseException:
            await self.close()
            raise

    @property
    def _has_ended(self) -> bool:
        return self._closing is not None or self._task is None or self._task.done()

    def _keep(self, frame: str | bytes, data: Data) -> None:
        self._check_size(data)
        self._kept_bytes += frames.byte_length(data)
        if self._kept_bytes > self._options.queue_in_gaps:
            self._kept_bytes -= frames.byte_length(data)
            raise TooMuchQueued("too much waits for the next connection")
        self._kept.append(frame)

    async def _send(self, frame: str | bytes, data: Data) -> None:
        line = self._line
        if line is None:
            raise NotConnected("there is no connection to the proxy")
        self._check_size(data)
        await line.send(frame)

    def _check_size(self, data: Data) -> None:
        most = self.max_message_size
        if most is not None and len(data) * 3 > most and frames.byte_length(data) > most:
            raise MessageTooBig(
                f"{frames.byte_length(data)} bytes: the proxy takes {most} (--max-message-size)"
            )

    async def _run(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        error: Exception | None = None
        attempt = 0
        try:
            while True:
                opened = loop.time()
                loss = await self._read(line)
                self._leave(loss)
                if self._closing is not None:
                    return
                attempt = 0 if loop.time() - opened >= LASTING else attempt
                line, attempt = await self._return(loss, attempt)
                self._admit(line)
        except asyncio.CancelledError:
            pass
        except Exception as failure:
            error = failure
        finally:
            self._finish(error)

    async def _read(self, line: Line) -> ConnectionLost | LimitReached:
        """Takes frames until the connection ends."""
        receive, take, inbox = line.connection.recv, self._take, self._inbox
        self._awaited = {"first"}
        self._notice(line.first)
        self._awaited = {"status", "welcome"}
        line.say(_STATUS)
        try:
            while True:
                take(await receive())
                if inbox.is_full:
                    await inbox.drained()
                if line.is_behind:
                    await line.settled()
        except ConnectionClosed as closed:
            return line.lost(closed)

    async def _return(self, loss: ConnectionLost | ConnectError, attempt: int) -> tuple[Line, int]:
        """Tries until there is a connection again. Raises what no attempt can cure."""
        policy = self._options.reconnect
        while policy is not None and loss.may_pass:
            attempt += 1
            delay = policy.delay(attempt, random.random())
            code = getattr(loss, "code", ABNORMAL)
            reason = getattr(loss, "reason", "")
            self._inbox.put(Reconnecting(attempt, delay, code, reason, loss))
            if self._inbox.is_full:
                await self._inbox.drained()
            await asyncio.sleep(delay)
            try:
                return await open_line(self._options), attempt
            except ConnectError as failure:
                loss = failure
        raise loss

    def _admit(self, line: Line) -> None:
        self._line = line
        self.id = line.first["source"]
        self._inbox.put(Open(self.id))
        for frame in self._kept:
            line.say(frame)
        self._kept, self._kept_bytes = [], 0

    def _leave(self, loss: ConnectionLost | LimitReached) -> None:
        """The connection is lost: every peer has gone."""
        self._line = None
        self.id = ""
        self.close_code, self.close_reason = loss.code, loss.reason
        for id in list(self._peers):
            self._depart(id, "lost")

    def _finish(self, error: Exception | None) -> None:
        self._streams.finish(error)
        for tap in self._taps:
            tap.finish()
        if self._closing is not None:
            self.close_code, self.close_reason = self._closing
        self._synced.set()
        self._inbox.end(error)

    def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            said = frames.read_usual(frame)
            if said is None:
                self._take_any(frame)
                return
        else:
            try:
                kind, source, payload = frames.read_binary(frame)
            except ValueError as error:
                self._unreadable(error)
                return
            if kind == frames.STREAM:
                self._streams.on_part(source, payload)
                return
            self._hear(source, payload, kind == frames.MESSAGE)
            return
        self._hear(*said)

    def _take_any(self, frame: str) -> None:
        try:
            notice = frames.read_any(frame)
            if notice["action"] in ("broadcast", "message"):
                self._hear(*frames.heard(notice, frame))
            else:
                self._notice(notice)
        except (ValueError, KeyError, TypeError) as error:
            self._unreadable(error)

    def _hear(self, source: str, data: str | bytes, direct: bool) -> None:
        sender = self._peers.get(source)
        if sender is None:
            sender = Peer(self, source)
            sender.is_present = False
        for tap in self._taps:
            if tap.hear(sender, data, direct):
                return
        self._inbox.put(Message(sender, data, direct), len(data))

    def _notice(self, notice: dict[str, Any]) -> None:
        action, target = notice["action"], notice.get("target")
        if action in ("connect", "disconnect"):
            self._come_or_go(action, _text(target), notice.get("reason"))
        elif action == "stream":
            self._streams.on_frame(_text(notice["source"]), notice["data"])
        elif action in ("status", "welcome"):
            self._learn(notice)
        elif action == "error":
            self._complain(_text(notice.get("code")), notice)

    def _come_or_go(self, action: str, id: str, reason: object) -> None:
        if action == "connect":
            self._arrive(id)
        else:
            self._depart(id, "slow" if reason == "slow" else "left")

    def _complain(self, code: str, notice: dict[str, Any]) -> None:
        if not self._streams.on_error(notice):
            reason, target = notice.get("reason"), notice.get("target")
            said = reason if isinstance(reason, str) else ""
            self._inbox.put(Fault(code, said, target if isinstance(target, str) else None))

    def _learn(self, notice: dict[str, Any]) -> None:
        most = notice.get("maxMessageSize")
        self.max_message_size = most if isinstance(most, int) else self.max_message_size
        if notice["action"] == "status":
            self.has_streams = notice.get("streams") == 1
        else:
            self._inbox.put(Sync(notice.get("settled") is True))
        self._awaited.discard(notice["action"])
        if not self._awaited:
            self._synced.set()

    def _arrive(self, id: str) -> None:
        if id not in self._peers:
            peer = self._peers[id] = Peer(self, id)
            self._roster = None
            self._inbox.put(Connect(peer))
            for tap in self._taps:
                tap.come(peer)

    def _depart(self, id: str, reason: Literal["left", "slow", "lost"]) -> None:
        peer = self._peers.pop(id, None)
        if peer is not None:
            peer.is_present = False
            self._roster = None
            self._streams.leave(peer)
            for tap in self._taps:
                tap.go(peer)
            self._inbox.put(Disconnect(peer, reason))

    def _unreadable(self, error: Exception) -> None:
        self._inbox.put(Fault("bad-frame", f"the proxy sent what cannot be read: {error}", None))


def _text(member: object) -> str:
    """A member that has to be a text. Raises a `TypeError`."""
    if not isinstance(member, str):
        raise TypeError("a member is missing, or is no text")
    return member


class Tap:
    """Takes some messages out of a channel, before they become events."""

    def hear(self, sender: Peer, data: str | bytes, direct: bool) -> bool:
        """Gives whether the message is taken out."""
        raise NotImplementedError

    def come(self, peer: Peer) -> None:
        """A peer is here."""

    def go(self, peer: Peer) -> None:
        """A peer has gone."""

    def finish(self) -> None:
        """The channel has ended."""
