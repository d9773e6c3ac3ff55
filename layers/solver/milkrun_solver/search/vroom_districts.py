"""VROOM's first answer to a very large problem, district by district."""

import random
import threading
import time

from milkrun_solver.decomposition.districts import districts
from milkrun_solver.engines.vroom.encoding import request_of, routes_of
from milkrun_solver.engines.vroom.process import VroomProcess
from milkrun_solver.engines.vroom.request import Effort
from milkrun_solver.feasibility.unservable import impossible_tasks
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.schedule import TimedRoute, tasks_of
from milkrun_solver.search.events import Ended, Post, Routes

DISTRICT_TASKS = 500
MOST_WHOLE = 5_000
"""Up to so many tasks the whole is not too much where districts will not do: 11 s and 500 MB."""


class VroomDistricts:
    """VROOM's heuristics on one district after the other; all routes together are one answer. Where that
    leaves out what can be served, as who may serve it is in another district, on the whole problem as well.
    The routes of the districts that are done are an answer meanwhile.

    Args:
        model: The problem.
        post: Takes the answer and one `Ended`.
        deadline: When to stop, in `time.monotonic()` seconds.
        seed: Start of the random cuts.
    """

    def __init__(self, model: Model, post: Post, deadline: float, seed: int) -> None:
        self._model = model
        self._post = post
        self._deadline = deadline
        self._rng = random.Random(seed)
        self._process = VroomProcess()
        self._thread = threading.Thread(target=self._run, name="vroom-districts", daemon=True)

    def start(self) -> None:
        """Starts the child, which dies with the thread started here."""
        self._thread.start()

    def stop(self) -> None:
        """Kills the child, whatever it does."""
        self._process.stop()

    def join(self, timeout: float) -> None:
        """Waits until child and thread are gone, `timeout` seconds at most."""
        self._thread.join(timeout)

    def _run(self) -> None:
        error: Exception | None = None
        try:
            self._work()
        except Exception as caught:  # an engine's failure is an event
            error = None if self._process.stopped else caught
        finally:
            self._process.close()
        self._post(Ended("vroom", error, whole=True))

    def _work(self) -> None:
        routes: list[TimedRoute] = []
        all_done = False
        try:
            for done, part in enumerate(districts(self._model, DISTRICT_TASKS, self._rng)):
                if self._process.stopped:
                    return
                if done.bit_count() == 1 and routes:  # 1, 2, 4, ...: each answer is verified as a whole
                    self._post(Routes(list(routes)))
                routes += map(part.timed_in_whole, self._solve(part.model))
            all_done = not self._process.stopped
        finally:  # the routes of some districts are an answer too, if all else fails or time is over
            if routes or all_done:
                self._post(Routes(routes))
        if all_done and len(self._model.tasks) <= MOST_WHOLE and self._leave_out(routes):
            whole = self._solve(self._model)
            if whole:
                self._post(Routes(whole))

    def _leave_out(self, routes: list[TimedRoute]) -> bool:
        """Whether routes leave out a task that some vehicle can serve."""
        left = set(range(len(self._model.tasks))).difference(*map(tasks_of, routes))
        return bool(left and left - impossible_tasks(self._model))

    def _solve(self, model: Model) -> list[TimedRoute]:
        left = max(0.0, self._deadline - time.monotonic())
        request = request_of(model, [Effort(None)], threads=1, seconds=left)
        return [route for output in self._process.answers(request) for route in routes_of(model, output)]
