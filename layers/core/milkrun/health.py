"""Readiness: whether the servers that Milkrun needs answer."""

import threading
import time
from collections.abc import Callable, Mapping

OK = "ok"
NOT_CONFIGURED = "not configured"
TIMED_OUT = "down: timed out"

Check = Callable[[], str]
"""Asks a dependency; gives `ok`, `not configured` or `down: <why>`, without an address in it."""


class ReadinessProbe:
    """Asks all dependencies at once and waits for none longer than the deadline.

    A check that hangs keeps its one thread; until that ends the dependency counts as down.
    """

    def __init__(self, checks: Mapping[str, Check], deadline: float = 2.5) -> None:
        self._checks = checks
        self._deadline = deadline
        self._asking: dict[str, _Asking] = {}

    def ask(self) -> dict[str, str]:
        """The state of each dependency by name."""
        until = time.monotonic() + self._deadline
        for name, check in self._checks.items():
            if name not in self._asking:
                self._asking[name] = _Asking(check)
        return {name: self._answer(name, until) for name in self._checks}

    def _answer(self, name: str, until: float) -> str:
        asking = self._asking[name]
        if not asking.done.wait(max(0.0, until - time.monotonic())):
            return TIMED_OUT
        del self._asking[name]
        return asking.answer


class _Asking:
    """One check under way, in a daemon thread."""

    def __init__(self, check: Check) -> None:
        self.done = threading.Event()
        self.answer = "down: failed"
        threading.Thread(target=self._ask, args=(check,), daemon=True).start()

    def _ask(self, check: Check) -> None:
        try:
            self.answer = check()
        finally:
            self.done.set()


def is_ready(states: Mapping[str, str]) -> bool:
    """Whether every dependency that is configured answers."""
    return all(state in (OK, NOT_CONFIGURED) for state in states.values())
