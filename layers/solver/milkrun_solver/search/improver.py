"""The improver: threads that make routes better, each with sessions of its engines."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from milkrun.schema.engines import EngineName
from milkrun_solver.answer.solution import planned, timed_routes
from milkrun_solver.engines.protocol import Assignment, Engine, Session
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search.events import Ended, Post
from milkrun_solver.search.operators import Operators
from milkrun_solver.search.rounds import Rounds
from milkrun_solver.search.search_task import SearchTask
from milkrun_solver.search.threads import SearchThread

_Sessions = dict[EngineName, Session]


class Improver:
    """Threads that improve the best known routes.

    Args:
        model: The whole problem.
        engines: The engines that the operators use. Answers name the first one that still searches.
        operators: What the threads may do.
        possible: Tasks that some vehicle can serve.
        post: Takes an `Ended` for each thread.
        deadline: When to stop, in seconds of `clock`.
        seed: Start of the random numbers; each thread adds its own number.
    """

    def __init__(
        self,
        model: Model,
        engines: Mapping[EngineName, Engine],
        operators: Operators,
        possible: list[int],
        post: Post,
        deadline: float,
        seed: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._engines = engines
        self._post = post
        self._deadline = deadline
        self._seed = seed
        self._clock = clock
        self._rounds = Rounds(model, possible, operators, deadline, seed, self._is_over, clock)
        self._is_stopped = False
        self._threads: list[SearchThread] = []
        self._sessions: list[_Sessions] = []

    @property
    def engine(self) -> EngineName:
        """The engine that answers name."""
        return self._rounds.engine

    @property
    def threads(self) -> int:
        """How many threads have been started."""
        return len(self._threads)

    @property
    def starts_from_nothing(self) -> bool:
        """Whether it can search without any known routes."""
        return self._rounds.starts_from_nothing

    def start(self, threads: int) -> None:
        """Starts this many more threads."""
        self._rounds.threads += threads
        for _ in range(threads):
            number = len(self._threads)
            sessions = {
                name: engine.session(number, self._seed + number) for name, engine in self._engines.items()
            }
            thread = SearchThread(partial(self._run, number, sessions), f"{self.engine}-{number}")
            self._sessions.append(sessions)
            self._threads.append(thread)
            thread.start()

    def offer(self, routes: Sequence[TimedRoute]) -> None:
        """Offers routes to continue from. If they are better than the known ones, current searches end and
        start again from them."""
        if self._know(routes):
            self._rounds.offer(routes)

    def take(self) -> list[TimedRoute] | None:
        """The best routes, if they are better than any taken or offered before."""
        return self._rounds.take()

    def restart(self, routes: Sequence[TimedRoute] | None) -> None:
        """Starts again from these routes, or from nothing, because the routes found since break a rule."""
        self._rounds.restart(routes if routes is not None and self._know(routes) else None)

    def stop(self) -> None:
        """Tells all threads to end now."""
        self._is_stopped = True
        for sessions in self._sessions:
            for session in sessions.values():
                session.stop()

    def join(self, timeout: float) -> None:
        """Waits `timeout` seconds in all for the threads. One in a long step ends soon after by itself."""
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _know(self, routes: Sequence[TimedRoute]) -> bool:
        """Whether the engine that answers name can continue from routes."""
        return self._engines[self.engine].knows(planned(routes))

    def _is_over(self) -> bool:
        return self._is_stopped or self._clock() >= self._deadline

    def _run(self, number: int, sessions: _Sessions) -> None:
        error: Exception | None = None
        try:
            self._search(number, sessions)
        except Exception as caught:  # an engine's failure is an event: the other threads continue
            error = None if self._is_stopped else caught
        finally:
            for session in sessions.values():
                session.close()
        self._post(Ended(self.engine, error))

    def _search(self, number: int, sessions: _Sessions) -> None:
        count = 0
        while (task := self._rounds.next()) is not None:
            count += 1
            session = sessions[task.operator.engine]
            try:
                if task.operator.neighbourhood == "subproblems":
                    self._solve_subproblems(session, task)
                else:
                    self._search_routes(session, task, self._seed + number + count * len(self._threads))
            except Exception:
                if self._is_stopped or not self._rounds.starts_without(task.operator.engine):
                    raise
                self._rounds.go_on_without(task.operator.engine)
            finally:  # the round must end even if this thread fails
                self._rounds.ended(task)
            if session.is_exhausted:
                return

    def _search_routes(self, session: Session, task: SearchTask, seed: int) -> None:
        """Searches the whole problem, or a part of it, until the round ends."""
        assignment = Assignment(
            model=task.model,
            deadline=task.until,
            is_over=lambda: self._is_done(task),
            found=task.found,
            cooled=self._rounds.cooled,
            seed=seed,
            must_serve_all=task.instead_of is not None,
        )
        if task.start is None:
            end = session.propose(assignment, "deep", 1)
        else:
            end = session.improve(assignment, task.start)
        if end is not None:
            task.current = end

    def _solve_subproblems(self, session: Session, task: SearchTask) -> None:
        """Solves one subproblem after the other until the round ends."""
        subproblems = self._rounds.subproblems
        while not self._is_done(task) and (subproblem := subproblems.next()) is not None:
            found: list[TimedRoute] | None = None
            assignment = Assignment(
                model=subproblem.model,
                deadline=self._deadline,
                is_over=lambda: self._is_done(task),
                found=lambda _: None,
                effort=subproblem.effort,
            )
            try:
                routes = session.improve(assignment, subproblem.part.plan)
                found = None if routes is None else timed_routes(subproblem.part.model, routes)
            except (EngineError, OSError):
                if not self._rounds.go_on_without(task.operator.engine):
                    raise
            finally:  # free the routes even if this thread fails
                subproblems.ended(subproblem, found)

    def _is_done(self, task: SearchTask) -> bool:
        is_late = self._is_over() or self._clock() >= task.until
        return is_late or not self._rounds.is_current(task)
