"""Decides when a lost connection is tried again."""

from __future__ import annotations

from dataclasses import dataclass

LASTING = 5.0
"""Seconds that a connection has to last, so that its loss begins a new outage."""

_FIRST_DELAY = 0.1
"""Seconds before the first attempt at most: about the time that a proxy takes to restart."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """How to connect again. `max_delay` is the longest pause in seconds."""

    max_delay: float = 5.0

    def delay(self, attempt: int, chance: float) -> float:
        """The pause before an attempt; the first of an outage is 1.

        The longest pause doubles each time, and a pause is at least half of that. So programs that
        lost a proxy together do not come back together.
        """
        longest = min(_FIRST_DELAY * 2.0 ** (min(attempt, 17) - 1), self.max_delay)
        return longest * (1.0 + chance) / 2.0
