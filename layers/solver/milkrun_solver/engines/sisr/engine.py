"""SISR as an engine: Milkrun's own compiled search, on a whole problem or a part of it."""

import math
import time

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.protocol import HANDFUL, Assignment, Depth, Engine, Neighbourhood, Session
from milkrun_solver.engines.sisr.encoding import Encoding
from milkrun_solver.engines.sisr.interface import Search
from milkrun_solver.engines.sisr.library import load_library
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan

_SLICE = 0.05
"""Seconds between two looks at what a search has found, and whether it is over."""
_FIRST_SLICE = 0.002
"""The same for the first look, so that a first answer comes at once. Each slice is then twice as long."""
_PATIENCE = 2_000
"""Iterations per task without a better plan after which the search of a handful of tasks ends."""
_FOREVER = 2**62
_HOT, _HOT_TIMED, _COLD = 1.0, 6.0, 0.025
"""Temperatures at the start and the end of annealing, in legs of typical length. With time windows, good plans lie
farther apart."""


class SisrEngine(Engine):
    """SISR on one problem."""

    name: EngineName = "sisr"
    neighbourhoods: tuple[Neighbourhood, ...] = ("whole", "parts", "route elimination")

    @classmethod
    def is_available(cls) -> bool:
        """Whether the library has been built for this machine."""
        return load_library() is not None

    def session(self, _number: int, seed: int) -> "SisrSession":
        """A session with a seed of its own."""
        return SisrSession(self, self._model, seed)


class SisrSession(Session):
    """One thread's searches. The search of the whole problem keeps its routes from one call to the next."""

    def __init__(self, engine: Engine, model: Model, seed: int) -> None:
        self._engine = engine
        self._model = model
        self._seed = seed
        self._running: Search | None = None
        self._is_stopped = False

    def propose(self, assignment: Assignment, _depth: Depth, _threads: int) -> Plan | None:
        """Searches without known routes, until the search is over."""
        return self._search(assignment, None)

    def improve(self, assignment: Assignment, start: Plan) -> Plan | None:
        """Searches from `start`, until the search is over."""
        return self._search(assignment, start)

    def stop(self) -> None:
        """Ends a search that runs in another thread."""
        self._is_stopped = True
        if self._running is not None:
            self._running.stop()

    def _search(self, assignment: Assignment, start: Plan | None) -> Plan | None:
        is_whole = assignment.model is self._model
        library = load_library()
        if library is None:
            raise EngineError("SISR has not been built for this machine.")
        encoding = Encoding(assignment.model, self._engine.impossible if is_whole else ())
        routes = None if start is None else encoding.routes(start)
        search = Search(library, encoding.arrays, routes, assignment.seed or self._seed)
        try:
            self._running = search
            self._run(search, encoding, assignment)
            return encoding.plan(search.current())
        finally:
            self._running = None
            search.close()

    def _run(self, search: Search, encoding: Encoding, assignment: Assignment) -> None:
        tasks = len(assignment.model.tasks)
        told = (math.inf, math.inf, math.inf)
        hot = _HOT_TIMED if assignment.model.timed else _HOT
        seconds = _FIRST_SLICE
        while True:
            progress = search.progress()
            value = progress.priority_left, progress.tasks_left, progress.cost
            if value < told:
                told = value
                assignment.found(encoding.plan(search.best()))
            if tasks <= HANDFUL and progress.iterations - progress.improved_at > _PATIENCE * tasks:
                self.is_exhausted = assignment.model is self._model
                return
            if self._is_stopped or assignment.is_over():
                return
            left = assignment.deadline - time.monotonic()
            heat = hot * (_COLD / hot) ** assignment.cooled()
            search.run(_FOREVER, max(0.0, min(seconds, left)), heat, heat)
            seconds = min(_SLICE, 2 * seconds)


ENGINE = SisrEngine
