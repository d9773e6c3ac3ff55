"""The entry of the optimiser: both engines at work, one answer out."""

import logging
import os
import queue
import time
from collections.abc import Callable

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer import planned_routes, timed_routes
from milkrun_solver.encoding import Encoding
from milkrun_solver.errors import EngineError, NoAnswerError, UnsupportedCombinationError
from milkrun_solver.events import Ended, EngineName, Event, Routes, VroomAnswer
from milkrun_solver.expressible import reason_for_pyvrp, reason_for_vroom
from milkrun_solver.improver import Improver
from milkrun_solver.ledger import Ledger
from milkrun_solver.model import Model, build_model
from milkrun_solver.pyvrp_engine import PyvrpEngine
from milkrun_solver.schedule import TimedRoute
from milkrun_solver.travel import TravelSource, travel_source
from milkrun_solver.vroom_districts import VroomDistricts
from milkrun_solver.vroom_encoding import request_of, routes_of
from milkrun_solver.vroom_engine import VroomEngine
from milkrun_solver.vroom_parts import VroomParts
from milkrun_solver.vroom_request import Effort

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
_VROOM_SHARE = 0.25
"""Share of the time after which VROOM on the whole problem is ended: all else uses the core better."""
_VROOM_LEAST_SECONDS = 2.0
MOST_MATRIX_BYTES = 2**30
"""Memory that PyVRP's matrices may take: 8,000 locations and one kind of vehicle."""
_MOST_BYTES_BESIDE_VROOM = 100 * 2**20
"""The same where VROOM gives the first answer and parts are enough: looking for the neighbours of each place
holds the interpreter's lock, for seconds beyond 2,500 of them."""
_WHOLE, _WHOLE_TIMED = 2_000, 500
"""Up to so many tasks it sees the whole problem; beyond, one district after the other, so that there is an
answer in time."""
_DEEP_VROOM = 200
"""Up to so many tasks it goes on to deeper levels, for longer as long as it leads."""
_DEEP_SHARE = 0.7
"""Share of the time after which it is ended where it leads."""


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
    given = ((number, vehicle.source.steps) for number, vehicle in enumerate(model.vehicles))
    plan = [route for route in planned_routes(model, given) if route.served]
    routes = timed_routes(model, plan) if plan and not model.has_breaks else None
    if routes:
        ledger.consider("vroom", routes)


class _Run:
    """One search: VROOM on the whole problem, beside it PyVRP or VROOM on parts, and who gets which core."""

    def __init__(
        self, model: Model, ledger: Ledger, deadline: float, should_stop: Callable[[], bool], seed: int
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._deadline = deadline - min(_MOST_LAST_LOOK, _LAST_LOOK * len(model.tasks))
        self._should_stop = should_stop
        self._seed = seed
        self._cores = _cores(model)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._vroom: VroomEngine | VroomDistricts | None = None
        self._improver: Improver | None = None
        self._working = 0
        self._closing = False
        self._errors: list[Exception] = []
        self._next_look = 0.0
        self._vroom_until = dict.fromkeys(("vroom", "pyvrp"), deadline)

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
        if self._errors:
            return "No engine could solve the problem: " + "; ".join(str(error) for error in self._errors)
        return "The search ended before there was a first answer."

    def _start(self) -> None:
        reason, against = reason_for_vroom(self._model), reason_for_pyvrp(self._model)
        if reason is not None and against is not None:
            raise UnsupportedCombinationError(reason, against)
        if reason is not None or against is not None:
            _log.info("one engine alone solves this problem: %s", reason or against)
        # VROOM on the whole problem has every core where it goes deep and nothing else can be done meanwhile.
        deep = reason is not None and len(self._model.tasks) <= _DEEP_VROOM
        if against is None:
            self._start_vroom(self._cores if deep else 1)
        try:
            self._improver = self._vroom_parts() if reason else self._pyvrp()
        except Exception as error:
            self._failed("pyvrp", error)
        if self._improver is not None and self._ledger.routes is not None:
            self._improver.offer(self._ledger.routes)
        if against is not None and self._improver is None and not self._errors:
            self._ledger.consider("pyvrp", [])  # no vehicle can serve anything
        elif not deep:
            self._add_threads(max(1, self._cores - self._working))

    def _start_vroom(self, threads: int) -> None:
        """Starts VROOM: on the whole problem for a share of the time, or by district where it is large."""
        now, tasks = time.monotonic(), len(self._model.tasks)
        left = self._deadline - now
        leading = _DEEP_SHARE if tasks <= _DEEP_VROOM else _VROOM_SHARE
        for engine, share in (("vroom", leading), ("pyvrp", _VROOM_SHARE)):
            self._vroom_until[engine] = now + max(_VROOM_LEAST_SECONDS, share * left)
        if tasks > (_WHOLE_TIMED if self._model.timed else _WHOLE):
            districts = VroomDistricts(self._model, self._events.put, self._deadline, self._seed)
            districts.start()
            self._vroom = districts
        else:
            whole = VroomEngine(self._events.put)
            whole.start(request_of(self._model, self._efforts(), None, threads, left))
            self._vroom = whole
        self._working += 1

    def _vroom_parts(self) -> Improver:
        return VroomParts(self._model, self._events.put, self._deadline, self._seed)

    def _pyvrp(self) -> Improver | None:
        encoding = Encoding(self._model)
        if not encoding.possible:
            _log.info("no vehicle can serve anything")
            return None
        size, alone = encoding.fleet.matrix_bytes, reason_for_pyvrp(self._model) is not None
        if alone and size > MOST_MATRIX_BYTES:
            # Its search of parts goes on from an answer that VROOM would have to give.
            raise EngineError(f"PyVRP's matrices would take {size:,} bytes.")
        whole = alone or size <= _MOST_BYTES_BESIDE_VROOM
        return PyvrpEngine(self._model, encoding, self._events.put, self._deadline, self._seed, whole)

    def _add_threads(self, threads: int) -> None:
        if self._improver is not None:
            self._improver.start(threads)
            self._working += threads

    def _efforts(self) -> list[Effort]:
        """What VROOM shall do on the whole problem, from the quickest to the deepest."""
        if len(self._model.tasks) <= _DEEP_VROOM:
            most = self._model.problem.options.exploration_level
            levels = [*(level for level in (0, 1, 3, 5) if level < most), most]
        else:
            levels = [] if self._model.timed else [0]  # with time windows it takes longer than it is worth
        return [Effort(None), *map(Effort, levels)]

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
        if self._ledger.consider("vroom", routes) and self._improver is not None:
            self._improver.offer(routes)

    def _engine_ended(self, event: Ended) -> None:
        self._working -= 1
        if event.error is not None:
            self._failed(event.engine, event.error)
        if event.whole and self._improver is not None:
            if self._ledger.best is None and self._improver.engine == "vroom":
                self._improver.stop()  # it has nothing to start from
            elif not self._closing and (self._working or not self._improver.threads):
                self._add_threads(self._cores - self._improver.threads)

    def _failed(self, engine: EngineName, error: Exception) -> None:
        self._errors.append(error)
        _log.error("%s failed", engine, exc_info=error)

    def _look_at_improver(self) -> None:
        if self._improver is None:
            return
        before = time.monotonic()
        routes = self._improver.take()
        if routes is not None and not self._ledger.consider(self._improver.engine, routes):
            _log.error("routes of %s are not what they seemed", self._improver.engine)
            self._improver.restart(self._ledger.routes)
        now = time.monotonic()
        self._next_look = now + (now - before) / _LEDGER_SHARE


def _cores(model: Model) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = model.problem.options.threads
    return available if wanted is None else min(wanted, available)
