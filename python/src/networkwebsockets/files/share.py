"""Files between this client and the peers of a channel."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import frames
from ..channel import NetworkWebSocket, Tap
from ..errors import FileError, NoFileProtocol, NotConnected, PeerGone
from ..events import Fault
from ..inbox import Inbox
from ..within import within
from .incoming import Incoming
from .outgoing import Delivery, Outgoing
from .wire import (
    HEAD,
    PART,
    PART_LEAST,
    SEEK_MAX,
    control,
    is_of_files,
    read_control,
    read_offer,
    read_part,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ..peer import Peer

OFFERS_MAX = 500
OFFERS_OF_ONE = 100
RECEIVING_MAX = 4
"""Their windows together are what may come at once: 8 MiB, well below what a proxy lets wait."""

SENDING_MAX = 8
DELIVERIES_OF_ONE = 16
DELIVERIES_MAX = 64


class Files(Tap):
    """Takes the messages about files out of a channel. Make it before you read events."""

    def __init__(self, channel: NetworkWebSocket) -> None:
        self._channel = channel
        self._turns = asyncio.Semaphore(RECEIVING_MAX)
        self._sending = asyncio.Semaphore(SENDING_MAX)
        self._known: dict[str, Incoming] = {}
        self._running: dict[int, Incoming] = {}
        self._streams = 0
        self._own: dict[str, Outgoing] = {}
        self._deliveries: dict[tuple[Peer, int], Delivery] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: dict[str, asyncio.Future[Delivery]] = {}
        self._offers: Inbox[Incoming] = Inbox()
        self._flooders: set[Peer] = set()
        self.is_over = False
        channel._add_tap(self)

    def offers(self) -> AsyncIterator[Incoming]:
        """The files that peers offer, from the oldest that nobody has taken."""
        return self._offers.items()

    async def offer(self, path: str | Path, to: Peer | None = None) -> Outgoing:
        """Offers a file to all, also to those who come later, or to one. Returns at once."""
        most = self._channel.max_message_size or PART + HEAD
        part = max(min(PART, most - HEAD), PART_LEAST)
        try:
            outgoing = await asyncio.to_thread(Outgoing, self, Path(path), to, part)
        except OSError as error:
            raise FileError(f"{path} cannot be read: {error}", "unreadable") from error
        self._own[outgoing.offer.file] = outgoing
        message = _announcement(outgoing)
        try:
            await (self._channel.send(message) if to is None else to.send(message))
        except BaseException:
            del self._own[outgoing.offer.file]
            raise
        return outgoing

    async def send(self, path: str | Path, to: Peer, *, patience: float | None = 60.0) -> None:
        """Offers a file to one peer, and waits until the peer has all of it.

        Raises `NoFileProtocol` if it has not asked for it after so many seconds, `PeerGone`, or a
        `FileError`.
        """
        outgoing = await self.offer(path, to)
        file = outgoing.offer.file
        asked = self._asked[file] = asyncio.get_running_loop().create_future()
        try:
            delivery = await within(patience, asked)
            await delivery.over.wait()
            if delivery.failed is not None:
                raise delivery.failed
        except asyncio.TimeoutError:
            raise NoFileProtocol(
                f"the peer {to.id} has not asked for {outgoing.offer.name} for {patience} s: it "
                "does not speak the protocol of docs/files.md, or nobody there wants the file"
            ) from None
        finally:
            self._asked.pop(file, None)
            outgoing.withdraw()

    def hear(self, sender: Peer, data: str | bytes, direct: bool) -> bool:
        """A message has come."""
        if not is_of_files(data):
            return False
        if isinstance(data, bytes):
            if direct:
                self._hear_part(sender, data)
            return True
        said = read_control(data)
        if said is not None and (direct or said[0] in ("offer", "withdraw")):
            self._hear(sender, *said, direct)
        return True

    def come(self, peer: Peer) -> None:
        """Offers the newcomer what is offered to all, and asks it for what is interrupted."""
        for outgoing in self._own.values():
            if outgoing.to is None:
                self._say(peer, _announcement(outgoing))
        lost = [known.id for known in self._known.values() if not known.sender.is_present]
        for start in range(0, len(lost), SEEK_MAX):
            self._say(peer, control("seek", files=lost[start : start + SEEK_MAX]))

    def go(self, peer: Peer) -> None:
        """A peer has gone."""
        self._flooders.discard(peer)
        for known in [known for known in self._known.values() if known.sender is peer]:
            known._hear("fail", "gone")
            self._settled(known)
        for delivery in [some for some in self._deliveries.values() if some.to is peer]:
            delivery.drop("the peer has left")
        for file, asked in self._asked.items():
            if self._own[file].to is peer and not asked.done():
                asked.set_exception(PeerGone(f"the peer {peer.id} has left"))

    def finish(self) -> None:
        """The channel has ended."""
        self.is_over = True
        for outgoing in self._own.values():
            outgoing._moved.set()
        self._offers.end(None)
        for known in self._known.values():
            known._moved.set()
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(NotConnected("the channel has ended"))
        for task in self._tasks:
            task.cancel()

    def _hear(self, peer: Peer, said: str, members: dict[str, Any], direct: bool) -> None:
        if said == "offer":
            self._hear_offer(peer, members, direct)
        elif said == "withdraw":
            known = self._known.get(members["file"])
            if known is not None and known.sender is peer:
                known.is_withdrawn = True
                known._hear("fail", "withdrawn")
                self._settled(known)
        elif said == "get":
            self._hear_get(peer, members)
        elif said == "seek":
            for file in set(members["files"]):
                outgoing = self._own.get(file)
                if outgoing is not None and outgoing.to is None:
                    self._say(peer, _announcement(outgoing))
        elif said in ("done", "fail"):
            self._hear_end(peer, said, members)
        else:
            delivery = self._deliveries.get((peer, members["stream"]))
            if delivery is not None and delivery._outgoing.offer.file == members["file"]:
                delivery.hear(said, members)

    def _hear_offer(self, peer: Peer, members: dict[str, Any], direct: bool) -> None:
        offer = read_offer(members)
        if offer is None or offer.file in self._own:
            return
        known = self._known.get(offer.file)
        if known is not None:
            if not known.sender.is_present and not known.direct and known._matches(offer):
                known._hear_again(peer)
            return
        ofsame = sum(known.sender is peer for known in self._known.values())
        if ofsame >= OFFERS_OF_ONE or len(self._known) >= OFFERS_MAX:
            self._flood(peer)
            return
        incoming = self._known[offer.file] = Incoming(self, peer, offer, direct)
        self._offers.put(incoming)

    def _hear_part(self, peer: Peer, data: bytes) -> None:
        stream, index, hash, part = read_part(data)
        incoming = self._running.get(stream)
        if incoming is not None and incoming.sender is peer and incoming._stream == stream:
            incoming._hear_part(index, hash, part)

    def _hear_end(self, peer: Peer, said: str, members: dict[str, Any]) -> None:
        incoming = self._running.get(members["stream"])
        if (
            incoming is not None
            and incoming.sender is peer
            and incoming.id == members["file"]
            and incoming._stream == members["stream"]
        ):
            incoming._hear(said, members["hash" if said == "done" else "reason"])

    def _hear_get(self, peer: Peer, asked: dict[str, Any]) -> None:
        outgoing = self._own.get(asked["file"])
        refusal = self._refusal(peer, outgoing, asked)
        if outgoing is None or refusal:
            said = {"file": asked["file"], "stream": asked["stream"], "reason": refusal}
            self._say(peer, control("fail", **said))
            return
        for older in [d for d in self._deliveries.values() if d.to is peer]:
            if older._outgoing is outgoing:
                older.drop("asked for again")
        delivery = Delivery(self, outgoing, peer, asked)
        self._deliveries[peer, delivery.stream] = delivery
        task = asyncio.get_running_loop().create_task(delivery.run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        waiting = self._asked.get(outgoing.offer.file)
        if waiting is not None and not waiting.done():
            waiting.set_result(delivery)

    def _refusal(self, peer: Peer, outgoing: Outgoing | None, asked: dict[str, Any]) -> str:
        if outgoing is None or (outgoing.to is not None and outgoing.to is not peer):
            return "unknown"
        if asked["from"] > outgoing.offer.count or (peer, asked["stream"]) in self._deliveries:
            return "bad-ack"
        ofsame = sum(delivery.to is peer for delivery in self._deliveries.values())
        is_full = ofsame >= DELIVERIES_OF_ONE or len(self._deliveries) >= DELIVERIES_MAX
        return "busy" if is_full else ""

    def _next_stream(self, incoming: Incoming) -> int:
        self._running = {s: i for s, i in self._running.items() if i._stream == s}
        self._streams += 1
        self._running[self._streams] = incoming
        return self._streams

    def _adopt(self, incoming: Incoming) -> None:
        """An offer is received again, which may have been forgotten, or have come anew."""
        known = self._known.get(incoming.id)
        if known is not None and known is not incoming and not known.is_receiving:
            incoming.sender = known.sender
        self._known[incoming.id] = incoming

    def _settled(self, incoming: Incoming) -> None:
        """Forgets an offer that is not being received, if its sender cannot be asked again."""
        is_done = incoming.stored == incoming.size and incoming._stream < 0
        is_lost = is_done or incoming.is_withdrawn or not incoming.sender.is_present
        if is_lost and not incoming.is_receiving and self._known.get(incoming.id) is incoming:
            del self._known[incoming.id]
            self._offers.remove(lambda offer: offer is incoming)

    def _delivered(self, delivery: Delivery) -> None:
        if self._deliveries.get((delivery.to, delivery.stream)) is delivery:
            del self._deliveries[delivery.to, delivery.stream]

    def _withdraw(self, outgoing: Outgoing) -> None:
        self._own.pop(outgoing.offer.file, None)
        for delivery in [d for d in self._deliveries.values() if d._outgoing is outgoing]:
            delivery.drop("withdrawn")
        message = control("withdraw", file=outgoing.offer.file)
        if outgoing.to is not None:
            self._say(outgoing.to, message)
        elif self._channel._line is not None:
            self._channel._line.say(frames.text_to_all(message))

    def _say(self, peer: Peer, message: str) -> None:
        line = self._channel._line
        if line is not None and peer.is_present:
            line.say(frames.text_to_one(peer.id, message))

    def _flood(self, peer: Peer) -> None:
        if peer not in self._flooders:
            self._flooders.add(peer)
            self._channel._inbox.put(Fault("limit", "a peer offers too many files", peer.id))


def _announcement(outgoing: Outgoing) -> str:
    offer = outgoing.offer
    return control(
        "offer",
        v=offer.v,
        file=offer.file,
        name=offer.name,
        size=offer.size,
        mime=offer.mime,
        part=offer.part,
    )
