"""Cuts messages into parts that credit lets go."""

from __future__ import annotations

UNITS_MAX = 32_768
"""The most UTF-16 units of a part of a text: in JSON they take six times as many bytes at most."""


def cut_text(text: str, room: int) -> tuple[str, int]:
    """The first characters of `text` that fit into `room` bytes, and their bytes."""
    part = text[:UNITS_MAX]
    if part.isascii():
        part = part[:room]
        return part, len(part)
    if len(part.encode("utf-16-le")) > 2 * UNITS_MAX:
        part = part.encode("utf-16-le")[: 2 * UNITS_MAX].decode("utf-16-le", "ignore")
    coded = part.encode()
    if len(coded) <= room:
        return part, len(coded)
    part = coded[:room].decode("utf-8", "ignore")
    return part, len(part.encode())


def cut_bytes(payload: memoryview, room: int) -> tuple[memoryview, int]:
    """The first bytes that fit."""
    part = payload[:room]
    return part, len(part)
