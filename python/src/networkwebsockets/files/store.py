"""A file on the disk that has not come whole: its parts, and where it goes in the end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .name import clean_name
from .wire import Offer, hash_of

if TYPE_CHECKING:
    from io import BufferedRandom

_NAMES_MAX = 10_000


class Store:
    """Parts lie in a hidden file of the folder, so that a later try goes on with them."""

    def __init__(self, folder: Path, offer: Offer) -> None:
        """Opens it, and reads what an earlier try has left."""
        self._folder = folder.resolve(strict=True)
        self._offer = offer
        self._path = self._folder / f".{offer.file}-{offer.part}.part"
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        self._file: BufferedRandom = os.fdopen(os.open(self._path, flags, 0o666), "r+b")
        self.hashes: list[bytes] = []
        """Of the parts that are stored."""
        self._read_left()

    @property
    def digest(self) -> str:
        """The hash of the hashes of all parts."""
        return hash_of(b"".join(self.hashes)).hex()

    def write(self, part: bytes, hash: bytes) -> bool:
        """Stores the next part. Gives whether its bytes have the hash."""
        if hash_of(part) != hash:
            return False
        self._file.seek(len(self.hashes) * self._offer.part)
        self._file.write(part)
        self._file.flush()
        self.hashes.append(hash)
        return True

    def finish(self) -> Path:
        """The file is whole: gives it a name of its own in the folder."""
        self._file.truncate(self._offer.size)
        os.fsync(self._file.fileno())
        self._file.close()
        path = self._reserve()
        self._path.replace(path)
        return path

    def close(self) -> None:
        """Ends this try. What is stored stays."""
        self._file.close()
        if not self.hashes:
            self._path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Throws away what is stored."""
        self.hashes = []
        self.close()

    def _read_left(self) -> None:
        while len(self.hashes) < self._offer.count:
            part = self._file.read(self._offer.length(len(self.hashes)))
            if len(part) < self._offer.length(len(self.hashes)):
                break
            self.hashes.append(hash_of(part))

    def _reserve(self) -> Path:
        """Makes an empty file of a new name: nothing that exists is replaced or followed."""
        name = Path(clean_name(self._offer.name))
        for number in range(_NAMES_MAX):
            path = self._folder / (f"{name.stem} ({number}){name.suffix}" if number else name.name)
            try:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            except FileExistsError:
                continue
            return path
        raise FileExistsError(f"{self._folder} has too many files of the name {name}")
