"""CPU time of a message of 64 bytes, with this package and with `websockets` and `json` by hand.

NWS_PROXY=path/to/nws python bench/compare.py [--rounds 15] [--count 20000]

The contenders take turns, each in a process of its own. Standard error has the median of the ratios
of the rounds, and the exit code is 1 if one of them is above the goal.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

GOAL = 1.15
CONTENDERS = Path(__file__).with_name("contenders.py")


def run(name: str, endpoint: str, count: int) -> int:
    """One run. A receiver gets its messages from a sender by hand, when it is ready."""
    command = [sys.executable, str(CONTENDERS)]
    with subprocess.Popen(
        [*command, name, endpoint, str(count)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        if name.startswith("receive"):
            assert process.stdout.readline() == "ready\n"
            subprocess.run(
                [*command, "send-hand", endpoint, str(count)],
                check=True,
                text=True,
                stdout=subprocess.DEVNULL,
            )
        return int(process.stdout.readline())


def compare(kind: str, endpoint: str, rounds: int, count: int) -> float:
    """The median of the ratios."""
    ratios, times = [], []
    for number in range(rounds):
        order = ["package", "hand"] if number % 2 else ["hand", "package"]
        found = {who: run(f"{kind}-{who}", endpoint, count) for who in order}
        ratios.append(found["package"] / found["hand"])
        times.append((found["package"], found["hand"]))
    package, hand = (statistics.median(some) for some in zip(*times, strict=True))
    ratio = statistics.median(ratios)
    print(
        f"{kind}: {package:.0f} ns with the package, {hand:.0f} ns by hand, "
        f"ratio {ratio:.3f} ({min(ratios):.3f} to {max(ratios):.3f})",
        file=sys.stderr,
        flush=True,
    )
    return ratio


def main() -> int:
    """Compares both ways."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--json", action="store_true", help="print the ratios alone, as JSON")
    options = parser.parse_args()
    proxy = [os.environ["NWS_PROXY"], "run", "--port", "0", "--no-discovery"]
    with subprocess.Popen(
        proxy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            endpoint = process.stdout.readline().split()[-1].rstrip("/").replace("http", "ws", 1)
            kinds = ("receive", "send")
            ratios = {
                kind: compare(kind, endpoint, options.rounds, options.count) for kind in kinds
            }
        finally:
            process.terminate()
    if options.json:
        print(json.dumps(ratios))
        return 0
    return int(max(ratios.values()) > GOAL)


if __name__ == "__main__":
    sys.exit(main())
