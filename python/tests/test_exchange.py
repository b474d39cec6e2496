"""Two processes that say a lot to each other."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

COUNT = 2000
TALKER = Path(__file__).with_name("talker.py")


async def test_each_hears_all_that_the_other_says_once_and_in_order(endpoint: str) -> None:
    command = [sys.executable, str(TALKER), endpoint, str(COUNT)]
    talkers = [await asyncio.create_subprocess_exec(*command, stdout=PIPE) for _ in range(2)]
    try:
        outputs = [await talker.communicate() for talker in talkers]
    finally:
        for talker in talkers:
            if talker.returncode is None:
                talker.kill()
    assert [output.split() for output, _ in outputs] == [[b"heard", b"%d" % COUNT]] * 2
