"""What has come and nobody has taken yet: a queue with a bound, between two tasks."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator

T = TypeVar("T")

ITEMS_MAX = 1024
BYTES_MAX = 4 * 1024 * 1024


class Inbox(Generic[T]):
    """Filled by one task and emptied by another.

    The one that fills asks `is_full` and waits for `drained()`. Bytes are counted from the moment
    at which the queue was last empty, so taking an item costs nothing.
    """

    __slots__ = ("_ended", "_error", "_filled", "_items", "_reader", "_writer")

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._filled = 0
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._ended = False
        self._error: Exception | None = None

    def put(self, item: T, size: int = 0) -> None:
        """Puts an item in, however full it is. After the end it is thrown away."""
        if self._ended:
            return
        self._items.append(item)
        self._filled += size
        if self._reader is not None:
            _wake(self._reader)
            self._reader = None

    @property
    def is_full(self) -> bool:
        """Gives whether nothing should be put in."""
        return len(self._items) >= ITEMS_MAX or self._filled >= BYTES_MAX

    def waiting(self) -> Iterator[T]:
        """What nobody has taken."""
        return iter(self._items)

    def remove(self, is_unwanted: Callable[[T], bool]) -> None:
        """Removes some of what nobody has taken."""
        kept = [item for item in self._items if not is_unwanted(item)]
        self._items.clear()
        self._items.extend(kept)

    async def drained(self) -> None:
        """Waits until everything has been taken, or it has ended."""
        while self._items and not self._ended:
            self._writer = asyncio.get_running_loop().create_future()
            await self._writer

    def end(self, error: Exception | None) -> None:
        """Nothing more will come. Items that wait come before the error."""
        if not self._ended:
            self._ended = True
            self._error = error
            for waiting in (self._reader, self._writer):
                if waiting is not None:
                    _wake(waiting)

    async def items(self) -> AsyncGenerator[T, None]:
        """The items, from the oldest that nobody has taken."""
        items = self._items
        take = items.popleft
        while True:
            while items:
                yield take()
            self._filled = 0
            if self._writer is not None:
                _wake(self._writer)
                self._writer = None
            if self._ended:
                if self._error is not None:
                    raise self._error
                return
            await self._wait()

    async def _wait(self) -> None:
        if self._reader is not None and not self._reader.done():
            raise RuntimeError("two tasks wait for the same events: let one task read")
        reader = self._reader = asyncio.get_running_loop().create_future()
        try:
            await reader
        finally:
            if self._reader is reader:
                self._reader = None


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
