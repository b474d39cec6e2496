"""The examples of the README and the folder `examples` run as they stand."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import sys
import types
from asyncio.subprocess import PIPE, Process
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from networkwebsockets import Connect, Message, connect
from proxy import next_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
HELLO, SERVER, CLIENT, SENDER, RECEIVER = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
CHANNEL = "myChannelName"


@asynccontextmanager
async def running(code: str, endpoint: str, folder: Path) -> AsyncIterator[Process]:
    """A program that is an example, with the proxy of the test."""
    program = code.replace(f'connect("{CHANNEL}"', f'connect("{CHANNEL}", endpoint="{endpoint}"')
    assert program != code
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-c", program, stdout=PIPE, cwd=folder
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def test_hello(endpoint: str, tmp_path: Path) -> None:
    async with (
        connect(CHANNEL, endpoint=endpoint) as ws,
        running(HELLO, endpoint, tmp_path) as program,
    ):
        events = aiter(ws)
        peer = (await next_of(events, Connect)).peer
        said = [(await next_of(events, Message)) for _ in range(2)]
        assert {(message.data, message.direct) for message in said} == {
            ("hello, everybody", False),
            ("hello, you", True),
        }
        await ws.send("hi")
        assert await line(program) == f"{ws.id} says hi to all"
        await peer.send("stop")
        assert await line(program) == f"{ws.id} says stop to me"
        assert await program.wait() == 0


async def test_streams(endpoint: str, tmp_path: Path) -> None:
    async with connect(CHANNEL, endpoint=endpoint) as ws, running(SERVER, endpoint, tmp_path):
        peer = (await next_of(aiter(ws), Connect)).peer
        async with await peer.dial("echo") as stream:
            await stream.send(b"bytes")
            assert await stream.recv() == b"bytes"
        await ws.close()
        async with running(CLIENT, endpoint, tmp_path) as program:
            assert await line(program) == "hello"
            assert await program.wait() == 0


async def test_files(endpoint: str, tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"a cat" * 100_000)
    (tmp_path / "downloads").mkdir()
    async with (
        running(SENDER, endpoint, tmp_path) as sender,
        running(RECEIVER, endpoint, tmp_path) as receiver,
    ):
        for name in ("cat.png", "cat (1).png"):
            path = tmp_path.resolve() / "downloads" / name
            assert await line(receiver) == f"stored: {path}"
            assert path.read_bytes() == (tmp_path / "cat.png").read_bytes()
        assert await sender.wait() == 0


async def test_the_notebook(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells run, and draw what sensor.py says."""
    shown: list[Any] = []
    notebook = types.SimpleNamespace(display=shown.append, clear_output=lambda *, wait: None)
    monkeypatch.setitem(sys.modules, "IPython.display", notebook)
    monkeypatch.setenv("NWS_ENDPOINT", endpoint)
    mpl.use("agg")
    cells = json.loads((ROOT / "examples" / "plot.ipynb").read_text())["cells"]
    sensor = [sys.executable, str(ROOT / "examples" / "sensor.py"), "plot", endpoint]
    process = await asyncio.create_subprocess_exec(*sensor)
    names: dict[str, Any] = {}
    try:
        for cell in cells:
            if cell["cell_type"] == "code":
                await run_cell("".join(cell["source"]).replace("COUNT = 200", "COUNT = 20"), names)
    finally:
        process.kill()
        await process.wait()
    (drawn,) = shown[-1].axes[0].lines
    assert len(drawn.get_ydata()) == 20
    assert all(-1 <= value <= 1 for value in drawn.get_ydata())


async def run_cell(source: str, names: dict[str, Any]) -> None:
    code = compile(source, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    outcome = eval(code, names)
    if inspect.iscoroutine(outcome):
        await outcome
