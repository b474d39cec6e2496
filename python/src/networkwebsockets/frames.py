"""Frames between this client and its proxy. The README of the project has a table of them."""

from __future__ import annotations

import json
from json.encoder import encode_basestring as _quote
from typing import Any, TypeAlias

Data: TypeAlias = str | bytes | bytearray | memoryview

BROADCAST, MESSAGE, STREAM = 1, 2, 3
"""The kinds of binary frames."""

_STREAM_HEAD = 5
"""Bytes between the id and the payload of a stream: its number, and flags."""


class Json(str):
    """JSON that is no string, as its text: `Json("[1]")`. Pages get it as a text."""

    __slots__ = ()


_TO_ALL = '{"action":"broadcast","source":"'
_TO_ONE = '{"action":"message","source":"'
_TO_ALL_LEN = len(_TO_ALL)
_TO_ONE_LEN = len(_TO_ONE)

Heard: TypeAlias = tuple[str, str, bool]
"""The id of the sender, what it has said, and whether to this client only."""


def read_usual(frame: str) -> Heard | None:
    """Reads a message whose text has no escapes, in the order in which proxies write members.

    `None` says that `read_any` has to read it, with the same result.
    """
    if frame.startswith(_TO_ALL):
        end = frame.find('"', _TO_ALL_LEN)
        start = end + 10
        if not frame.startswith('","data":"', end):
            return None
        source, direct = frame[_TO_ALL_LEN:end], False
    elif frame.startswith(_TO_ONE):
        end = frame.find('"', _TO_ONE_LEN)
        start = frame.find('","data":"', end) + 10
        if not frame.startswith('","target":"', end) or frame.find('"', end + 12) != start - 10:
            return None
        source, direct = frame[_TO_ONE_LEN:end], True
    else:
        return None
    data = frame[start:-2]
    if "\\" in data or '"' in data or "\\" in source or not frame.endswith('"}', start):
        return None
    return source, data, direct


def read_any(frame: str) -> dict[str, Any]:
    """Reads any structured frame. Raises a `ValueError` for what is none."""
    try:
        notice = _decode(frame)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(notice, dict) or not isinstance(notice.get("action"), str):
        raise ValueError("a frame is an object with an action")
    return notice


def heard(notice: dict[str, Any], frame: str) -> Heard:
    """What a peer has said. JSON that is no string is given as it stands in the frame."""
    source, data = notice.get("source"), notice.get("data")
    if not isinstance(source, str) or "data" not in notice:
        raise ValueError("a message has a source and data")
    text = well_formed(data) if isinstance(data, str) else Json(_source_text(frame, data))
    return source, text, notice["action"] == "message"


def well_formed(text: str) -> str:
    """The text, with U+FFFD for half a surrogate pair: JSON can have that, and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _integer(digits: str) -> int | float:
    """Some versions of Python refuse integers that are very long."""
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


_decode = json.JSONDecoder(parse_int=_integer, parse_constant=_no_number).decode


def _source_text(frame: str, data: object) -> str:
    text = frame[frame.find('"data":') + 7 : -1]
    try:
        if _decode(text) == data:
            return text
    except ValueError:
        pass
    return json.dumps(data, ensure_ascii=False)


def read_binary(frame: bytes) -> tuple[int, str, bytes]:
    """Reads a binary frame: its kind, the id of the sender, and the payload."""
    if len(frame) < 2 or frame[0] not in (BROADCAST, MESSAGE, STREAM):
        raise ValueError("a binary frame has a head")
    start = 2 + frame[1]
    if len(frame) < start:
        raise ValueError("a binary frame has an id")
    return frame[0], str(frame[2:start], "utf-8"), frame[start:]


def text_to_all(text: str) -> str:
    """The frame of a text for all."""
    return '{"action":"broadcast","data":' + _source_of(text) + "}"


def text_to_one(target: str, text: str) -> str:
    """The frame of a text for one peer."""
    return '{"action":"message","target":' + _quote(target) + ',"data":' + _source_of(text) + "}"


def _source_of(text: str) -> str:
    """The text as JSON. Raises a `ValueError` for `Json` that is none."""
    if not isinstance(text, Json):
        return _quote(text)
    try:
        _decode(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this is no JSON, or it is nested too deep: {error}") from error
    return str(text)


def bytes_to_all(payload: Data) -> bytes:
    """The frame of bytes for all."""
    return b"".join((b"\x01\x00", _bytes(payload)))


def bytes_to_one(target: str, payload: Data) -> bytes:
    """The frame of bytes for one peer."""
    return b"".join((_head(MESSAGE, target), _bytes(payload)))


def stream_control(target: str, data: dict[str, object]) -> str:
    """The frame that says `data` about a stream."""
    frame = {"action": "stream", "target": target, "data": data}
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def stream_text(target: str, number: int, text: str, has_more: bool) -> str:
    """The frame of a part of a text."""
    more = '"more":true,' if has_more else ""
    return (
        f'{{"action":"stream","target":{_quote(target)},"data":{{"stream":{number},"event":"data",'
        f'{more}"text":{_quote(text)}}}}}'
    )


def stream_bytes(target: str, number: int, part: Data, has_more: bool) -> bytes:
    """The frame of a part of bytes."""
    head = number.to_bytes(4, "big") + (b"\x01" if has_more else b"\x00")
    return b"".join((_head(STREAM, target), head, _bytes(part)))


def read_stream_part(payload: bytes) -> dict[str, Any]:
    """Reads the payload of a binary frame of a stream, as the `data` that a text would have."""
    if len(payload) < _STREAM_HEAD:
        raise ValueError("a part of a stream has a head")
    number = int.from_bytes(payload[:4], "big")
    more, part = bool(payload[4] & 1), payload[_STREAM_HEAD:]
    return {"stream": number, "event": "data", "more": more, "bytes": part}


def byte_length(data: Data) -> int:
    """The bytes that a message counts as. Raises a `ValueError` for half a surrogate pair."""
    if isinstance(data, str):
        return len(data) if data.isascii() else len(data.encode())
    return data.nbytes if isinstance(data, memoryview) else len(data)


def _head(kind: int, target: str) -> bytes:
    id = target.encode()
    return bytes((kind, len(id))) + id


def _bytes(payload: Data) -> bytes | bytearray | memoryview:
    if isinstance(payload, (bytes, bytearray, memoryview)):
        return payload
    raise TypeError(f"send text or bytes, not {type(payload).__name__}")
