"""Readiness: whether the servers that Milkrun needs answer."""

import time
from collections.abc import Callable, Mapping

from milkrun.dependencies import NOT_CONFIGURED, OK, down
from milkrun.observability import get_logger
from milkrun.patience import Call

TIMED_OUT = down("timed out")

Check = Callable[[], str]
"""Asks a dependency. Returns `ok`, `not configured` or `down: <why>`, without an address."""


class ReadinessProbe:
    """Asks all dependencies at once and waits no longer than the deadline.

    A check that hangs keeps its thread. Until it ends, the dependency counts as down and is not asked again.
    """

    def __init__(self, checks: Mapping[str, Check], deadline: float = 2.5) -> None:
        self._checks = checks
        self._deadline = deadline
        self._asking: dict[str, Call[str]] = {}

    def ask(self) -> dict[str, str]:
        """The state of each dependency by name."""
        until = time.monotonic() + self._deadline
        for name, check in self._checks.items():
            # Discard a result that arrived after its deadline.
            if name not in self._asking or self._asking[name].wait(0):
                self._asking[name] = Call(check)
        return {name: self._answer(name, until) for name in self._checks}

    def _answer(self, name: str, until: float) -> str:
        if not self._asking[name].wait(until - time.monotonic()):
            return TIMED_OUT
        try:
            return self._asking.pop(name).result()
        except Exception as error:
            get_logger().error("check failed", exc_info=error, dependency=name)
            return down("failed")


def is_ready(states: Mapping[str, str]) -> bool:
    """Whether every configured dependency answers."""
    return all(state in (OK, NOT_CONFIGURED) for state in states.values())
