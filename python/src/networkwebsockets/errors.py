"""Every exception that this package raises, with texts that say what to do."""

from __future__ import annotations

START = (
    "Start one with the command `nws`, or `uvx --from networkwebsockets-proxy nws`, "
    'or install it: `pip install "networkwebsockets[proxy]"`.'
)

CHANNEL_RULE = (
    "A channel name has 1 to 255 characters of A-Z a-z 0-9 + = * . _ -, and is neither . nor .."
)


class NetworkWebSocketError(Exception):
    """All others are derived from it."""


class InvalidChannelName(NetworkWebSocketError, ValueError):
    """No channel can have this name."""


class InvalidEndpoint(NetworkWebSocketError, ValueError):
    """This cannot be the address of a proxy."""


class ConnectError(NetworkWebSocketError):
    """No connection to a proxy could be made. `may_pass`: another attempt may succeed."""

    may_pass = False


class ProxyNotRunning(ConnectError):
    """No program answers at the endpoint."""

    may_pass = True


class NotAProxy(ConnectError):
    """A program answers at the endpoint, and it is no proxy."""

    may_pass = True


class OriginNotAllowed(ConnectError):
    """The proxy was started with `--allow-origin`, and not for the `origin` that was given."""


class VersionMismatch(ConnectError):
    """The proxy speaks another protocol, or knows no streams."""


class LimitReached(ConnectError):
    """The proxy, or the channel, is full. `code` and `reason` are those of the close, or 1006."""

    may_pass = True

    def __init__(self, text: str, code: int = 1006, reason: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.reason = reason


class ConnectionLost(NetworkWebSocketError):
    """The connection to the proxy ended, and nobody had called `close()`."""

    may_pass = True

    def __init__(self, text: str, code: int, reason: str) -> None:
        super().__init__(text)
        self.code = code
        self.reason = reason


class SlowReader(ConnectionLost):
    """The proxy cut this client, because it read too slowly: messages were lost."""


class Rejected(ConnectionLost):
    """The proxy does not accept what this client has sent."""

    may_pass = False


class NotConnected(NetworkWebSocketError):
    """There is no connection now: it was closed, or is being made again."""


class MessageTooBig(NetworkWebSocketError, ValueError):
    """The message is larger than the proxy takes. Nothing was sent."""


class PeerGone(NetworkWebSocketError):
    """The peer has left the channel."""


class StreamError(NetworkWebSocketError):
    """A stream could not be opened, or has ended."""


class StreamClosed(StreamError):
    """The stream has ended, with this code and reason."""

    def __init__(self, code: int, reason: str, text: str = "") -> None:
        super().__init__(text or f"the stream is closed: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class DialRefused(StreamError):
    """The peer has refused the dial. `code` is 1006 where it gave none."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the peer has refused the dial: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class DialTimeout(StreamError):
    """The peer has not said anything about the dial for 3 seconds."""


class StreamsNotSupported(StreamError):
    """The peer has not said that it knows streams: it is a raw peer, or an older program."""


class StreamLimit(StreamError):
    """There are too many streams with the peer, or too many dials that wait."""


class TooMuchQueued(NetworkWebSocketError):
    """More waits for the next connection than `queue_in_gaps` allows. Nothing was kept of it."""


class FileError(NetworkWebSocketError):
    """A file could not be sent or received."""

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason


class NoFileProtocol(FileError):
    """The peer has said nothing about a file that was offered to it."""


class LyingSender(FileError):
    """What came is not what the offer says: a part or a hash is wrong."""


class FileInterrupted(FileError):
    """The transfer has stopped, and what is stored stays: `receive()` goes on from there."""


def of_close(code: int, reason: str) -> ConnectionLost | LimitReached:
    """What the code means with which a proxy closes a connection."""
    said = f"{code} {reason}".rstrip()
    if code in (4429, 4503):
        text = f"The proxy or the channel is full: {said}. Try again later."
        return LimitReached(text, code, reason)
    if code == 1013:
        text = f"This program read too slowly, and messages were lost: {said}. Read all the time."
        return SlowReader(text, code, reason)
    if code in (1002, 1003, 1007, 1008, 1009):
        return Rejected(f"The proxy does not accept what was sent: {said}", code, reason)
    return ConnectionLost(f"The connection to the proxy ended: {said}", code, reason)
