"""The threads of a search. The watchdog recognises them by their type."""

import threading
from collections.abc import Callable


class SearchThread(threading.Thread):
    """A daemon thread that searches: it never keeps the process alive."""

    def __init__(self, target: Callable[[], None], name: str) -> None:
        super().__init__(target=target, name=name, daemon=True)
