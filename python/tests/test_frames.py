"""Frames: what a proxy writes is read, the short way and the long way alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from networkwebsockets import frames

IDS = st.from_regex(r"[A-Za-z0-9_-]{1,64}(~[a-z2-7]{26})?", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


def written(source: str, data: object, target: str | None, *, ascii: bool) -> str:
    """A frame as a proxy writes it: `data` is last, and stands as its sender wrote it."""
    text = json.dumps(data, ensure_ascii=ascii)
    if target is None:
        return f'{{"action":"broadcast","source":"{source}","data":{text}}}'
    return f'{{"action":"message","source":"{source}","target":"{target}","data":{text}}}'


def read(frame: str) -> frames.Heard:
    return frames.heard(frames.read_any(frame), frame)


@given(IDS, TEXTS, st.none() | IDS, st.booleans())
@example("a", '"', None, False)
@example("a", "\\", "b", True)
def test_texts(source: str, text: str, target: str | None, ascii: bool) -> None:
    frame = written(source, text, target, ascii=ascii)
    expected = (source, text, target is not None)
    assert read(frame) == expected
    assert frames.read_usual(frame) in (None, expected)


@given(IDS, JSON, st.none() | IDS)
def test_other_json_comes_as_it_was_written(source: str, data: object, target: str | None) -> None:
    frame = written(source, data, target, ascii=False)
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    assert read(frame) == (source, text, target is not None)
    assert frames.read_usual(frame) in (None, read(frame))


def test_large_numbers_keep_their_digits() -> None:
    frame = '{"action":"broadcast","source":"a","data":12345678901234567890.10}'
    assert read(frame)[1] == "12345678901234567890.10"


@pytest.mark.parametrize(
    "frame",
    [
        '{"action":"broadcast","source":"a","data":"x","later":"y"}',
        '{"action":"broadcast","source":"a","later":1,"data":"x"}',
        '{"action":"message","source":"a","later":"b","data":"x"}',
        '{"action":"message","source":"a","target":"b","later":"c","data":"x"}',
        '{"action":"message","source":"a","data":"x","target":"b"}',
        '{ "action": "broadcast", "source": "a", "data": "x" }',
    ],
)
def test_members_that_a_later_proxy_adds_are_ignored(frame: str) -> None:
    assert frames.read_usual(frame) is None
    assert read(frame)[:2] == ("a", "x")


def test_the_usual_frame_is_read_the_short_way() -> None:
    to_all = '{"action":"broadcast","source":"a","data":"x é"}'
    to_one = '{"action":"message","source":"a","target":"b","data":""}'
    assert frames.read_usual(to_all) == ("a", "x é", False)
    assert frames.read_usual(to_one) == ("a", "", True)


@pytest.mark.parametrize(
    "frame", ["", "[]", "{", "1", '{"action":1}', '{"act":"x"}', "[" * 100_000]
)
def test_what_is_no_frame(frame: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        frames.read_any(frame)


@given(TEXTS, IDS)
def test_texts_that_are_sent(text: str, target: str) -> None:
    assert json.loads(frames.text_to_all(text)) == {"action": "broadcast", "data": text}
    to_one = {"action": "message", "target": target, "data": text}
    assert json.loads(frames.text_to_one(target, text)) == to_one


@given(st.binary(), IDS)
def test_bytes_that_are_sent(payload: bytes, target: str) -> None:
    assert frames.read_binary(frames.bytes_to_all(payload)) == (1, "", payload)
    assert frames.read_binary(frames.bytes_to_one(target, memoryview(payload))) == (
        2,
        target,
        payload,
    )


@given(st.binary(), IDS, st.integers(0, 2**32 - 1), st.booleans())
def test_parts_of_streams(payload: bytes, target: str, number: int, more: bool) -> None:
    kind, id, rest = frames.read_binary(frames.stream_bytes(target, number, payload, more))
    part = {"stream": number, "event": "data", "more": more, "bytes": payload}
    assert (kind, id, frames.read_stream_part(rest)) == (3, target, part)


@given(TEXTS, IDS, st.integers(0, 2**32 - 1), st.booleans())
def test_texts_of_streams(text: str, target: str, number: int, more: bool) -> None:
    frame = json.loads(frames.stream_text(target, number, text, more))
    said = {"stream": number, "event": "data", "text": text, **({"more": True} if more else {})}
    assert frame == {"action": "stream", "target": target, "data": said}


@given(st.binary(max_size=12))
def test_binary_frames_are_read_or_refused(frame: bytes) -> None:
    try:
        kind, id, payload = frames.read_binary(frame)
    except ValueError:
        return
    assert bytes((kind, len(id.encode()))) + id.encode() + payload == frame


def test_only_text_and_bytes_are_sent() -> None:
    with pytest.raises(TypeError, match="send text or bytes, not dict"):
        frames.bytes_to_all({})  # type: ignore[arg-type]
