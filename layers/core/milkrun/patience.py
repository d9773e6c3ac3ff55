"""Timeouts for calls that have none of their own."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Call(Generic[T]):
    """A call in its own daemon thread. While it hangs, it keeps the thread."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._done = threading.Event()
        self._value: T
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="call", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Waits up to `seconds` for the end. Returns whether it has come."""
        return self._done.wait(max(0.0, seconds))

    def result(self) -> T:
        """What the call returned, or raised. Call this once it has ended."""
        if self._error is not None:
            raise self._error
        return self._value

    def _run(self) -> None:
        try:
            self._value = self._function()
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()


def within(seconds: float, function: Callable[[], T]) -> T:
    """Calls a function and returns its result.

    Raises:
        TimeoutError: It took longer. It continues in its thread, and its result is discarded.
    """
    call = Call(function)
    if not call.wait(seconds):
        raise TimeoutError
    return call.result()
