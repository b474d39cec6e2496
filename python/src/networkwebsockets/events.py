"""What happens in a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .streams.dial import Dial

if TYPE_CHECKING:
    from .errors import NetworkWebSocketError
    from .peer import Peer


@dataclass(frozen=True, slots=True)
class Open:
    """The channel is open, under this id. It comes again, with a new id, after each gap."""

    id: str


@dataclass(frozen=True, slots=True)
class Connect:
    """A peer is here."""

    peer: Peer


@dataclass(frozen=True, slots=True)
class Disconnect:
    """A peer has gone: by itself, cut as it was slow, or because the own connection is lost."""

    peer: Peer
    reason: Literal["left", "slow", "lost"]


@dataclass(frozen=True, slots=True)
class Sync:
    """All peers that were there before have come. `settled`: every machine had answered by then."""

    settled: bool


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A peer has said something: to all, or to this client only (`direct`)."""

    sender: Peer
    data: str | bytes
    direct: bool

    def __init__(self, sender: Peer, data: str | bytes, direct: bool) -> None:
        _set_sender(self, sender)
        _set_data(self, data)
        _set_direct(self, direct)


_slots: Any = Message
# The setters of the slots take a third of the time of `object.__setattr__`.
_set_sender = _slots.sender.__set__
_set_data = _slots.data.__set__
_set_direct = _slots.direct.__set__


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """There is a gap: the connection is lost, and will be tried again after `delay` seconds.

    What was said until the next `Open` is not heard. `code` and `reason` are those of the close;
    where there was none, 1006 and nothing.
    """

    attempt: int
    delay: float
    code: int
    reason: str
    error: NetworkWebSocketError


@dataclass(frozen=True, slots=True)
class Fault:
    """The proxy could not serve one frame, or something is full. The connection goes on."""

    code: str
    reason: str
    target: str | None


Event: TypeAlias = Open | Connect | Disconnect | Sync | Message | Reconnecting | Fault | Dial
