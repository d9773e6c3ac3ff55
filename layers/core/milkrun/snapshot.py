"""SnapStart: what goes into the snapshot of a process, and what restarts when it is restored.

`snapshot_restore_py` is part of Lambda's runtime client, so it is present wherever a handler runs. Its hooks
are called only for functions with SnapStart. A snapshot contains no connection: clients connect when a
request first needs them.
"""

import importlib
import time
from collections.abc import Callable

from snapshot_restore_py import register_after_restore, register_before_snapshot

from milkrun.observability import get_logger, get_metrics, get_tracer
from milkrun.settings import get_settings


class Uptime:
    """Counts from now, or from when this process was last restored: a snapshot may be weeks old."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._restart()
        register_after_restore(self._restart)

    def seconds(self) -> int:
        """Whole seconds since the start or the last restore."""
        return int(self._clock() - self._began)

    def _restart(self) -> None:
        self._began = self._clock()


def before_snapshot(work: Callable[[], object]) -> None:
    """Does work before the snapshot, so that the first request does not wait for it."""
    register_before_snapshot(work)


def prime_before_snapshot(*more: Callable[[], object]) -> None:
    """Does the first request's preparations before the snapshot.

    Args:
        more: What this function prepares in addition to what all functions do.
    """
    for prime in (_prime, *more):
        before_snapshot(prime)


def _prime() -> None:
    get_settings()  # wrong settings fail the deployment
    get_logger()
    get_metrics()
    get_tracer()
    importlib.import_module("encodings.idna")  # for host names
