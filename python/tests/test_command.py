"""Files between this package and the command `nws`."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE
from typing import TYPE_CHECKING

from networkwebsockets import connect
from networkwebsockets.files import Files

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path

    from proxy import Proxy

LENGTH = 3_000_001


async def nws(program: str, proxy: Proxy, *words: str) -> Process:
    environment = os.environ | {"NWS_PORT": str(proxy.port)}
    return await asyncio.create_subprocess_exec(
        program, *words, env=environment, stdout=PIPE, stderr=PIPE
    )


async def test_a_file_of_the_command_is_received(
    program: str, proxy: Proxy, tmp_path: Path, folder: Path
) -> None:
    file = tmp_path / "from the shell.bin"
    file.write_bytes(os.urandom(LENGTH))
    async with connect("chan", endpoint=proxy.endpoint) as ws:
        offers = Files(ws).offers()
        sender = await nws(program, proxy, "send", "chan", str(file))
        stored = await (await anext(offers)).receive(folder)
        assert stored.name == file.name
        assert stored.read_bytes() == file.read_bytes()
        _, said = await sender.communicate()
        assert sender.returncode == 0, said


async def test_a_file_is_sent_to_the_command(
    program: str, proxy: Proxy, tmp_path: Path, folder: Path
) -> None:
    file = tmp_path / "from python.bin"
    file.write_bytes(os.urandom(LENGTH))
    async with connect("chan", endpoint=proxy.endpoint) as ws:
        offered = await Files(ws).offer(file)
        words = ["listen", "chan", "--save", str(folder), "--count", "1"]
        receiver = await nws(program, proxy, *words)
        await offered.wait_received()
        printed, said = await receiver.communicate()
        assert receiver.returncode == 0, said
        assert printed.decode() == f"{folder / file.name}\n"
        assert (folder / file.name).read_bytes() == file.read_bytes()
