"""The entry of the optimiser: both engines at work, one answer out."""

import logging
import queue
import time
from collections.abc import Callable

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer.given_routes import given_routes
from milkrun_solver.engines.vroom.encoding import routes_of
from milkrun_solver.engines.vroom.engine import VroomEngine
from milkrun_solver.engines.vroom.overlooked import Overlooked
from milkrun_solver.errors import EngineError, NoAnswerError
from milkrun_solver.model.problem import Model, build_model
from milkrun_solver.model.travel import TravelSource, travel_source
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.search.engine_choice import Engines
from milkrun_solver.search.events import Ended, EngineName, Event, Routes, VroomAnswer
from milkrun_solver.search.improver import Improver
from milkrun_solver.search.incumbent import Ledger, Verdict
from milkrun_solver.search.vroom_districts import VroomDistricts

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
"""How often stop, deadline and PyVRP's findings are looked at."""
_LEDGER_SHARE = 0.1
"""Share of the time that verifying PyVRP's findings may take: it holds the interpreter's lock meanwhile."""
_JOIN_SECONDS = 0.15
"""How long each engine gets to end once it is told to."""
_LAST_LOOK = 1e-4
"""Seconds a task before the deadline that the search ends, to weigh what it found last."""
_MOST_LAST_LOOK = 0.3


def solve(
    problem: Problem,
    *,
    deadline: float,
    on_best: Callable[[Solution], None],
    should_stop: Callable[[], bool],
    seed: int,
    initial: Solution | None = None,
    travel: TravelSource | None = None,
) -> Solution:
    """Searches for the best routes until the deadline, a stop, or until nothing more is to be found.

    Args:
        problem: A problem whose rules have been checked.
        deadline: When to end, in `time.monotonic()` seconds; kept to half a second up to 1,000 tasks.
        on_best: Gets each better answer, verified, the first one as early as can be. Called in this thread.
        should_stop: Asked every 50 ms in this thread; once it says so, the best answer is returned.
        seed: Start of all random choices.
        initial: An answer of an earlier search to go on from. The result is never worse; one that does not
            verify is ignored.
        travel: Travel times on the road network that the problem names, from `network_source`.

    Returns:
        The best of all reported answers and `initial`.

    Raises:
        NetworkNotFoundError: The problem names a road network, and no travel times on it are given.
        UnsupportedCombinationError: It asks for what VROOM alone knows and for what PyVRP alone knows.
        NoAnswerError: There is no answer: both engines failed, or the end came before the first one.
    """
    started = time.monotonic()
    model = build_model(problem, travel or travel_source(problem))
    ledger = Ledger(model, seed, started, on_best)
    if initial is not None:
        ledger.start_from(initial)
    _take_given_routes(model, ledger)
    run = _Run(model, ledger, deadline, should_stop, seed)
    try:
        run.until_end()
    finally:
        run.close()
    result = ledger.result()
    if result is None:
        raise NoAnswerError(run.why_nothing())
    return result


def _take_given_routes(model: Model, ledger: Ledger) -> None:
    """The routes that the caller gave as `steps` are the first candidate, if they keep the rules."""
    routes = given_routes(model)
    if routes:
        ledger.take_given(routes)
    elif routes is None:
        _log.info("the routes given as steps are no answer: they come too late, or no way leads on")


class _Run:
    """One search: VROOM on the whole problem, beside it PyVRP or VROOM on parts, and who gets which core."""

    def __init__(
        self, model: Model, ledger: Ledger, deadline: float, should_stop: Callable[[], bool], seed: int
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._deadline = deadline - min(_MOST_LAST_LOOK, _LAST_LOOK * len(model.tasks))
        self._should_stop = should_stop
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._engines = Engines(model, self._events.put, self._deadline, seed)
        self._vroom: VroomEngine | VroomDistricts | None = None
        self._improver: Improver | None = None
        self._overlooked = None if self._engines.with_pyvrp else Overlooked(model, ledger.keeps_rules)
        self._working = 0
        self._closing = False
        self._errors: list[Exception] = []
        self._next_look = 0.0
        self._vroom_until: dict[str, float] = {}

    def until_end(self) -> None:
        """Starts the engines and reports what they find until it is time to end."""
        self._start()
        while self._working and not self._is_over():
            self._take_event(_POLL_SECONDS)
            self._end_vroom_in_time()
            if time.monotonic() >= self._next_look:
                self._look_at_improver()

    def _end_vroom_in_time(self) -> None:
        """Ends VROOM on the whole problem after its share of the time; a longer one as long as it leads."""
        best = self._ledger.best
        if self._vroom is None or self._improver is None or best is None:
            return
        if time.monotonic() >= self._vroom_until[best.meta.engine]:
            self._vroom.stop()

    def close(self) -> None:
        """Ends the engines and weighs what they found last."""
        self._closing = True
        engines = [engine for engine in (self._vroom, self._improver) if engine is not None]
        for engine in engines:
            engine.stop()
        for engine in engines:
            engine.join(_JOIN_SECONDS)
        while not self._events.empty():
            self._take_event(0)
        self._look_at_improver()

    def why_nothing(self) -> str:
        """Why there is no answer."""
        reasons = [str(error) for error in self._errors]
        if self._ledger.fault is not None:
            reasons.append(self._ledger.fault)
        if reasons:
            return "No engine could solve the problem: " + "; ".join(reasons)
        return "The search ended before there was a first answer."

    def _start(self) -> None:
        engines = self._engines
        leads = engines.vroom_first and self._ledger.best is None
        has_one_core = engines.with_vroom and engines.cores == 1
        alone = leads or has_one_core
        if engines.with_vroom:
            self._vroom = engines.vroom(engines.cores if alone else 1, hurries=has_one_core and not leads)
            for engine in ("vroom", "pyvrp"):
                self._vroom_until[engine] = engines.vroom_until(leads=engine == "vroom")
            self._working += 1
        try:
            self._improver = engines.improver(self._ledger.routes or [])
        except Exception as error:
            self._failed("pyvrp" if engines.with_pyvrp else "vroom", error)
        if self._improver is not None and self._ledger.routes is not None:
            self._improver.offer(self._ledger.routes)
        if not self._working and self._improver is None and not self._errors:
            self._ledger.consider("pyvrp", [])  # no vehicle can serve anything
        elif not alone:
            self._add_threads(max(1, engines.cores - self._working))

    def _add_threads(self, threads: int) -> None:
        if self._improver is not None:
            self._improver.start(threads)
            self._working += threads

    def _is_over(self) -> bool:
        now = time.monotonic()
        stall = self._model.problem.options.stall_limit
        stalled = (
            stall is not None and self._ledger.best is not None and now - self._ledger.improved_at >= stall
        )
        return now >= self._deadline or stalled or self._should_stop()

    def _take_event(self, timeout: float) -> None:
        try:
            event = self._events.get(timeout=timeout) if timeout else self._events.get_nowait()
        except queue.Empty:
            return
        if isinstance(event, VroomAnswer):
            self._consider_vroom(event)
        elif isinstance(event, Routes):
            self._consider_routes(event.routes)
        else:
            self._engine_ended(event)

    def _consider_vroom(self, event: VroomAnswer) -> None:
        try:
            routes = routes_of(self._model, event.output)
        except (KeyError, TypeError) as error:
            self._failed("vroom", EngineError(f"VROOM's answer cannot be read: {error!r}"))
            return
        self._consider_routes(routes)

    def _consider_routes(self, routes: list[TimedRoute]) -> None:
        if self._ledger.consider("vroom", routes) is not Verdict.BETTER:
            return
        more = None if self._overlooked is None else self._overlooked.put_into(routes)
        if more is not None and self._ledger.consider("vroom", more) is Verdict.BETTER:
            routes = more
        if self._improver is not None:
            self._improver.offer(routes)

    def _engine_ended(self, event: Ended) -> None:
        self._working -= 1
        if event.error is not None:
            self._failed(event.engine, event.error)
        if event.whole and self._improver is not None:
            if self._ledger.best is None and not self._improver.finds_first:
                self._improver.stop()
            elif not self._closing and (self._working or not self._improver.threads):
                self._add_threads(self._engines.cores - self._improver.threads)

    def _failed(self, engine: EngineName, error: Exception) -> None:
        self._errors.append(error)
        _log.error("%s failed", engine, exc_info=error)

    def _look_at_improver(self) -> None:
        if self._improver is None:
            return
        before = time.monotonic()
        routes = self._improver.take()
        if routes is None:
            verdict = Verdict.NO_BETTER
        else:
            verdict = self._ledger.consider(self._improver.engine, routes)
        if verdict is Verdict.FAULTY:
            _log.error("routes of %s are not what they seemed", self._improver.engine)
            self._improver.restart(self._ledger.routes)
        now = time.monotonic()
        self._next_look = now + (now - before) / _LEDGER_SHARE
