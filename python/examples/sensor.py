"""Says a number a few times a second, to whoever listens: python sensor.py [channel] [endpoint]."""

from __future__ import annotations

import asyncio
import math
import sys

from networkwebsockets import NotConnected, connect


async def main(channel: str = "plot", endpoint: str = "ws://localhost:9009") -> None:
    """A sine wave, for ever."""
    async with connect(channel, endpoint=endpoint) as ws:
        step = 0
        while True:
            try:
                await ws.send(f"{math.sin(step / 10):.4f}")
            except NotConnected:
                pass  # a gap: what nobody can hear is not said
            step += 1
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass
