"""The queue between the connection and the program."""

from __future__ import annotations

import asyncio

import pytest

from networkwebsockets.inbox import BYTES_MAX, ITEMS_MAX, Inbox


async def test_it_is_full_by_items_and_by_bytes() -> None:
    many: Inbox[int] = Inbox()
    for number in range(ITEMS_MAX):
        assert not many.is_full
        many.put(number)
    assert many.is_full
    large: Inbox[int] = Inbox()
    large.put(1, BYTES_MAX)
    assert large.is_full


async def test_who_fills_it_waits_until_it_is_empty() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.put(1, BYTES_MAX)
    filling = asyncio.create_task(inbox.drained())
    items = inbox.items()
    assert await items.__anext__() == 1
    assert not filling.done()
    last = asyncio.ensure_future(items.__anext__())
    await filling
    assert not inbox.is_full
    inbox.put(2)
    assert await last == 2


async def test_breaking_off_loses_nothing() -> None:
    inbox: Inbox[int] = Inbox()
    for number in range(3):
        inbox.put(number)
    heard = []
    for _ in range(3):
        async for item in inbox.items():
            heard.append(item)
            break
    assert heard == [0, 1, 2]


async def test_cancelling_loses_nothing() -> None:
    inbox: Inbox[int] = Inbox()
    waiting = asyncio.ensure_future(inbox.items().__anext__())
    await asyncio.wait([waiting], timeout=0)
    inbox.put(7)
    waiting.cancel()
    await asyncio.wait([waiting])
    if waiting.cancelled():
        assert await inbox.items().__anext__() == 7
    else:
        assert waiting.result() == 7


async def test_the_end_comes_after_everything() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.put(1)
    inbox.end(ValueError("the end"))
    inbox.put(2)
    items = inbox.items()
    assert await items.__anext__() == 1
    with pytest.raises(ValueError, match="the end"):
        await items.__anext__()
    with pytest.raises(ValueError, match="the end"):
        await inbox.items().__anext__()


async def test_two_readers_are_told() -> None:
    inbox: Inbox[int] = Inbox()
    first = asyncio.ensure_future(inbox.items().__anext__())
    await asyncio.wait([first], timeout=0)
    with pytest.raises(RuntimeError, match="one task"):
        await inbox.items().__anext__()
    inbox.put(1)
    assert await first == 1
