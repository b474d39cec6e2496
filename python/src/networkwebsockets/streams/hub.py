"""The frames of all streams of a channel, and what follows from them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .. import frames
from ..errors import (
    DialRefused,
    DialTimeout,
    NotConnected,
    PeerGone,
    StreamError,
    StreamLimit,
    StreamsNotSupported,
    VersionMismatch,
)
from ..inbox import Inbox
from ..names import is_token
from .credit import PART_MAX
from .dial import Dial
from .stream import ABNORMAL, NO_STATUS, Stream, check_close
from .table import DIALLED_BY_RECEIVER, End, LimitError, Received, State, Table, ViolationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ..channel import NetworkWebSocket
    from ..peer import Peer

ANSWER_TIME = 3.0
"""Seconds that a peer may say nothing about a dial."""

TAKE_TIME = 10.0
"""Seconds in which this program has to look at a dial."""

POLICY = 1008
TOO_BIG = 1009


class Hub:
    """The streams of one channel."""

    def __init__(self, channel: NetworkWebSocket) -> None:
        self._channel = channel
        self._table: Table[Peer] = Table()
        self._streams: dict[End[Peer], Stream] = {}
        self._answers: dict[End[Peer], asyncio.Future[Stream]] = {}
        self._offers: dict[End[Peer], tuple[str, ...]] = {}
        self._decisions: dict[End[Peer], Decision] = {}
        self._timers: dict[End[Peer], asyncio.TimerHandle] = {}
        self._dials: Inbox[Dial] | None = None
        self._finished = False
        self._error: Exception | None = None

    @property
    def part_max(self) -> int:
        """The most bytes of a part."""
        return min(PART_MAX, self._channel.max_message_size or PART_MAX)

    def dials(self) -> AsyncIterator[Dial]:
        """The dials from now on."""
        if self._dials is None:
            self._dials = Inbox()
            self._channel._inbox.remove(self._redirect)
            if self._finished:
                self._dials.end(self._error)
        return self._dials.items()

    def _redirect(self, event: object) -> bool:
        """A dial that came before anybody asked for dials is one of them."""
        if isinstance(event, Dial) and self._dials is not None:
            self._dials.put(event)
            return True
        return False

    async def dial(self, peer: Peer, protocols: str | Sequence[str]) -> Stream:
        """Dials a peer, and waits for the answer."""
        offered = (protocols,) if isinstance(protocols, str) else tuple(protocols)
        if len(set(offered)) < len(offered) or not all(map(is_token, offered)):
            raise ValueError(f"{offered!r} are no names of subprotocols")
        end = self._dial(peer)
        self._offers[end] = offered
        answer: asyncio.Future[Stream] = asyncio.get_running_loop().create_future()
        self._answers[end] = answer
        data = {"event": "dial", "protocols": offered, "credit": end.window.size}
        self._tell(end, data)
        self._wait(end, ANSWER_TIME, DialTimeout(f"the peer {peer.id} says nothing to the dial"))
        try:
            return await answer
        except asyncio.CancelledError:
            if end.state is State.DIALLING:
                self._tell(end, {"event": "close"})
            elif end in self._streams:
                self.abort(self._streams[end], 1001, "")
            self._drop(end)
            raise

    def accept(self, end: End[Peer], protocol: str) -> Stream:
        """Accepts a dial of a peer."""
        stream = self._open(end, protocol)
        data = {"event": "accept", "protocol": protocol, "credit": end.window.size}
        self._tell(end, data)
        return stream

    def refuse(self, end: End[Peer], code: int = NO_STATUS, reason: str = "") -> None:
        """Refuses a dial of a peer."""
        if end.state is State.DIALLED:
            self._tell(end, {"event": "close", "error": "refused", **_said(code, reason)})
            self._drop(end)

    def taken(self, stream: Stream, cost: int) -> None:
        """The program has taken a message."""
        self._credit(stream._end, cost)

    def say_close(self, stream: Stream, code: int, reason: str) -> None:
        """Begins to close a stream."""
        if stream._end.state is State.OPEN:
            self._table.become(stream._end, State.CLOSING)
            self._tell(stream._end, {"event": "close", **_said(code, reason)})

    def abort(self, stream: Stream, code: int, reason: str) -> None:
        """Closes a stream at once."""
        if stream._end.state in (State.OPEN, State.CLOSING):
            self._tell(stream._end, {"event": "close", **_said(code, reason)})
            self._end(stream._end, code, reason)

    def fail(self, stream: Stream, reason: str) -> None:
        """The stream has ended without a close."""
        self._end(stream._end, ABNORMAL, reason)

    def leave(self, peer: Peer) -> None:
        """A peer has gone."""
        known = {*self._streams, *self._answers, *self._decisions}
        for end in [end for end in known if end.peer is peer]:
            self._fail(end, PeerGone(f"the peer {peer.id} has left"), "the peer has left")
        self._table.forget_peer(peer)

    def finish(self, error: Exception | None) -> None:
        """The channel has ended."""
        self._finished, self._error = True, error
        if self._dials is not None:
            self._dials.end(error)

    def on_frame(self, source: str, data: object) -> None:
        """A frame of a stream has come. A peer has written `data`, so it may be anything."""
        if isinstance(data, dict):
            # Bytes come in binary frames alone.
            self._on_said(source, {**data, "bytes": None})

    def _on_said(self, source: str, data: dict[str, Any]) -> None:
        number = data.get("stream")
        peer = self._channel.peer(source)
        if type(number) is not int or not 0 <= number < 1 << 32:
            return
        if data.get("event") == "dial":
            self._on_dial(peer, source, number, data)
            return
        end = None if peer is None else self._table.find(peer, number)
        if end is not None:
            self._on_event(end, data)
        elif data.get("event") == "accept":
            self._answer(source, number, {"event": "close"})

    def on_part(self, source: str, payload: bytes) -> None:
        """A binary frame of a stream has come."""
        try:
            part = frames.read_stream_part(payload)
        except ValueError as error:
            self._channel._unreadable(error)
            return
        self._on_said(source, part)

    def on_error(self, notice: dict[str, Any]) -> bool:
        """The proxy could not pass on a frame. Gives whether it was one of a stream."""
        number, target = notice.get("stream"), notice.get("target")
        if not isinstance(number, int):
            return False
        peer = self._channel.peer(target) if isinstance(target, str) else None
        end = None if peer is None else self._table.find(peer, number ^ DIALLED_BY_RECEIVER)
        if end is not None:
            code, reason = str(notice.get("code")), str(notice.get("reason", ""))
            self._fail(end, _failure(code, reason), reason)
        return True

    def _dial(self, peer: Peer) -> End[Peer]:
        channel = self._channel
        if channel._line is None:
            raise NotConnected("there is no connection to the proxy")
        if not channel.has_streams:
            raise VersionMismatch("The proxy has no streams: update it.")
        if not peer.is_present:
            raise PeerGone(f"the peer {peer.id} has left")
        try:
            return self._table.dial(peer)
        except LimitError:
            text = "there are too many streams with this peer, or too many dials wait"
            raise StreamLimit(text) from None

    def _on_dial(self, peer: Peer | None, source: str, number: int, data: dict[str, Any]) -> None:
        offered = data.get("protocols")
        try:
            if peer is None or not isinstance(offered, list) or not all(map(is_token, offered)):
                raise ViolationError
            end = self._table.dialled(peer, number, data.get("credit"))
        except (LimitError, ViolationError) as error:
            said = "limit" if isinstance(error, LimitError) else "refused"
            self._answer(source, number, {"event": "close", "error": said})
            return
        self._offers[end] = tuple(offered)
        decision = self._decisions[end] = Decision(self, end)
        self._tell(end, {"event": "pending"})
        loop = asyncio.get_running_loop()
        self._timers[end] = loop.call_later(TAKE_TIME, self._overdue, end)
        dial = Dial(peer, tuple(offered), decision)
        if self._dials is not None:
            self._dials.put(dial)
        else:
            self._channel._inbox.put(dial)

    def _overdue(self, end: End[Peer]) -> None:
        """Refuses a dial at which the program has not looked."""
        decision = self._decisions.get(end)
        inbox: Inbox[Any] = self._dials or self._channel._inbox
        if any(isinstance(item, Dial) and item._decision is decision for item in inbox.waiting()):
            self.refuse(end)

    def _on_event(self, end: End[Peer], data: dict[str, Any]) -> None:
        event = data.get("event")
        if event == "data":
            self._on_data(end, data)
        elif event == "credit":
            self._on_credit(end, data.get("credit"))
        elif event == "close":
            self._on_close(end, data)
        elif event == "pending" and end.state is State.DIALLING:
            self._rest(end)
        elif event == "accept" and end.state is State.DIALLING:
            self._on_accept(end, data)

    def _on_accept(self, end: End[Peer], data: dict[str, Any]) -> None:
        protocol = data.get("protocol", "")
        answer = self._answers[end]
        if protocol not in ("", *self._offers[end]) or not end.outgoing.add(data.get("credit")):
            self._violated(end, POLICY)
        elif not answer.done():
            answer.set_result(self._open(end, protocol))

    def _on_data(self, end: End[Peer], data: dict[str, Any]) -> None:
        part: object = data.get("text") if data.get("bytes") is None else data["bytes"]
        if isinstance(part, str):
            part = frames.well_formed(part)
        if not isinstance(part, (str, bytes)):
            self._violated(end, POLICY)
            return
        fate = end.receive(part, frames.byte_length(part), data.get("more") is True)
        if fate is Received.VIOLATION or fate is Received.TOO_BIG:
            self._violated(end, TOO_BIG if fate is Received.TOO_BIG else POLICY)
        elif fate is Received.WHOLE:
            self._streams[end]._on_message(end.message(), end.due)
        else:
            self._credit(end, 0 if fate is Received.PART else end.due)

    def _on_credit(self, end: End[Peer], credit: object) -> None:
        if end.state not in (State.OPEN, State.CLOSING) or not end.outgoing.add(credit):
            self._violated(end, POLICY)
        else:
            self._streams[end]._on_credit()

    def _on_close(self, end: End[Peer], data: dict[str, Any]) -> None:
        code, reason = data.get("code"), data.get("reason")
        shown = code if isinstance(code, int) and _is_code(code) else NO_STATUS
        text = reason if isinstance(reason, str) else ""
        if end.state in (State.DIALLING, State.DIALLED):
            error = data.get("error")
            shown = ABNORMAL if shown == NO_STATUS else shown
            refused = DialRefused(shown, text)
            is_known = error in ("limit", "not-supported", "version-mismatch")
            self._fail(end, _failure(str(error), text) if is_known else refused, text)
            return
        if end.state is State.OPEN:
            self._tell(end, {"event": "close", **_said(shown, text)})
        self._end(end, shown, text)

    def _credit(self, end: End[Peer], cost: int) -> None:
        credit = end.taken(cost)
        if credit:
            self._tell(end, {"event": "credit", "credit": credit})

    def _open(self, end: End[Peer], protocol: str) -> Stream:
        self._rest(end)
        line = self._channel._line
        if line is None:
            raise NotConnected("there is no connection to the proxy")
        self._table.become(end, State.OPEN)
        self._forget(end)
        stream = self._streams[end] = Stream(self, line, end)
        stream.subprotocol = protocol
        return stream

    def _violated(self, end: End[Peer], code: int) -> None:
        self._tell(end, {"event": "close", "code": code})
        self._fail(end, StreamError("the peer has broken the rules of streams"), "", code)

    def _fail(self, end: End[Peer], error: Exception, reason: str, code: int = ABNORMAL) -> None:
        answer = self._answers.get(end)
        if answer is not None and not answer.done():
            answer.set_exception(error)
        self._end(end, code, reason)

    def _end(self, end: End[Peer], code: int, reason: str) -> None:
        stream = self._streams.get(end)
        self._drop(end)
        if stream is not None:
            stream._on_end(code, reason)

    def _drop(self, end: End[Peer]) -> None:
        self._rest(end)
        self._table.become(end, State.ENDED)
        self._streams.pop(end, None)
        self._forget(end)

    def _forget(self, end: End[Peer]) -> None:
        """The dial is over."""
        self._offers.pop(end, None)
        self._answers.pop(end, None)
        self._decisions.pop(end, None)

    def _wait(self, end: End[Peer], seconds: float, error: Exception) -> None:
        loop = asyncio.get_running_loop()
        self._timers[end] = loop.call_later(seconds, self._fail, end, error, "")

    def _rest(self, end: End[Peer]) -> None:
        timer = self._timers.pop(end, None)
        if timer is not None:
            timer.cancel()

    def _tell(self, end: End[Peer], said: dict[str, object]) -> None:
        self._write(end.peer.id, {"stream": end.number, **said})

    def _answer(self, target: str, number: int, said: dict[str, object]) -> None:
        """Answers a frame whose stream is none here."""
        self._write(target, {"stream": number ^ DIALLED_BY_RECEIVER, **said})

    def _write(self, target: str, data: dict[str, object]) -> None:
        line = self._channel._line
        if line is not None:
            line.say(frames.stream_control(target, data))


class Decision:
    """What a program may do about a dial."""

    def __init__(self, hub: Hub, end: End[Peer]) -> None:
        self._hub = hub
        self._end = end
        self._loop = asyncio.get_running_loop()

    def accept(self, protocol: str) -> Stream:
        """Opens the stream."""
        if self._end.state is not State.DIALLED:
            raise StreamError("the dial is over")
        if protocol and protocol not in self._hub._offers[self._end]:
            raise ValueError(f"{protocol!r} was not offered")
        return self._hub.accept(self._end, protocol)

    def reject(self, code: int | None, reason: str) -> None:
        """Refuses."""
        if code is None and reason:
            code = 1000
        if code is not None:
            check_close(code, reason)
        self._hub.refuse(self._end, NO_STATUS if code is None else code, reason)

    def let_go(self) -> None:
        """Refuses, if nothing has been decided."""
        if self._end.state is State.DIALLED and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hub.refuse, self._end)


def _failure(code: str, reason: str) -> Exception:
    """The error for a code of the proxy, or for an error of the peer."""
    if code == "not-supported":
        return StreamsNotSupported(
            f"the peer has no streams: it is a raw peer, or older ({reason})"
        )
    if code in ("limit", "not-admitted"):
        return StreamLimit(f"there are too many streams, or too many dials wait {reason}".rstrip())
    if code == "unknown-target":
        return PeerGone("the peer has left")
    if code == "version-mismatch":
        return VersionMismatch("The proxy of the peer has no streams: update it.")
    return StreamError(f"{code}: {reason}")


def _is_code(code: int) -> bool:
    return 1000 <= code < 5000 and code not in (NO_STATUS, ABNORMAL)


def _said(code: int, reason: str) -> dict[str, object]:
    """What of an end is said in a frame."""
    return {} if code == NO_STATUS else {"code": code, "reason": reason}
