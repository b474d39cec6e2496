"""Prints what is in an archive, .tar.gz, .tgz, .zip or .whl, as JSON: mode, hash and text of each file."""

import base64
import hashlib
import json
import sys
import tarfile
import zipfile

SHORT = 1 << 16


def files(path):
    if path.endswith((".tgz", ".tar.gz")):
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile():
                    yield member.name, member.mode, archive.extractfile(member).read()
    else:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                yield info.filename, info.external_attr >> 16, archive.read(info)


def describe(mode, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    text = content.decode(errors="replace") if len(content) < SHORT else ""
    return {"mode": mode & 0o777, "size": len(content), "sha256": digest, "text": text}


print(json.dumps({name: describe(mode, content) for name, mode, content in files(sys.argv[1])}))
