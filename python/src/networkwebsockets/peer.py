"""The peers of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import frames
from .errors import PeerGone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .channel import NetworkWebSocket
    from .frames import Data
    from .streams.stream import Stream


class Peer:
    """One peer: it has a socket of its own, and shares the connection."""

    __slots__ = ("_channel", "id", "is_present")

    def __init__(self, channel: NetworkWebSocket, id: str) -> None:
        self._channel = channel
        self.id = id
        """Its id. A peer that comes back has another one."""
        self.is_present = True
        """Whether it is in the channel."""

    async def send(self, data: Data) -> None:
        """Sends to this peer only."""
        if not self.is_present:
            raise PeerGone(f"the peer {self.id} has left")
        if isinstance(data, str):
            frame: str | bytes = frames.text_to_one(self.id, data)
        else:
            frame = frames.bytes_to_one(self.id, data)
        await self._channel._send(frame, data)

    async def dial(self, protocols: str | Sequence[str] = ()) -> Stream:
        """Opens a stream to this peer, and waits until the peer has accepted it.

        Offers these subprotocols. Raises `DialRefused` or another `StreamError`, or `PeerGone`.
        """
        return await self._channel._streams.dial(self, protocols)

    def __repr__(self) -> str:
        return f"<Peer {self.id}{'' if self.is_present else ', gone'}>"
