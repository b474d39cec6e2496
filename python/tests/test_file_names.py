"""Names of files from strangers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networkwebsockets.files.name import BYTES_MAX, clean_name


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
