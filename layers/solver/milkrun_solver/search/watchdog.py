"""What becomes of a search that does not end when it is told to."""

import logging
import os
import threading
import time

from milkrun_solver.search.threads import SearchThread

_log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that a search may go on after its run: one in a long step takes a few."""


def give_up_endless_searches(seconds: float) -> None:
    """Ends this process if a search is still at work after so many seconds, and no more than `PATIENCE`.

    In an endless loop of an engine it would take a core from all later runs. What its own run needed is done,
    and Lambda starts another process.
    """
    if searches_left(min(PATIENCE, seconds)):
        _log.critical("a search does not end: this process does")
        os._exit(1)


def searches_left(seconds: float) -> int:
    """How many searches of this process are still at work after so many seconds at most.

    One in a long step ends soon after it was told to. In an endless loop of an engine one never does, unless
    its process ends.
    """
    end = time.monotonic() + seconds
    searches = [thread for thread in threading.enumerate() if isinstance(thread, SearchThread)]
    for thread in searches:
        thread.join(max(0.0, end - time.monotonic()))
    return sum(thread.is_alive() for thread in searches)
