"""Names of channels, and the addresses under which a proxy serves them."""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit

from .errors import CHANNEL_RULE, InvalidChannelName, InvalidEndpoint

ENDPOINT = "ws://localhost:9009"

_NAME = re.compile(r"[A-Za-z0-9+=*._-]{1,255}")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_DIGITS = "0123456789abcdefghijklmnopqrstuv"


def check_channel(name: str) -> str:
    """Gives the name back, if a channel can have it."""
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise InvalidChannelName(f"{name!r:.80} is no channel name. {CHANNEL_RULE}")
    return name


def channel_url(endpoint: str, channel: str, local: bool) -> str:
    """The address of a channel. The query says that this client knows streams."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("ws", "wss") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidEndpoint(
            f"{endpoint!r} is no address of a proxy: it looks like {ENDPOINT}, without a channel"
        )
    scope = "local" if local else "network"
    return f"{endpoint.rstrip('/')}/{scope}/{check_channel(channel)}?streams=1"


def is_token(protocol: object) -> bool:
    """Gives whether a subprotocol may have this name."""
    return isinstance(protocol, str) and _TOKEN.fullmatch(protocol) is not None


def random_name() -> str:
    """A name for a channel that nobody guesses: 20 characters, which are 100 random bits."""
    return "".join(secrets.choice(_DIGITS) for _ in range(20))
