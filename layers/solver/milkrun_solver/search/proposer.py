"""The proposer: a thread in which one engine proposes routes for a whole problem, or district by district."""

import random
import threading
import time
from collections.abc import Callable

from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.decomposition.districts import districts
from milkrun_solver.engines.protocol import Assignment, Depth, Engine, Routes
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.timed_route import TimedRoute, tasks_of
from milkrun_solver.search.events import Ended, Post, Proposed

DISTRICT_TASKS = 500
"""Approximate number of tasks in a district."""
MOST_WHOLE = 5_000
"""Problems of up to this many tasks are solved as a whole if the districts leave out tasks that some vehicle
can serve, by an engine whose data of the whole is small: in 11 s, with 500 MB."""


class Proposer:
    """One engine's proposals for one problem.

    Args:
        post: Takes each proposal, and one `Ended`.
        deadline: When to end, in seconds of `clock`.
        seed: Start of the random choices.
    """

    def __init__(
        self,
        model: Model,
        engine: Engine,
        post: Post,
        deadline: float,
        seed: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._engine = engine
        self._post = post
        self._deadline = deadline
        self._rng = random.Random(seed)
        self._clock = clock
        self._session = engine.session(0, seed)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, depth: Depth, threads: int) -> None:
        """Starts on the whole problem, with this many threads inside the engine."""
        self._begin(lambda: self._propose_whole(depth, threads))

    def start_by_district(self) -> None:
        """Starts on the first district. Each district gets construction heuristics only.

        The routes of all districts together are the answer. Until then, those of the finished districts are
        posted as answers too. If the districts leave out a task because its only vehicles are in another
        district, a problem that is not too large is then solved as a whole.
        """
        self._begin(self._propose_by_district)

    def stop(self) -> None:
        """Ends the engine's work at once."""
        self._stopping.set()
        self._session.stop()

    def join(self, timeout: float) -> None:
        """Waits until the thread has ended, for `timeout` seconds at most."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _begin(self, work: Callable[[], None]) -> None:
        name = f"{self._engine.name}-proposes"
        self._thread = threading.Thread(target=lambda: self._run(work), name=name, daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        error: Exception | None = None
        try:
            work()
        except Exception as caught:  # an engine's failure is an event: the others continue
            error = None if self._stopping.is_set() else caught
        finally:
            self._session.close()
        self._post(Ended(self._engine.name, error, proposed=True))

    def _propose_whole(self, depth: Depth, threads: int) -> None:
        self._session.propose(self._assignment(self._model, self._tell), depth, threads)

    def _propose_by_district(self) -> None:
        routes: list[TimedRoute] = []
        all_done = False
        try:
            for done, part in enumerate(districts(self._model, DISTRICT_TASKS, self._rng)):
                if self._stopping.is_set():
                    return
                if done.bit_count() == 1 and routes:  # 1, 2, 4, ...: each answer is verified as a whole
                    self._tell(list(routes))
                routes += map(part.timed_in_whole, self._solve(part.model))
            all_done = not self._stopping.is_set()
        finally:  # after a failure or at the deadline, the routes of some districts are an answer too
            if routes or all_done:
                self._tell(routes)
        if all_done and self._can_hold_whole and self._leave_out(routes):
            whole = self._solve(self._model)
            if whole:
                self._tell(whole)

    @property
    def _can_hold_whole(self) -> bool:
        return len(self._model.tasks) <= MOST_WHOLE and not self._engine.whole_bytes

    def _leave_out(self, routes: list[TimedRoute]) -> bool:
        """Whether routes leave out a task that some vehicle can serve."""
        left = set(range(len(self._model.tasks))).difference(*map(tasks_of, routes))
        return bool(left and left - unservable(self._model).keys())

    def _solve(self, model: Model) -> list[TimedRoute]:
        """The engine's construction heuristics on one problem."""
        last: list[Routes] = []
        self._session.propose(self._assignment(model, last.append), "construction", 1)
        return timed_routes(model, last[-1]) or [] if last else []

    def _assignment(self, model: Model, found: Callable[[Routes], None]) -> Assignment:
        return Assignment(model, self._deadline, self._is_over, found)

    def _is_over(self) -> bool:
        return self._stopping.is_set() or self._clock() >= self._deadline

    def _tell(self, routes: Routes) -> None:
        self._post(Proposed(self._engine.name, routes))
