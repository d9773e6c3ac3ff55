"""Threads and child processes that a test leaves behind."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import PATIENCE


def children() -> set[int]:
    """The ids of this process's children, including those that have ended but were not waited for."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == os.getpid():
            found.add(int(folder.name))
    return found


@contextmanager
def nothing_left_behind(seconds: float = PATIENCE) -> Iterator[None]:
    """Fails if threads or child processes of the block are still there this many seconds after it ends."""
    threads_before, children_before = set(threading.enumerate()), children()
    yield
    deadline = time.monotonic() + seconds
    while True:
        threads = set(threading.enumerate()) - threads_before
        processes = children() - children_before
        if not threads and not processes:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"left behind: {threads} {processes}")
        time.sleep(0.02)
