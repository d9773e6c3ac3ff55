"""Turns pip's installation report, on standard input, into a lock: one wheel each, by version and hash."""

import json
import sys


def lock(report: str) -> str:
    """Requirement lines, in order of name, for `pip install --require-hashes --no-deps`."""
    lines = [
        f"{item['metadata']['name']}=={item['metadata']['version']}"
        f" --hash=sha256:{item['download_info']['archive_info']['hashes']['sha256']}"
        for item in json.loads(report)["install"]
    ]
    return "\n".join(["# Written by `make -C layers lock`.", *sorted(lines, key=str.lower)]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(lock(sys.stdin.read()))
