"""VROOM as an engine for parts: threads that solve a few neighbouring routes anew, each in its own child."""

import threading
import time
from collections.abc import Iterable

from milkrun_solver.errors import EngineError
from milkrun_solver.events import Ended, EngineName, Post
from milkrun_solver.model import Model
from milkrun_solver.possible import impossible_tasks
from milkrun_solver.resolves import Resolve, Resolves
from milkrun_solver.schedule import TimedRoute
from milkrun_solver.vroom_encoding import request_of, routes_of
from milkrun_solver.vroom_process import VroomProcess


class VroomParts:
    """Search threads over the routes of one problem: `take` hands out what they found, `offer` tells them of
    better.

    Args:
        model: The problem.
        post: Takes an `Ended` for each thread.
        deadline: When to stop, in `time.monotonic()` seconds.
        seed: Start of the random choices.
    """

    engine: EngineName = "vroom"
    finds_first = False

    def __init__(self, model: Model, post: Post, deadline: float, seed: int) -> None:
        impossible = impossible_tasks(model)
        possible = [number for number in range(len(model.tasks)) if number not in impossible]
        self._post = post
        self._deadline = deadline
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._processes: list[VroomProcess] = []
        self._resolves = Resolves(model, possible, seed, self._is_over)

    @property
    def threads(self) -> int:
        """How many threads were started."""
        return len(self._threads)

    def start(self, threads: int) -> None:
        """Starts so many more threads."""
        for _ in range(threads):
            process = VroomProcess()
            name = f"vroom-{len(self._threads)}"
            thread = threading.Thread(target=self._run, args=(process,), name=name, daemon=True)
            self._processes.append(process)
            self._threads.append(thread)
            thread.start()

    def take(self) -> list[TimedRoute] | None:
        """The best routes that were found, if they are better than the last ones taken."""
        return self._resolves.take()

    def offer(self, routes: Iterable[TimedRoute]) -> None:
        """Names routes to go on from."""
        self._resolves.offer(routes)

    def restart(self, routes: Iterable[TimedRoute] | None) -> None:
        """Goes back to these routes, since what was made of them is none."""
        self._resolves.restart(routes)

    def stop(self) -> None:
        """Ends all threads, whatever their children do."""
        self._stopping.set()
        for process in self._processes:
            process.stop()

    def join(self, timeout: float) -> None:
        """Waits for the threads, `timeout` seconds in all."""
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self, process: VroomProcess) -> None:
        error: Exception | None = None
        try:
            while (resolve := self._resolves.next()) is not None:
                found: list[TimedRoute] | None = None
                try:
                    found = solved(process, resolve, self._deadline)
                finally:  # even a thread that fails lets go of its routes
                    self._resolves.ended(resolve, found)
        except Exception as caught:  # an engine's failure is an event: what was found stays
            error = None if process.stopped else caught
        finally:
            process.close()
        self._post(Ended("vroom", error))

    def _is_over(self) -> bool:
        return self._stopping.is_set() or time.monotonic() >= self._deadline


def solved(process: VroomProcess, resolve: Resolve, deadline: float) -> list[TimedRoute] | None:
    """VROOM's answer, in the part's numbers; None where it refuses, was stopped, or its child died.

    Raises:
        EngineError: It died once too often.
    """
    left = max(0.1, deadline - time.monotonic())
    try:
        outputs = list(process.answers(request_of(resolve.model, [resolve.effort], threads=1, seconds=left)))
    except EngineError:
        if process.lost:
            raise
        return None
    return routes_of(resolve.model, outputs[0]) if outputs else None
