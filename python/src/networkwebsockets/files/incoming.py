"""A file that a peer offers: it comes part by part, and is whole only when its hash fits."""

from __future__ import annotations

import asyncio
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FileError, FileInterrupted, LyingSender
from ..within import within
from .name import clean_name
from .store import Store
from .wire import VERSION, WINDOW, Offer, control

if TYPE_CHECKING:
    from ..peer import Peer
    from .share import Files

SILENCE = 60.0
"""Seconds after which a stream is given up on which nothing comes."""

_PASSING = ("busy", "stalled", "unknown")
_WHY = {
    "busy": "too many ask the sender for files",
    "stalled": "it took too long to store what came",
    "unknown": "the sender does not offer it any more",
    "changed": "the file has changed since it was offered",
    "unreadable": "the sender cannot read it any more",
    "cancelled": "the sender ended it",
    "withdrawn": "the sender has withdrawn it",
    "gone": "the sender has left",
    "silent": "nothing has come for a minute",
}


class Incoming:
    """An offer. `name` is safe to be shown, and to be saved under."""

    def __init__(self, files: Files, sender: Peer, offer: Offer, direct: bool) -> None:
        self._files = files
        self._offer = offer
        self.sender: Peer = sender
        """The peer that offers it now."""
        self.direct = direct
        """Whether it was offered to this client only: then it cannot go on when its sender left."""
        self.name = clean_name(offer.name)
        self.size = offer.size
        self.mime = offer.mime
        """What the sender says that it is, or empty: a hint."""
        self.stored = 0
        """Bytes that have come and are stored."""
        self._stream = -1
        self._arrived = 0
        self._said: deque[tuple[str, Any]] = deque()
        self._moved = asyncio.Event()
        self.is_receiving = False
        self.is_withdrawn = False

    @property
    def id(self) -> str:
        """The id of the file."""
        return self._offer.file

    async def receive(self, folder: str | Path, *, patience: float = SILENCE) -> Path:
        """Receives the file into a folder, and gives its path there.

        When the sender of an offer to all leaves, this waits so many seconds for it to come back.
        Raises `FileInterrupted` if it may go on later, `LyingSender` if what came is not what was
        offered, and a `FileError` otherwise.
        """
        if self._offer.v != VERSION:
            raise FileError(f"{self.name} is offered by a newer version of the file protocol")
        if self.is_receiving:
            raise RuntimeError(f"{self.name} is being received already")
        self.is_receiving = True
        self._files._adopt(self)
        try:
            async with self._files._turns:
                store = await self._open(Path(folder))
                try:
                    return await self._receive(store, patience)
                finally:
                    await asyncio.to_thread(store.close)
        finally:
            self.is_receiving = False
            self._files._settled(self)

    def __repr__(self) -> str:
        return f"<Incoming {self.name!r}: {self.stored} of {self.size} bytes>"

    async def _open(self, folder: Path) -> Store:
        try:
            return await asyncio.to_thread(Store, folder, self._offer)
        except OSError as error:
            raise FileError(f"{self.name} cannot be stored: {error}", "storage") from error

    async def _receive(self, store: Store, patience: float) -> Path:
        while True:
            try:
                await self._present(patience)
                self._ask(store)
                await self._take_all(store)
                return await self._finish(store)
            except FileInterrupted as error:
                if error.reason != "gone" or self.direct:
                    raise
            except asyncio.CancelledError:
                self._stop("cancelled")
                raise
            except OSError as error:
                self._stop("storage")
                raise FileError(f"{self.name} cannot be stored: {error}", "storage") from error
            except LyingSender as error:
                self._stop(error.reason)
                await asyncio.to_thread(store.discard)
                raise

    async def _present(self, patience: float) -> None:
        """Waits until its sender is there."""
        text = f"{self.name}: {_WHY['gone']}, and has not come back"
        while not self.sender.is_present:
            if self._files.is_over or self.direct:
                raise FileInterrupted(text, "away")
            self._moved.clear()
            try:
                await within(patience, self._moved.wait())
            except asyncio.TimeoutError:
                raise FileInterrupted(text, "away") from None

    def _ask(self, store: Store) -> None:
        self._stream = self._files._next_stream(self)
        self._said.clear()
        self._arrived = len(store.hashes)
        self._say("get", **{"from": self._arrived, "window": WINDOW})

    async def _take_all(self, store: Store) -> None:
        """Takes what the sender says, until it has said that this is all."""
        while True:
            said, value = await self._next()
            if said == "part":
                await self._take(store, *value)
            elif said == "done":
                if len(store.hashes) != self._offer.count:
                    raise LyingSender(f"{self.name}: parts are missing", "order")
                if store.digest != value:
                    raise LyingSender(f"{self.name} is not what was sent: its hash differs", "hash")
                return
            elif said == "lie":
                raise LyingSender(f"{self.name}: more comes than was asked for", "order")
            else:
                why = f"{self.name}: {_WHY.get(value, value)}"
                self._stream = -1
                if value in _PASSING or value == "gone":
                    raise FileInterrupted(why, value)
                await asyncio.to_thread(store.discard)
                raise FileError(why, value)

    async def _next(self) -> tuple[str, Any]:
        while not self._said:
            self._moved.clear()
            try:
                await within(SILENCE, self._moved.wait())
            except asyncio.TimeoutError:
                self._stop("stalled")
                raise FileInterrupted(f"{self.name}: {_WHY['silent']}", "silent") from None
        return self._said.popleft()

    async def _take(self, store: Store, index: int, hash: bytes, part: bytes) -> None:
        if index != len(store.hashes) or index >= self._offer.count:
            raise LyingSender(f"{self.name}: part {index} is out of order", "order")
        if len(part) != self._offer.length(index):
            raise LyingSender(f"{self.name}: part {index} has a wrong length", "order")
        if not await asyncio.to_thread(store.write, part, hash):
            raise LyingSender(f"{self.name}: the hash of part {index} differs", "hash")
        self.stored = min(len(store.hashes) * self._offer.part, self.size)
        self._say("ack", next=len(store.hashes))

    async def _finish(self, store: Store) -> Path:
        path = await asyncio.to_thread(store.finish)
        self.stored = self.size
        self._say("got")
        self._stream = -1
        return path

    def _hear_part(self, index: int, hash: bytes, part: bytes) -> None:
        waiting = sum(said == "part" for said, _ in self._said)
        if waiting * self._offer.part > WINDOW:
            self._hear("lie", "order")
        else:
            self._hear("part", (index, hash, part))

    def _hear(self, said: str, value: object) -> None:
        self._said.append((said, value))
        self._moved.set()

    def _hear_again(self, sender: Peer) -> None:
        """The sender is there again, under another id."""
        self.sender = sender
        self._moved.set()

    def _matches(self, offer: Offer) -> bool:
        mine = self._offer
        return (mine.name, mine.size, mine.part) == (offer.name, offer.size, offer.part)

    def _stop(self, reason: str) -> None:
        if self._stream >= 0:
            self._say("stop", reason=reason)
            self._stream = -1

    def _say(self, type: str, **members: object) -> None:
        message = control(type, file=self.id, stream=self._stream, **members)
        self._files._say(self.sender, message)
