"""A limit of time around calls that have none of their own."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Call(Generic[T]):
    """A call under way in a daemon thread of its own, which it keeps for as long as it hangs."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._done = threading.Event()
        self._value: T
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="call", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Waits for the end, at most so long; whether it has come."""
        return self._done.wait(max(0.0, seconds))

    def result(self) -> T:
        """What the call gave, or raised, once it has ended."""
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
    """What the function gives.

    Raises:
        TimeoutError: It took longer; it goes on in its thread, and nobody hears of it.
    """
    call = Call(function)
    if not call.wait(seconds):
        raise TimeoutError
    return call.result()
