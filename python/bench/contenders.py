"""One run of one contender, in a process of its own: prints the CPU time of a message in ns."""

from __future__ import annotations

import asyncio
import json
import sys
import time

import websockets

from networkwebsockets import Message, connect

TEXT = "x" * 64
DEADLINE = 120.0


async def send_by_package(endpoint: str, count: int) -> float:
    """What a program writes with this package."""
    async with connect("bench", endpoint=endpoint) as ws:
        begun = time.process_time()
        for _ in range(count):
            await ws.send(TEXT)
        return time.process_time() - begun


async def send_by_hand(endpoint: str, count: int) -> float:
    """What a program writes without it."""
    async with websockets.connect(f"{endpoint}/bench", max_size=None, compression=None) as ws:
        begun = time.process_time()
        for _ in range(count):
            await ws.send(json.dumps({"action": "broadcast", "data": TEXT}))
        return time.process_time() - begun


async def receive_by_package(endpoint: str, count: int) -> float:
    """Reads events, and looks at each."""
    heard = size = 0
    begun = 0.0
    async with connect("bench", endpoint=endpoint) as ws:
        print("ready", flush=True)
        async for event in ws:
            if isinstance(event, Message):
                begun = begun or time.process_time()
                heard += event.sender.id != ""
                size += len(event.data)
                if heard == count:
                    break
    assert size == count * len(TEXT)
    return time.process_time() - begun


async def receive_by_hand(endpoint: str, count: int) -> float:
    """The same, and it keeps no roster."""
    heard = size = 0
    begun = 0.0
    async with websockets.connect(f"{endpoint}/bench", max_size=None, compression=None) as ws:
        print("ready", flush=True)
        async for frame in ws:
            event = json.loads(frame)
            if event["action"] == "broadcast":
                begun = begun or time.process_time()
                heard += event["source"] != ""
                size += len(event["data"])
                if heard == count:
                    break
    assert size == count * len(TEXT)
    return time.process_time() - begun


CONTENDERS = {
    "send-package": send_by_package,
    "send-hand": send_by_hand,
    "receive-package": receive_by_package,
    "receive-hand": receive_by_hand,
}


async def main() -> None:
    """Runs the contender that is named."""
    name, endpoint, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    seconds = await asyncio.wait_for(CONTENDERS[name](endpoint, count), DEADLINE)
    print(round(seconds / count * 1e9), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
