"""What the functions logged about each run."""

import json
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from .histories import epoch

_SAID_OF_A_RUN = (
    *("reason", "attempt", "hops", "status", "code", "finished_at"),
    *("invoked", "invoke_error", "waits", "exception"),
)


class Line(NamedTuple):
    """One log line of a function, `at` in seconds since the epoch."""

    at: float
    source: str
    message: str
    level: str
    said: str


class Logs(NamedTuple):
    """The lines by run id, and those that concern no run."""

    of_run: dict[str, list[Line]]
    others: list[Line]


def read_logs(folder: Path) -> Logs:
    """All lines, in order of time."""
    of_run: defaultdict[str, list[Line]] = defaultdict(list)
    others: list[Line] = []
    for file in folder.glob("*.log"):
        with file.open(errors="replace") as lines:
            for text in lines:
                try:
                    entry = json.loads(text)
                except ValueError:
                    continue  # Lambda's own line about a process that ended
                if not isinstance(entry, dict) or "message" not in entry:
                    continue  # a metric
                said = " ".join(
                    f"{name}={entry[name]}" for name in _SAID_OF_A_RUN if entry.get(name) is not None
                )
                message = str(entry["message"])
                line = Line(epoch(entry["timestamp"]), file.stem, message, entry.get("level", ""), said)
                (of_run[entry["run_id"]] if "run_id" in entry else others).append(line)
    for found in (*of_run.values(), others):
        found.sort()
    return Logs(dict(of_run), others)
