"""Waiting for a limited time."""

from __future__ import annotations

import asyncio

import pytest

from networkwebsockets.within import within


async def test_what_comes_in_time_is_returned() -> None:
    assert await within(60, asyncio.sleep(0, "result")) == "result"


async def test_what_takes_longer_is_cancelled() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    with pytest.raises(asyncio.TimeoutError):
        await within(0, future)
    assert future.cancelled()


async def test_a_cancellation_is_not_lost_when_the_result_comes_at_once() -> None:
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(within(60, future))
    await asyncio.sleep(0)
    future.set_result("late")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
