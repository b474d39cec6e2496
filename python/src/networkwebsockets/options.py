"""What a program says when it connects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import InvalidEndpoint
from .names import channel_url
from .reconnect import Reconnect


@dataclass(frozen=True, slots=True)
class Options:
    """Checked when it is made."""

    channel: str
    local: bool
    endpoint: str
    unix: str | None
    origin: str | None
    reconnect: Reconnect | None
    queue_in_gaps: int
    url: str

    @classmethod
    def of(
        cls,
        channel: str,
        *,
        local: bool,
        endpoint: str,
        unix: str | Path | None,
        origin: str | None,
        reconnect: bool | Reconnect,
        queue_in_gaps: int,
    ) -> Options:
        """Checks what was given. Raises `InvalidChannelName` and `InvalidEndpoint`."""
        policy = reconnect if isinstance(reconnect, Reconnect) else Reconnect()
        path = None if unix is None else str(Path(unix).expanduser())
        try:
            url = channel_url(endpoint, channel, local)
            urlsplit(url).port  # noqa: B018
        except ValueError as error:
            if "port" in str(error).lower():
                raise InvalidEndpoint(f"{endpoint!r}: {error}") from None
            raise
        again = policy if reconnect else None
        return cls(channel, local, endpoint, path, origin, again, queue_in_gaps, url)

    @property
    def place(self) -> str:
        """Where the proxy should be, for texts of errors."""
        return f"the socket {self.unix}" if self.unix else self.endpoint
