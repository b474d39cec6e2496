"""WebSocket channels between the programs and pages of one machine and its local network."""

from .channel import NetworkWebSocket
from .connecting import connect
from .errors import (
    ConnectError,
    ConnectionLost,
    DialRefused,
    DialTimeout,
    FileError,
    FileInterrupted,
    InvalidChannelName,
    InvalidEndpoint,
    LimitReached,
    LyingSender,
    MessageTooBig,
    NetworkWebSocketError,
    NoFileProtocol,
    NotAProxy,
    NotConnected,
    OriginNotAllowed,
    PeerGone,
    ProxyNotRunning,
    Rejected,
    SlowReader,
    StreamClosed,
    StreamError,
    StreamLimit,
    StreamsNotSupported,
    TooMuchQueued,
    VersionMismatch,
)
from .events import Connect, Disconnect, Event, Fault, Message, Open, Reconnecting, Sync
from .frames import Json
from .names import random_name
from .peer import Peer
from .reconnect import Reconnect
from .streams.dial import Dial
from .streams.stream import Stream

__all__ = [
    "Connect",
    "ConnectError",
    "ConnectionLost",
    "Dial",
    "DialRefused",
    "DialTimeout",
    "Disconnect",
    "Event",
    "Fault",
    "FileError",
    "FileInterrupted",
    "InvalidChannelName",
    "InvalidEndpoint",
    "Json",
    "LimitReached",
    "LyingSender",
    "Message",
    "MessageTooBig",
    "NetworkWebSocket",
    "NetworkWebSocketError",
    "NoFileProtocol",
    "NotAProxy",
    "NotConnected",
    "Open",
    "OriginNotAllowed",
    "Peer",
    "PeerGone",
    "ProxyNotRunning",
    "Reconnect",
    "Reconnecting",
    "Rejected",
    "SlowReader",
    "Stream",
    "StreamClosed",
    "StreamError",
    "StreamLimit",
    "StreamsNotSupported",
    "Sync",
    "TooMuchQueued",
    "VersionMismatch",
    "connect",
    "random_name",
]
