"""SISR as an engine: Milkrun's own compiled search, on a whole problem or a part of it."""

import math
import threading
import time
from collections.abc import Collection

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.protocol import HANDFUL, Assignment, Depth, Engine, Neighbourhood, Session
from milkrun_solver.engines.sisr.encoding import Encoding
from milkrun_solver.engines.sisr.interface import Loaded, Search
from milkrun_solver.engines.sisr.library import load_library
from milkrun_solver.engines.sisr.matrices import matrix_bytes
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan

_SLICE = 0.05
"""Seconds between two looks at what a search has found, and whether it is over."""
_FIRST_SLICE = 0.002
"""The same for the first look, so that a first answer comes at once. Each slice is then twice as long."""
_PATIENCE = 2_000
"""Iterations per task without a better plan after which the search of a handful of tasks ends. It cools down
meanwhile, in steps, and each better plan heats it again."""
_STEPS = 40
_FOREVER = 2**62
_HOT, _HOT_TIMED, _COLD = 1.0, 6.0, 0.025
"""Temperatures at the start and the end of annealing, in legs of typical length. With time windows, good
plans lie farther apart."""


class Problem:
    """A problem in the library, and how to read its plans.

    Raises:
        EngineError: The library is missing, or refuses the problem.
    """

    def __init__(self, model: Model, impossible: Collection[int] = ()) -> None:
        library = load_library()
        if library is None:
            raise EngineError("SISR has not been built for this machine.")
        self.encoding = Encoding(model, impossible)
        self.loaded = Loaded(library, self.encoding.arrays)


class SisrEngine(Engine):
    """SISR on one problem."""

    name: EngineName = "sisr"
    neighbourhoods: tuple[Neighbourhood, ...] = ("whole", "parts", "route elimination")
    starts_at_once = True

    def __init__(self, model: Model, known: Plan) -> None:
        super().__init__(model, known)
        self.whole_bytes = matrix_bytes(model)
        self._loading = threading.Lock()
        self._whole: Problem | None = None

    def whole(self) -> "Problem":
        """The whole problem, which all sessions share."""
        with self._loading:
            if self._whole is None:
                self._whole = Problem(self._model, self.impossible)
            return self._whole

    @classmethod
    def is_available(cls) -> bool:
        """Whether the library has been built for this machine."""
        return load_library() is not None

    def session(self, _number: int, seed: int) -> "SisrSession":
        """A session with a seed of its own."""
        return SisrSession(self, self._model, seed)


class SisrSession(Session):
    """One thread's searches, each of which begins with the routes that it is given."""

    def __init__(self, engine: SisrEngine, model: Model, seed: int) -> None:
        self._engine = engine
        self._model = model
        self._seed = seed
        self._running: Search | None = None
        self._is_stopped = False

    def propose(self, assignment: Assignment, depth: Depth, _threads: int) -> Plan | None:
        """Searches without known routes until the search is over; construction ends with the first routes."""
        return self._search(assignment, None, only_first=depth == "construction")

    def improve(self, assignment: Assignment, start: Plan) -> Plan | None:
        """Searches from `start`, until the search is over."""
        return self._search(assignment, start)

    def stop(self) -> None:
        """Ends a search that runs in another thread."""
        self._is_stopped = True
        if self._running is not None:
            self._running.stop()

    def _search(self, assignment: Assignment, start: Plan | None, only_first: bool = False) -> Plan | None:
        is_whole = assignment.model is self._model
        problem = self._engine.whole() if is_whole else Problem(assignment.model)
        encoding = problem.encoding
        routes = None if start is None else encoding.routes(start)
        search = Search(problem.loaded, routes, assignment.seed or self._seed)
        try:
            self._running = search
            self._run(search, encoding, assignment, only_first)
            return None if search.progress().missing else encoding.plan(search.current())
        finally:
            self._running = None
            search.close()

    def _run(self, search: Search, encoding: Encoding, assignment: Assignment, only_first: bool) -> None:
        patience = self._patience(assignment.model)
        told = (math.inf, math.inf, math.inf)
        hot = _HOT_TIMED if assignment.model.timed else _HOT
        seconds = _FIRST_SLICE
        while True:
            progress = search.progress()
            value = progress.priority_left, progress.tasks_left, progress.cost
            if value < told and not progress.missing:
                told = value
                assignment.found(encoding.plan(search.best()))
            if only_first or self._is_stopped or assignment.is_over():
                return
            in_vain = progress.iterations - progress.improved_at
            if progress.proven or (patience is not None and in_vain >= patience):
                self.is_exhausted = assignment.model is self._model
                return
            left = max(0.0, assignment.deadline - time.monotonic())
            cooled = assignment.cooled() if patience is None else in_vain / patience
            heat = hot * (_COLD / hot) ** cooled
            iterations = _FOREVER if patience is None else -(-patience // _STEPS)
            search.run(iterations, min(seconds, left) if patience is None else left, heat, heat)
            seconds = min(_SLICE, 2 * seconds)

    def _patience(self, model: Model) -> int | None:
        """Iterations without a better plan after which a search ends; None if it goes on."""
        tasks = len(self._engine.possible if model is self._model else model.tasks)
        return _PATIENCE * tasks if tasks <= HANDFUL else None


ENGINE = SisrEngine
