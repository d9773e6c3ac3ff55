"""SnapStart: what goes into the snapshot of a process, and what begins anew when one is restored.

`snapshot_restore_py` belongs to Lambda's runtime client, so it is wherever a handler runs. Its hooks are
called for functions with SnapStart only. A snapshot holds no connection: clients open theirs when a request
first needs them.
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
        """Whole seconds since then."""
        return int(self._clock() - self._began)

    def _restart(self) -> None:
        self._began = self._clock()


def before_snapshot(work: Callable[[], object]) -> None:
    """Has work that the first request would do, and none should wait for, done before a snapshot."""
    register_before_snapshot(work)


def prime_before_snapshot(*more: Callable[[], object]) -> None:
    """Has what the first request would do done before a snapshot.

    Args:
        more: What this function does beside what all do.
    """
    for prime in (_prime, *more):
        before_snapshot(prime)


def _prime() -> None:
    get_settings()  # wrong ones fail the deployment
    get_logger()
    get_metrics()
    get_tracer()
    importlib.import_module("encodings.idna")  # for names of hosts
