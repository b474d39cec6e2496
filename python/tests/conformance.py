"""A client under test: takes commands and tells events, one JSON object a line.

docs/conformance.md has them. `python conformance.py`
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import networkwebsockets as nws

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (nws.InvalidChannelName, "invalid-name"),
    (nws.ProxyNotRunning, "proxy-not-running"),
    (nws.NotAProxy, "proxy-not-running"),
    (nws.VersionMismatch, "version-mismatch"),
    (nws.LimitReached, "limit"),
    (nws.StreamLimit, "limit"),
    (nws.MessageTooBig, "too-big"),
    (nws.SlowReader, "slow"),
    (nws.ConnectionLost, "lost"),
    (nws.NotConnected, "not-open"),
    (nws.PeerGone, "peer-gone"),
    (nws.DialRefused, "refused"),
    (nws.DialTimeout, "timeout"),
    (nws.StreamsNotSupported, "not-supported"),
    (nws.StreamClosed, "stream-closed"),
)

TOO_BIG = 1009

Said = dict[str, Any]


def tell(event: Said) -> None:
    print(json.dumps(event), flush=True)  # noqa: T201


def word(error: BaseException) -> str:
    """The error in a word, as all clients have it."""
    if isinstance(error, nws.Rejected):
        return "too-big" if error.code == TOO_BIG else "rejected"
    return next((name for kind, name in WORDS if isinstance(error, kind)), "unknown")


TASKS: set[asyncio.Task[None]] = set()


def begin(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Runs something beside all else."""
    task = asyncio.create_task(work)
    TASKS.add(task)
    task.add_done_callback(TASKS.discard)
    return task


def failed(what: str, error: BaseException) -> None:
    tell({"event": "failed", "do": what, "error": word(error), "message": str(error)})


def payload(data: str | bytes) -> Said:
    return {"text": data} if isinstance(data, str) else {"hex": data.hex()}


def data_of(command: Said) -> str | bytes:
    text = command.get("text")
    return text if isinstance(text, str) else bytes.fromhex(command.get("hex", ""))


class Socket:
    """One stream: what is said on it, and what comes."""

    def __init__(self, name: str, hold: bool) -> None:
        self.name = name
        self.orders: asyncio.Queue[Said] = asyncio.Queue()
        self.reads = asyncio.Semaphore(0) if hold else None
        self.saying: asyncio.Task[None] | None = None

    async def open(self, dialling: Awaitable[nws.Stream]) -> None:
        """Waits until a dial is answered."""
        try:
            self.begin(await dialling)
        except (nws.NetworkWebSocketError, ValueError) as error:
            code, reason = getattr(error, "code", 1006), getattr(error, "reason", "")
            self.end(code, reason, word(error))

    def begin(self, stream: nws.Stream) -> None:
        tell({"event": "opened", "stream": self.name, "protocol": stream.subprotocol})
        self.saying = begin(self.say(stream))
        begin(self.read(stream))

    def end(self, code: int, reason: str, error: str) -> None:
        said = {"code": code, "reason": reason, "error": error}
        tell({"event": "ended", "stream": self.name, **said})
        if self.saying is not None:
            self.saying.cancel()

    async def read(self, stream: nws.Stream) -> None:
        try:
            while True:
                if self.reads is not None:
                    await self.reads.acquire()
                tell({"event": "heard", "stream": self.name, **payload(await stream.recv())})
        except nws.StreamClosed as error:
            await stream.wait_closed()
            code = stream.close_code if stream.close_code is not None else error.code
            self.end(code, stream.close_reason or "", word(error))

    async def say(self, stream: nws.Stream) -> None:
        while True:
            command = await self.orders.get()
            try:
                if command["do"] == "end":
                    await stream.close(command.get("code", 1000), command.get("reason", ""))
                else:
                    await stream.send(data_of(command))
            except nws.NetworkWebSocketError as error:
                failed(command["do"], error)


class Driver:
    """One channel at a time."""

    def __init__(self) -> None:
        self.ws: nws.NetworkWebSocket | None = None
        self.sayings: asyncio.Queue[Said] = asyncio.Queue()
        begin(self.say())
        self.dials: dict[str, nws.Dial] = {}
        self.sockets: dict[str, Socket] = {}

    def obey(self, command: Said) -> None:
        getattr(self, f"do_{command['do']}")(command)

    def do_open(self, command: Said) -> None:
        self.dials.clear()
        self.sockets.clear()
        reconnect: bool | nws.Reconnect = command.get("reconnect", False)
        if reconnect and "maxDelay" in command:
            reconnect = nws.Reconnect(command["maxDelay"] / 1000)
        try:
            connecting = nws.connect(
                command["channel"],
                endpoint=command["endpoint"],
                local=command.get("local", False),
                reconnect=reconnect,
            )
        except nws.NetworkWebSocketError as error:
            failed("open", error)
            return
        begin(self.watch(connecting))

    async def watch(self, connecting: nws.connect) -> None:
        try:
            self.ws = ws = await connecting
        except nws.ConnectError as error:
            tell({"event": "closed", "code": 1006, "reason": "", "error": word(error)})
            return
        why = None
        try:
            async for event in ws:
                self.hear(event)
        except nws.NetworkWebSocketError as error:
            why = word(error)
        await ws.close()
        closed = {"event": "closed", "code": ws.close_code, "reason": ws.close_reason}
        tell({**closed, "error": why})

    def hear(self, event: nws.Event) -> None:
        if isinstance(event, nws.Dial):
            name = f"in{len(self.dials) + 1}"
            self.dials[name] = event
            said: Said = {"peer": event.peer.id, "protocols": event.protocols, "stream": name}
            tell({"event": "dial", **said})
        else:
            tell(told(event))

    def do_send(self, command: Said) -> None:
        self.sayings.put_nowait(command)

    async def say(self) -> None:
        """Says one thing after the other."""
        while True:
            command = await self.sayings.get()
            assert self.ws is not None
            if command["do"] == "close":
                begin(self.ws.close(command.get("code", 1000), command.get("reason", "")))
                continue
            target = command.get("to")
            to = self.ws if target is None else self.ws.peer(target)
            try:
                if to is None:
                    raise nws.PeerGone("nobody has this id")
                await to.send(data_of(command))
            except nws.NetworkWebSocketError as error:
                failed("send", error)

    def do_dial(self, command: Said) -> None:
        assert self.ws is not None
        peer = self.ws.peer(command["peer"])
        socket = self.sockets[command["as"]] = Socket(command["as"], command.get("hold", False))
        if peer is None:
            socket.end(1006, "", "peer-gone")
            return
        begin(socket.open(peer.dial(command.get("protocols", []))))

    def do_accept(self, command: Said) -> None:
        name = command["stream"]
        socket = self.sockets[name] = Socket(name, command.get("hold", False))
        try:
            socket.begin(self.dials[name].accept(command.get("protocol", "")))
        except nws.NetworkWebSocketError as error:
            failed("accept", error)

    def do_reject(self, command: Said) -> None:
        self.dials[command["stream"]].reject(command.get("code"), command.get("reason", ""))

    def do_say(self, command: Said) -> None:
        self.sockets[command["stream"]].orders.put_nowait(command)

    do_end = do_say

    def do_read(self, command: Said) -> None:
        reads = self.sockets[command["stream"]].reads
        assert reads is not None
        reads.release()

    do_close = do_send


def told(event: nws.Event) -> Said:
    match event:
        case nws.Open(id):
            return {"event": "open", "id": id}
        case nws.Connect(peer):
            return {"event": "connect", "peer": peer.id}
        case nws.Disconnect(peer):
            return {"event": "disconnect", "peer": peer.id}
        case nws.Sync(settled):
            return {"event": "sync", "settled": settled}
        case nws.Message(sender, data, direct):
            return {"event": "message", "from": sender.id, "direct": direct, **payload(data)}
        case nws.Fault(code, _, target):
            return {"event": "fault", "code": code, "target": target}
        case nws.Reconnecting(attempt, delay, code, reason):
            said: Said = {"attempt": attempt, "delay": delay * 1000, "code": code, "reason": reason}
            return {"event": "reconnecting", **said}
        case _:
            raise AssertionError(event)


async def main() -> None:
    lines = asyncio.StreamReader(limit=2**26)
    protocol = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    driver = Driver()
    while line := await lines.readline():
        driver.obey(json.loads(line))


if __name__ == "__main__":
    asyncio.run(main())
