"""The threads of a search, which the watchdog knows by their type."""

import threading
from collections.abc import Callable


class SearchThread(threading.Thread):
    """A thread that searches. It ends with the process at the latest."""

    def __init__(self, target: Callable[[], None], name: str) -> None:
        super().__init__(target=target, name=name, daemon=True)
