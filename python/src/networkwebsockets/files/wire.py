"""What peers say to each other about files, and the bounds of it: docs/files.md, version 1."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 1
MAGIC = b"NWF\x01"
HEAD = 44
"""Bytes before the file's own in a binary message."""

PART = 262_144
PART_LEAST = 1024
PART_MAX = 983_040
PARTS_MAX = 1_048_576
WINDOW = 2 * 1024 * 1024
WINDOW_MAX = 4 * 1024 * 1024
SEEK_MAX = 100
SAFE_MAX = 2**53 - 1

_CONTROL_MAX = 16 * 1024
_UTF8 = ("utf-8", "surrogatepass")
_MIME = re.compile(r"[\w.+-]{1,50}/[\w.+-]{1,49}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that somebody offers."""

    file: str
    name: str
    size: int
    mime: str
    part: int
    v: int = VERSION

    @property
    def count(self) -> int:
        """How many parts it has."""
        return -(-self.size // self.part)

    def length(self, index: int) -> int:
        """How many bytes a part has."""
        return min(self.part, self.size - index * self.part)


def control(type: str, **members: object) -> str:
    """A control message. `type` is without `file-`."""
    return json.dumps({"type": f"file-{type}", **members}, ensure_ascii=False)


def is_of_files(data: str | bytes) -> bool:
    """Gives whether a message is about files, and so nobody else's to read."""
    if isinstance(data, bytes):
        return len(data) >= HEAD and data.startswith(MAGIC)
    type = _parse(data).get("type")
    return isinstance(type, str) and type.startswith("file-")


def read_control(data: str) -> tuple[str, dict[str, Any]] | None:
    """The type and the members of a control message; `None` for what is malformed or unknown."""
    said = _parse(data)
    prefix, _, type = str(said.get("type")).partition("-")
    shape = _SHAPES.get(type) if prefix == "file" else None
    if shape is None or not all(fits(said.get(member)) for member, fits in shape.items()):
        return None
    return type, {member: said.get(member) for member in shape}


def read_offer(members: dict[str, Any]) -> Offer | None:
    """The offer that a control message makes; `None` for one with too many parts."""
    mime = members["mime"] if isinstance(members["mime"], str) else ""
    offer = Offer(**{**members, "mime": mime if _MIME.fullmatch(mime) else ""})
    return offer if offer.count <= PARTS_MAX else None


def part_message(stream: int, index: int, hash: bytes, part: bytes) -> bytes:
    """The binary message of a part."""
    return b"".join((MAGIC, stream.to_bytes(4, "big"), index.to_bytes(4, "big"), hash, part))


def read_part(data: bytes) -> tuple[int, int, bytes, bytes]:
    """The stream, the number, the hash and the bytes of a part."""
    stream, index = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    return stream, index, data[12:HEAD], data[HEAD:]


def hash_of(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def _parse(data: str) -> dict[str, Any]:
    # Most texts are not about files, and reading all of them would cost time.
    if len(data) > _CONTROL_MAX or '"file-' not in data or len(data.encode(*_UTF8)) > _CONTROL_MAX:
        return {}
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _integer(least: int, most: int) -> Callable[[object], bool]:
    return lambda value: (
        isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    )


def _digits(count: int) -> Callable[[object], bool]:
    shape = re.compile(f"[0-9a-f]{{{count}}}")
    return lambda value: isinstance(value, str) and shape.fullmatch(value) is not None


def _text(most: int) -> Callable[[object], bool]:
    """The length is in UTF-16 code units."""
    return lambda value: (
        isinstance(value, str) and 0 < len(value.encode("utf-16-le", "surrogatepass")) <= 2 * most
    )


def _anything(value: object) -> bool:
    return True


_is_file = _digits(32)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and len(value) <= SEEK_MAX and all(map(_is_file, value))


_STREAM: dict[str, Callable[[object], bool]] = {"file": _is_file, "stream": _integer(0, 2**32 - 1)}
_SHAPES: dict[str, dict[str, Callable[[object], bool]]] = {
    "offer": {
        "v": _integer(-SAFE_MAX, SAFE_MAX),
        "file": _is_file,
        "name": _text(1024),
        "size": _integer(0, SAFE_MAX),
        "mime": _anything,
        "part": _integer(PART_LEAST, PART_MAX),
    },
    "done": {**_STREAM, "hash": _digits(64)},
    "fail": {**_STREAM, "reason": _text(40)},
    "withdraw": {"file": _is_file},
    "get": {**_STREAM, "from": _integer(0, PARTS_MAX), "window": _integer(1, SAFE_MAX)},
    "ack": {**_STREAM, "next": _integer(0, PARTS_MAX)},
    "got": _STREAM,
    "stop": {**_STREAM, "reason": _text(40)},
    "seek": {"files": _is_list},
}
