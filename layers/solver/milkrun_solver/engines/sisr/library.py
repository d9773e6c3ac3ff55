"""Finds and loads the compiled search."""

import ctypes
from functools import cache


@cache
def load_library() -> ctypes.CDLL | None:
    """The compiled search; None if it has not been built for this machine."""
    return None
