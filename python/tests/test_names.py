"""Names of channels, addresses, the pauses between attempts, and close codes."""

from __future__ import annotations

import re

import pytest

from networkwebsockets import (
    InvalidChannelName,
    InvalidEndpoint,
    LimitReached,
    Reconnect,
    Rejected,
    SlowReader,
    connect,
    random_name,
)
from networkwebsockets.errors import of_close
from networkwebsockets.names import channel_url


@pytest.mark.parametrize("name", ["a", "a" * 255, "...", "A-Z+=*._-9"])
def test_good_names(name: str) -> None:
    url = channel_url("ws://localhost:9009/", name, local=True)
    assert url == f"ws://localhost:9009/local/{name}?streams=1"


@pytest.mark.parametrize("name", ["", ".", "..", "a" * 256, "a b", "a/b", "é", "a\n", "a?", "%20"])
def test_bad_names_show_the_rule(name: str) -> None:
    with pytest.raises(InvalidChannelName, match="1 to 255 characters of A-Z a-z 0-9"):
        connect(name)


@pytest.mark.parametrize(
    "endpoint", ["", "localhost:9009", "http://localhost", "ws://", "ws://a?b", "ws://a:99999"]
)
def test_bad_endpoints(endpoint: str) -> None:
    with pytest.raises(InvalidEndpoint):
        connect("chan", endpoint=endpoint)


def test_random_names_differ() -> None:
    names = {random_name() for _ in range(100)}
    assert len(names) == 100
    assert all(re.fullmatch("[0-9a-v]{20}", name) for name in names)


def test_pauses_double_up_to_the_limit() -> None:
    policy = Reconnect()
    longest = [policy.delay(attempt, 1.0) for attempt in (1, 2, 3, 6, 7, 10**9)]
    assert longest == pytest.approx([0.1, 0.2, 0.4, 3.2, 5.0, 5.0])
    shortest = [policy.delay(attempt, 0.0) for attempt in (1, 2, 3, 6, 7, 10**9)]
    assert shortest == pytest.approx([0.05, 0.1, 0.2, 1.6, 2.5, 2.5])
    assert Reconnect(max_delay=0).delay(9, 0.7) == 0


def test_codes_have_meanings() -> None:
    assert isinstance(of_close(1013, "read too slowly: nothing for 10s"), SlowReader)
    assert isinstance(of_close(4503, ""), LimitReached)
    assert all(isinstance(of_close(code, ""), Rejected) for code in (1002, 1003, 1007, 1008, 1009))
    assert [of_close(code, "").may_pass for code in (1001, 1006, 1008, 1011, 1013, 4429)] == [
        True,
        True,
        False,
        True,
        True,
        True,
    ]
