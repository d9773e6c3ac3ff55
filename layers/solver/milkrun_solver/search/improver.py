"""What makes routes better: threads, each with a child process that may run VROOM."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial

from milkrun_solver.engines.vroom.process import VroomProcess
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.search.events import Ended, EngineName, Post


class SearchThread(threading.Thread):
    """A thread that searches. It ends with the process at the latest."""

    def __init__(self, target: Callable[[], None], name: str) -> None:
        super().__init__(target=target, name=name, daemon=True)


class Improver(ABC):
    """Threads that go on from the best routes known.

    Args:
        post: Takes an `Ended` for each thread.
        deadline: When to stop, in `time.monotonic()` seconds.

    Attributes:
        engine: Whose routes they are.
        finds_first: Whether it can find routes where none are known.
    """

    engine: EngineName
    finds_first: bool

    def __init__(self, post: Post, deadline: float) -> None:
        self._post = post
        self._deadline = deadline
        self._stopping = threading.Event()
        self._threads: list[SearchThread] = []
        self._processes: list[VroomProcess] = []

    @property
    def threads(self) -> int:
        """How many threads were started."""
        return len(self._threads)

    def start(self, threads: int) -> None:
        """Starts so many more threads."""
        for _ in range(threads):
            number, process = len(self._threads), VroomProcess()
            thread = SearchThread(partial(self._run, number, process), f"{self.engine}-{number}")
            self._processes.append(process)
            self._threads.append(thread)
            thread.start()

    @abstractmethod
    def offer(self, routes: Sequence[TimedRoute]) -> None:
        """Names routes to go on from, if they are better than what is known."""

    @abstractmethod
    def take(self) -> list[TimedRoute] | None:
        """The best routes found, if they are better than what was taken or offered before."""

    @abstractmethod
    def restart(self, routes: Sequence[TimedRoute] | None) -> None:
        """Goes back to these routes, or to nothing: what was made of them since is not to be had."""

    def stop(self) -> None:
        """Asks all threads to end at once, and ends their children whatever they do."""
        self._stopping.set()
        for process in self._processes:
            process.stop()

    def join(self, timeout: float) -> None:
        """Waits for the threads, `timeout` seconds in all. One in a long step ends by itself soon after."""
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    @abstractmethod
    def _search(self, number: int, process: VroomProcess) -> None:
        """What a thread does until it finds nothing better or `_is_over`."""

    def _is_over(self) -> bool:
        return self._stopping.is_set() or time.monotonic() >= self._deadline

    def _run(self, number: int, process: VroomProcess) -> None:
        error: Exception | None = None
        try:
            self._search(number, process)
        except Exception as caught:  # an engine's failure is an event: what was found stays, others go on
            error = None if process.stopped else caught
        finally:
            process.close()
        self._post(Ended(self.engine, error))
