"""Waits for an event, for a limited time."""

from __future__ import annotations

import asyncio


async def moved(event: asyncio.Event, seconds: float) -> bool:
    """Clear `event`, wait until it is set, and say whether that was in time.

    `asyncio.wait_for` may lose what cancels it, before Python 3.12.
    """
    is_late = False

    def end() -> None:
        nonlocal is_late
        is_late = True
        event.set()

    event.clear()
    timer = asyncio.get_running_loop().call_later(seconds, end)
    try:
        await event.wait()
    finally:
        timer.cancel()
    return not is_late
