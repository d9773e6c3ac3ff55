"""Waiting for a state, on a machine however slow."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")

PATIENCE = 180.0
"""Seconds after which what was awaited is taken never to come. On an idle machine it comes in a small part of
them, so that no verdict depends on how busy a machine is."""
MARGIN = 30.0
"""Seconds that a busy machine may add to what is promised in seconds. Where a test holds such a bound, what
would break the promise takes longer than both together, or has no end."""


def until(condition: Callable[[], T], *, pause: float = 0.1) -> T:
    """Asks until the answer is true, and gives it.

    Args:
        pause: Seconds between two questions.
    """
    give_up = time.monotonic() + PATIENCE
    while not (answer := condition()):
        if time.monotonic() > give_up:
            pytest.fail(f"it did not come true within {PATIENCE:.0f} s")
        time.sleep(pause)
    return answer
