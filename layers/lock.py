"""Turns pip's installation reports, one for each architecture, into a lock: versions and hashes of wheels."""

import json
import sys
from pathlib import Path


def wheels(report: str) -> dict[str, str]:
    """The SHA-256 of each wheel by `name==version`."""
    return {
        f"{item['metadata']['name']}=={item['metadata']['version']}": item["download_info"]["archive_info"][
            "hashes"
        ]["sha256"]
        for item in json.loads(report)["install"]
    }


def lock(*reports: str) -> str:
    """Requirement lines, in order of name, for `pip install --require-hashes --no-deps`.

    A wheel for any machine has one hash, another one for each architecture. Raises ValueError where the
    architectures differ in what they need, or in its version.
    """
    found = [wheels(report) for report in reports]
    for other in found[1:]:
        if different := found[0].keys() ^ other.keys():
            raise ValueError(f"not the same on every architecture: {', '.join(sorted(different))}")
    lines = [
        " ".join([pin, *(f"--hash=sha256:{digest}" for digest in sorted({by_pin[pin] for by_pin in found}))])
        for pin in sorted(found[0], key=str.lower)
    ]
    return "\n".join(["# Written by `make -C layers lock`.", *lines]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(lock(*(Path(path).read_text() for path in sys.argv[1:])))
