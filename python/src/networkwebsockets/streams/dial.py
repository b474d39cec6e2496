"""A peer dials: this side accepts or rejects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..peer import Peer
    from .hub import Decision
    from .stream import Stream


@dataclass(frozen=True, slots=True, eq=False)
class Dial:
    """A peer wants a stream, and offers these subprotocols.

    Whoever lets go of the object without an answer has rejected.
    """

    peer: Peer
    protocols: tuple[str, ...]
    _decision: Decision = field(repr=False)

    def accept(self, protocol: str = "") -> Stream:
        """Opens the stream, with one of the offered subprotocols or with none.

        Raises a `ValueError` for one that was not offered, and `StreamClosed` when it is too late.
        """
        return self._decision.accept(protocol)

    def reject(self, code: int | None = None, reason: str = "") -> None:
        """Refuses. The peer gets `DialRefused` with `code` and `reason`."""
        self._decision.reject(code, reason)

    def __del__(self) -> None:
        self._decision.let_go()
