"""One search in its own thread, and the best answer that it has reached."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

from milkrun.jobs.holding import Best
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution

_SOONER = 0.5
"""Seconds before its deadline at which `solve` may end: it then starts nothing new."""


class Solve(Protocol):
    """The optimiser: see `milkrun_solver.solve.solve`. `deadline` is on the clock of `time.monotonic`."""

    def __call__(
        self,
        problem: Problem,
        *,
        deadline: float,
        on_best: Callable[[Solution], None],
        should_stop: Callable[[], bool],
        seed: int,
        initial: Solution | None,
        travel: Any,
    ) -> Solution: ...


TravelOf = Callable[[Problem], Any]
"""Computes the travel times on the road network that a problem names; None if it names none."""


class Search:
    """Computes the travel times and runs `solve`, in a thread. Call all methods from the thread that made it.

    Args:
        seconds: Seconds of solving, counted from when the travel times are ready.
        latest: When solving ends at the latest.
        initial: The best answer of an earlier attempt or hop.
        clock: The clock of all times here, which `solve` reads too.
    """

    def __init__(
        self,
        solve: Solve,
        travel_of: TravelOf,
        problem: Problem,
        *,
        seconds: float,
        latest: float,
        initial: Solution | None,
        clock: Callable[[], float],
    ) -> None:
        self._solve = solve
        self._travel_of = travel_of
        self._problem = problem
        self._seconds = seconds
        self._latest = latest
        self.initial = initial
        self._clock = clock
        self._best = initial
        self._started: float | None = None
        self._deadline = latest
        self._stop = threading.Event()
        self._done = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="search", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Asks the search to end soon. Its best answer is kept."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Waits up to `seconds` for the end. Returns whether it has come."""
        return self._done.wait(seconds)

    @property
    def solving(self) -> bool:
        """Whether the travel times are ready and solving has begun."""
        return self._started is not None

    @property
    def spent_ms(self) -> int:
        """Milliseconds of solving."""
        return 0 if self._started is None else round((self._clock() - self._started) * 1000)

    @property
    def ran_out(self) -> bool:
        """Whether the search has used all its seconds and was not asked to stop."""
        return self._clock() >= self._deadline - _SOONER and not self._stop.is_set()

    @property
    def best(self) -> Solution | None:
        """The best answer so far; a new object for each better one."""
        return self._best

    @property
    def error(self) -> Exception | None:
        """The error that ended the search, if one did."""
        return self._error

    def outcome(self) -> Solution | None:
        """The best answer of a search that has ended; None if it was stopped before it had one.

        Raises:
            Exception: The error that ended the search before it had an answer.
        """
        if self._best is None and self._error is not None and not self._stop.is_set():
            raise self._error
        return self._best

    def _run(self) -> None:
        try:
            travel = self._travel_of(self._problem)
            self._started = self._clock()
            self._deadline = min(self._started + self._seconds, self._latest)
            self._best = self._solve(
                self._problem,
                deadline=self._deadline,
                on_best=self._on_best,
                should_stop=self._stop.is_set,
                seed=self._problem.options.seed,
                initial=self.initial,
                travel=travel,
            )
        except Exception as error:
            self._error = error
        finally:
            self._done.set()

    def _on_best(self, solution: Solution) -> None:
        self._best = solution


def to_best(solution: Solution | None) -> Best | None:
    """A solution as the state machine stores it."""
    if solution is None:
        return None
    return Best(solution.to_json(), solution.summary.cost, solution.summary.unassigned)
