"""Cuts messages into parts that credit lets go."""

from __future__ import annotations

UNITS_MAX = 32_768
"""The most UTF-16 units of a part of a text: in JSON they take six times as many bytes at most."""


def cut_text(text: str, start: int, room: int) -> tuple[str, int]:
    """The characters of `text` from `start` on that fit into `room` bytes, and their bytes."""
    part = text[start : start + min(UNITS_MAX, room)]
    if part.isascii():
        return part, len(part)
    if len(part.encode("utf-16-le")) > 2 * UNITS_MAX:
        part = part.encode("utf-16-le")[: 2 * UNITS_MAX].decode("utf-16-le", "ignore")
    coded = part.encode()
    if len(coded) <= room:
        return part, len(coded)
    part = coded[:room].decode("utf-8", "ignore")
    return part, len(part.encode())


def cut_bytes(payload: memoryview, start: int, room: int) -> tuple[memoryview, int]:
    """The bytes from `start` on that fit."""
    part = payload[start : start + room]
    return part, len(part)
