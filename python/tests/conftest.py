"""What the tests share: the proxy that is tested, and a deadline for each test."""

from __future__ import annotations

import asyncio
import functools
import os
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hypothesis import settings

from proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

DEADLINE = 60.0

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and asyncio.iscoroutinefunction(item.obj):
            item.obj = with_deadline(item.obj)


def with_deadline(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def limited(*arguments: Any, **named: Any) -> None:  # noqa: ANN401
        await asyncio.wait_for(test(*arguments, **named), DEADLINE)

    return limited


@pytest.fixture(scope="session")
def program() -> str:
    """The proxy that is tested."""
    path = os.environ.get("NWS_PROXY")
    if not path:
        pytest.fail("NWS_PROXY has to name the proxy: NWS_PROXY=target/debug/nws")
    return path


@pytest_asyncio.fixture
async def proxy(program: str) -> AsyncIterator[Proxy]:
    async with Proxy(program) as running:
        yield running


@pytest.fixture
def endpoint(proxy: Proxy) -> str:
    return proxy.endpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where files are received."""
    path = tmp_path / "received"
    path.mkdir()
    return path
