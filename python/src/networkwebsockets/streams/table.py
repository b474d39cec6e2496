"""The streams of one channel's socket: their states, their numbers, and their credit.

Nothing here waits, sends or depends on time.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Generic, TypeVar

from .credit import PART_COST, Outgoing, Spare, Window

if TYPE_CHECKING:
    from collections.abc import Hashable

STREAMS_PER_PEER = 64
DIALS_MAX = 16
"""Dials that may wait for an answer at one time, in each direction."""

MESSAGE_MAX = 64 * 1024 * 1024
PARTS_MAX = 64 * 1024

DIALLED_BY_RECEIVER = 1 << 31
"""The bit of a number that says that the receiver of the frame has dialled the stream."""

P = TypeVar("P", bound="Hashable")


class State(Enum):
    """The state of one end of a stream."""

    DIALLING = auto()
    DIALLED = auto()
    OPEN = auto()
    CLOSING = auto()
    ENDED = auto()


class Received(Enum):
    """What becomes of a part that has come."""

    IGNORED = auto()
    PART = auto()
    WHOLE = auto()
    VIOLATION = auto()
    TOO_BIG = auto()


class LimitError(Exception):
    """There are too many streams or dials."""


class ViolationError(Exception):
    """A number or a credit is invalid."""


class End(Generic[P]):
    """One end of a stream."""

    __slots__ = ("bytes", "due", "held", "number", "outgoing", "parts", "peer", "state", "window")

    def __init__(self, peer: P, number: int, state: State, window: Window) -> None:
        self.peer = peer
        self.number = number
        """The number in frames of this side."""
        self.state = state
        self.window = window
        self.outgoing = Outgoing()
        self.due = 0
        """What the last message costs that was complete, or the part that was thrown away."""
        self.parts: list[str] | list[bytes] | None = None
        """The message whose end has not come."""
        self.bytes = self.held = 0
        """Its bytes, and what those of its parts cost that do not count as taken."""

    def receive(self, part: str | bytes, size: int, has_more: bool) -> Received:
        """A part of a message has come, of so many bytes."""
        parts = [] if self.parts is None else self.parts
        if self.state not in (State.OPEN, State.CLOSING) or not self.window.spend(size):
            return Received.VIOLATION
        if (has_more and size == 0) or (parts and type(parts[0]) is not type(part)):
            return Received.VIOLATION
        parts.append(part)  # type: ignore[arg-type]
        self.bytes += size
        self.held += size + PART_COST
        self.due = self.held
        if self.bytes > MESSAGE_MAX or len(parts) > PARTS_MAX:
            return Received.TOO_BIG
        if self.state is State.CLOSING:
            self._reset()
            return Received.IGNORED
        self.parts = parts
        return Received.PART if has_more else Received.WHOLE

    def message(self) -> str | bytes:
        """The message that has just come to its end."""
        parts: list[str] | list[bytes] = self.parts or []
        self._reset()
        if len(parts) == 1:
            return parts[0]
        return "".join(parts) if isinstance(parts[0], str) else b"".join(parts)

    def taken(self, cost: int) -> int:
        """Messages were taken that cost so much. Gives the credit that the peer gets now.

        Where nothing but an unfinished message waits, its parts count as taken: it could never be
        longer than the window otherwise.
        """
        if self.state is State.ENDED:
            return 0
        credit = self.window.take(cost)
        if self.parts and self.window.untaken == self.held:
            held, self.held = self.held, 0
            credit += self.window.take(held)
        return credit

    def _reset(self) -> None:
        self.parts = None
        self.bytes = self.held = 0


class Table(Generic[P]):
    """All streams that have not ended, by their peer and by their number in frames of this side."""

    def __init__(self) -> None:
        self._ends: dict[P, dict[int, End[P]]] = {}
        self._last = 0
        self._heard: dict[P, int] = {}
        self._spare = Spare()
        self._waiting = {State.DIALLING: 0, State.DIALLED: 0}

    def dial(self, peer: P) -> End[P]:
        """Dials a peer. Raises a `LimitError`."""
        return self._open(peer, self._last + 1, State.DIALLING)

    def dialled(self, peer: P, number: int, credit: object) -> End[P]:
        """A peer has dialled. Raises a `LimitError` or a `ViolationError`."""
        if not 0 <= number < DIALLED_BY_RECEIVER or number <= self._heard.get(peer, -1):
            raise ViolationError
        self._heard[peer] = number
        outgoing = Outgoing()
        if not outgoing.add(credit):
            raise ViolationError
        end = self._open(peer, number | DIALLED_BY_RECEIVER, State.DIALLED)
        end.outgoing = outgoing
        return end

    def become(self, end: End[P], state: State) -> None:
        """Changes the state. At the end the window goes back."""
        if end.state in self._waiting:
            self._waiting[end.state] -= 1
        if state is State.ENDED and end.state is not State.ENDED:
            self._ends[end.peer].pop(end.number)
            if not self._ends[end.peer]:
                del self._ends[end.peer]
            end.window.close()
            end.parts = None
        end.state = state

    def find(self, peer: P, number: int) -> End[P] | None:
        """The stream that a frame of `peer` with this number is about."""
        return self._ends.get(peer, {}).get(number ^ DIALLED_BY_RECEIVER)

    def forget_peer(self, peer: P) -> None:
        """The peer has left: its numbers may come again."""
        self._heard.pop(peer, None)

    def __len__(self) -> int:
        return sum(map(len, self._ends.values()))

    def _open(self, peer: P, number: int, state: State) -> End[P]:
        ends = self._ends.get(peer, {})
        is_full = self._waiting[state] >= DIALS_MAX or len(ends) >= STREAMS_PER_PEER
        if is_full or self._last + 1 == DIALLED_BY_RECEIVER:
            raise LimitError
        try:
            end = End(peer, number, state, Window(self._spare))
        except ValueError as error:
            raise LimitError from error
        self._last += 1
        self._waiting[state] += 1
        self._ends.setdefault(peer, {})[number] = end
        return end
