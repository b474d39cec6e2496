"""The name of a file from a stranger: under which it may be saved."""

from __future__ import annotations

import re
import unicodedata

BYTES_MAX = 200
"""Most file systems take 255; ` (1)` and the like are added."""

_EXTENSION_MAX = 20
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)( *\.|$)", re.I)
_ENDS = re.compile(r"^[.\s]+|[.\s]+$")


def clean_name(name: str) -> str:
    """A bare name, never empty."""
    bare = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = _FORBIDDEN.sub("_", "".join(filter(_is_visible, bare)))
    visible = _ENDS.sub("", re.sub(r"\s+", " ", visible))
    visible = _shorten(f"_{visible}" if _RESERVED.match(visible) else visible)
    return _ENDS.sub("", visible) or "file"


def _is_visible(character: str) -> bool:
    hidden = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return unicodedata.category(character) not in hidden and character not in _BLANK


def _shorten(name: str) -> str:
    dot = name.rfind(".")
    has_extension = dot > 0 and len(name) - dot <= _EXTENSION_MAX
    stem, extension = (name[:dot], name[dot:]) if has_extension else (name, "")
    room = BYTES_MAX - len(extension.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + extension
