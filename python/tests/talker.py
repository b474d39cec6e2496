"""One of two processes: says so many messages, half of them to all, and hears as many."""

from __future__ import annotations

import asyncio
import sys

from networkwebsockets import Connect, Message, NetworkWebSocket, Peer, connect


async def speak(ws: NetworkWebSocket, peer: Peer, count: int) -> None:
    for number in range(count):
        await (ws if number % 2 else peer).send(str(number) if number % 3 else b"%d" % number)


async def main(endpoint: str, count: int) -> None:
    heard: list[int] = []
    directs = 0
    speaking: asyncio.Task[None] | None = None
    async with connect("exchange", endpoint=endpoint) as ws:
        async for event in ws:
            if isinstance(event, Connect):
                speaking = asyncio.create_task(speak(ws, event.peer, count))
            elif isinstance(event, Message):
                if event.data == "bye":
                    break
                heard.append(int(event.data))
                directs += event.direct
                if len(heard) == count:
                    assert speaking is not None
                    await speaking
                    await event.sender.send("bye")
    assert heard == list(range(count)), heard
    assert directs == count // 2
    print("heard", len(heard))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(sys.argv[1], int(sys.argv[2])), 50))
