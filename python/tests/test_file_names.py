"""Names of files from strangers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networkwebsockets.files.name import BYTES_MAX, clean_name
from networkwebsockets.files.wire import read_control, read_offer

_VECTORS = json.loads(
    (Path(__file__).parents[2] / "protocol/vectors/files.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        ("..", "file"),
        ("/", "file"),
        (" .. hidden . ", "hidden"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\x00b\n.txt", "ab.txt"),
        ('<>:"|?*', "_______"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com¹", "_com¹"),
        ("\ud800", "file"),
        ("e\u0301.txt", "é.txt"),
        ("x" * 300 + ".tar", "x" * 196 + ".tar"),
    ],
)
def test_clean_names(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(st.text(max_size=1024))
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    clean = clean_name(name)
    assert clean
    assert len(clean.encode()) <= BYTES_MAX
    assert clean not in (".", "..")
    assert Path(clean).name == clean
    assert not any(character in '/\\<>:"|?*\0' for character in clean)
    assert clean_name(clean) == clean


def _whole(text: str | dict[str, Any] | list[Any]) -> str:
    """A text may stand in pieces, and they as a repetition."""
    if isinstance(text, list):
        return "".join(map(_whole, text))
    return text if isinstance(text, str) else str(text["repeat"]) * int(text["times"])


@pytest.mark.parametrize("row", _VECTORS["saved"])
def test_names_are_those_of_the_vectors(row: dict[str, Any]) -> None:
    saved = _whole(row["as"])
    assert clean_name(_whole(row["name"])) == saved
    assert clean_name(saved) == saved


@pytest.mark.parametrize("row", _VECTORS["messages"])
def test_messages_are_heeded_as_in_the_vectors(row: dict[str, Any]) -> None:
    control = read_control(_whole(row["text"]))
    is_heeded = control is not None and (
        control[0] != "offer" or read_offer(control[1]) is not None
    )
    assert is_heeded == row["heeded"]
