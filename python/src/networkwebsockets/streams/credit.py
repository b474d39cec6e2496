"""Counts what each side of a stream may send. The numbers are those of the contract of streams."""

from __future__ import annotations

PART_MAX = 64 * 1024
"""The most bytes of a part."""

PART_COST = 32
"""What a part costs besides its bytes, so that parts without bytes are bounded too."""

WINDOW_FIRST = 64 * 1024
WINDOW_MAX = 1024 * 1024

WINDOWS_MAX = 64 * 1024 * 1024
"""All windows of a channel's socket together."""

WINDOW_LEAST = 4096
CREDIT_MAX = 1 << 31


class Spare:
    """The bytes that further windows may have."""

    __slots__ = ("bytes",)

    def __init__(self, bytes: int = WINDOWS_MAX) -> None:
        self.bytes = bytes


class Window:
    """What the other side may send."""

    __slots__ = ("_open", "_spare", "_taken", "size")

    def __init__(self, spare: Spare) -> None:
        """Raises a `ValueError` if too little is spare."""
        self.size = self._open = min(WINDOW_FIRST, spare.bytes)
        if self.size < WINDOW_LEAST:
            raise ValueError("all windows together are too large")
        spare.bytes -= self.size
        self._spare = spare
        self._taken = 0

    def spend(self, bytes: int) -> bool:
        """A part comes. Gives whether it may."""
        self._open -= bytes + PART_COST
        return self._open >= 0 and bytes <= PART_MAX

    @property
    def untaken(self) -> int:
        """What has come and was not taken."""
        return self.size - self._open - self._taken

    def take(self, cost: int) -> int:
        """Parts were taken that cost so much. Gives the credit that is due then.

        There is some when half of the window was taken. A window that is used grows.
        """
        self._taken += min(cost, self.untaken)
        if self._taken < self.size // 2:
            return 0
        growth = min(self.size, WINDOW_MAX - self.size, self._spare.bytes)
        self._spare.bytes -= growth
        self.size += growth
        credit = self._taken + growth
        self._taken = 0
        self._open += credit
        return credit

    def close(self) -> None:
        """It goes back to what is spare."""
        self._spare.bytes += self.size


class Outgoing:
    """What this side may send."""

    __slots__ = ("_credit",)

    def __init__(self) -> None:
        self._credit = 0

    def add(self, credit: object) -> bool:
        """Adds credit. Gives whether it is valid: an integer from 1 on, and not too much in all."""
        if isinstance(credit, float) and credit.is_integer():
            credit = int(credit)
        if not isinstance(credit, int) or isinstance(credit, bool) or not 1 <= credit <= CREDIT_MAX:
            return False
        self._credit += credit
        return self._credit <= CREDIT_MAX

    @property
    def room(self) -> int | None:
        """The most bytes that a part may have now; `None` while nothing may be sent."""
        room = self._credit - PART_COST
        return None if room < 0 else min(room, PART_MAX)

    def spend(self, bytes: int) -> None:
        """A part of so many bytes is sent."""
        self._credit -= bytes + PART_COST
