"""Waiting for a state, however slow the machine is."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")

PATIENCE = 180.0
"""Seconds after which a test gives up waiting. On an idle machine, everything arrives in a small part of
them, so no result depends on how busy the machine is."""
MARGIN = 30.0
"""Seconds that a busy machine may add to a promise in seconds. In a test with such a bound, what breaks the
promise takes longer than both together, or never ends."""


def until(condition: Callable[[], T], *, pause: float = 0.1) -> T:
    """Asks until the answer is true, and returns it.

    Args:
        pause: Seconds between two questions.
    """
    give_up = time.monotonic() + PATIENCE
    while not (answer := condition()):
        if time.monotonic() > give_up:
            pytest.fail(f"it did not come true within {PATIENCE:.0f} s")
        time.sleep(pause)
    return answer
