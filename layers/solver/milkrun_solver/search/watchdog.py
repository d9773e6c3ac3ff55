"""The watchdog, which deals with searches that do not end when they are told to."""

import logging
import os
import threading
import time

from milkrun_solver.search.threads import SearchThread

_log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that a search may continue after its run: a long step may take a few."""


def give_up_endless_searches(seconds: float) -> None:
    """Ends this process if a search is still running after `seconds`, or after `PATIENCE` if that is less.

    A search in an endless loop of an engine would take a core from all later runs. Its own run has ended, and
    Lambda starts another process.
    """
    if searches_left(min(PATIENCE, seconds)):
        _log.critical("a search does not end: ending this process")
        os._exit(1)


def searches_left(seconds: float) -> int:
    """Waits up to `seconds` for the searches of this process to end; returns how many are still running.

    A search in a long step ends soon after it is told to. One in an endless loop of an engine ends only with
    its process.
    """
    end = time.monotonic() + seconds
    searches = [thread for thread in threading.enumerate() if isinstance(thread, SearchThread)]
    for thread in searches:
        thread.join(max(0.0, end - time.monotonic()))
    return sum(thread.is_alive() for thread in searches)
