"""One search from start to end: starts the proposer and the improver, shares the cores between them and
passes what they find to the incumbent."""

import logging
import queue
import time
from collections.abc import Callable

from milkrun.schema.capabilities import spelled
from milkrun.schema.engines import EngineName
from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.engines.vroom.overlooked import Overlooked
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from milkrun_solver.search.engine_choice import EngineChoice
from milkrun_solver.search.events import Ended, Event, Proposed
from milkrun_solver.search.improver import Improver
from milkrun_solver.search.incumbent import Incumbent, Verdict
from milkrun_solver.search.proposer import Proposer

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
"""Seconds between two checks for a stop, for the deadline and for new routes from the improver."""
_VERIFYING_SHARE = 0.1
"""Largest share of the time to spend on verifying improved routes, which holds the interpreter's lock."""
_JOIN_SECONDS = 0.15
"""How long to wait for each engine once it is told to end."""
_LAST_LOOK = 1e-4
"""The search ends before the deadline by this many seconds per task, to verify what it found last."""
_MOST_LAST_LOOK = 0.3
"""At most this many seconds before the deadline."""


class Coordinator:
    """Runs the engines on one problem in threads of their own, and handles events in the calling thread.

    Args:
        incumbent: Verifies and keeps what the engines find.
        deadline: When to end, in seconds of `clock`.
        should_stop: Called every 50 ms; the search ends once it returns True.
        seed: Start of all random choices.
    """

    def __init__(
        self,
        model: Model,
        incumbent: Incumbent,
        deadline: float,
        should_stop: Callable[[], bool],
        seed: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._incumbent = incumbent
        self._deadline = deadline - min(_MOST_LAST_LOOK, _LAST_LOOK * len(model.tasks))
        self._should_stop = should_stop
        self._clock = clock
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._choice = EngineChoice(model, self._events.put, self._deadline, seed, clock)
        self._proposer: Proposer | None = None
        self._improver: Improver | None = None
        only_vroom = self._choice.able == ["vroom"]
        self._overlooked = Overlooked(model, incumbent.keeps_rules) if only_vroom else None
        self._working = 0
        self._closing = False
        self._failures: list[str] = []
        self._next_look = 0.0
        self._proposer_until: dict[bool, float] = {}

    def until_end(self) -> None:
        """Starts the engines and handles what they find until it is time to end."""
        self._start()
        while self._working and not self._is_over():
            self._take_event(_POLL_SECONDS)
            self._end_proposer_in_time()
            if self._clock() >= self._next_look:
                self._look_at_improver()

    def close(self) -> None:
        """Ends the engines and verifies what they found last."""
        self._closing = True
        engines = [engine for engine in (self._proposer, self._improver) if engine is not None]
        for engine in engines:
            engine.stop()
        for engine in engines:
            engine.join(_JOIN_SECONDS)
        while not self._events.empty():
            self._take_event(0)
        self._look_at_improver()

    def why_nothing(self) -> str:
        """Why there is no answer."""
        reasons = [*dict.fromkeys(self._failures)]  # threads of one engine fail alike
        if self._incumbent.fault is not None:
            reasons.append(self._incumbent.fault)
        if reasons:
            return " ".join(
                ["No engine found a solution.", *(f"{reason.rstrip('.')}." for reason in reasons)]
            )
        return "The search ended before it found a first solution."

    def _start(self) -> None:
        choice = self._choice
        leads = choice.proposer_first and self._incumbent.solution is None
        has_one_core = choice.proposing is not None and choice.cores == 1
        alone = leads or has_one_core
        self._proposer = choice.proposer(choice.cores if alone else 1, hurries=has_one_core and not leads)
        if self._proposer is not None:
            self._proposer_until = {leads: choice.proposer_until(leads) for leads in (True, False)}
            self._working += 1
        try:
            self._improver = choice.improver(self._incumbent.routes or [])
        except Exception as error:
            self._failed(choice.improving, error)
        if self._improver is not None and self._incumbent.routes is not None:
            self._improver.offer(self._incumbent.routes)
        if not self._working and self._improver is None and not self._failures:
            self._incumbent.consider(choice.improving, [])  # no vehicle can serve anything
        elif not alone:
            self._add_threads(max(1, choice.cores - self._working))

    def _add_threads(self, threads: int) -> None:
        if self._improver is not None:
            self._improver.start(threads)
            self._working += threads

    def _end_proposer_in_time(self) -> None:
        """Ends the proposer after its share of the time, which is longer while it has the best answer."""
        best = self._incumbent.solution
        if self._proposer is None or self._improver is None or best is None:
            return
        if self._clock() >= self._proposer_until[best.meta.engine == self._choice.proposing]:
            self._proposer.stop()

    def _is_over(self) -> bool:
        now = self._clock()
        stall = self._model.problem.options.stall_limit
        has_answer = self._incumbent.solution is not None
        stalled = stall is not None and has_answer and now - self._incumbent.improved_at >= stall
        return now >= self._deadline or stalled or self._should_stop()

    def _take_event(self, timeout: float) -> None:
        try:
            event = self._events.get(timeout=timeout) if timeout else self._events.get_nowait()
        except queue.Empty:
            return
        if isinstance(event, Proposed):
            self._consider(event)
        else:
            self._engine_ended(event)

    def _consider(self, event: Proposed) -> None:
        routes = timed_routes(self._model, event.routes)
        if routes is None or self._incumbent.consider(event.engine, routes) is not Verdict.BETTER:
            return
        more = None if self._overlooked is None else self._overlooked.put_into(routes)
        if more is not None and self._incumbent.consider(event.engine, more) is Verdict.BETTER:
            routes = more
        if self._improver is not None:
            self._improver.offer(routes)

    def _engine_ended(self, event: Ended) -> None:
        self._working -= 1
        if event.error is not None:
            self._failed(event.engine, event.error)
        if event.proposed and self._improver is not None:
            if self._incumbent.solution is None and not self._improver.starts_from_nothing:
                self._improver.stop()
            elif not self._closing and (self._working or not self._improver.threads):
                self._add_threads(self._choice.cores - self._improver.threads)

    def _failed(self, engine: EngineName, error: Exception) -> None:
        said = str(error) or type(error).__name__
        self._failures.append(said if isinstance(error, EngineError) else f"{spelled(engine)} failed: {said}")
        _log.error("%s failed", engine, exc_info=error)

    def _look_at_improver(self) -> None:
        if self._improver is None:
            return
        before = self._clock()
        routes = self._improver.take()
        if routes is None:
            verdict = Verdict.NO_BETTER
        else:
            verdict = self._incumbent.consider(self._improver.engine, routes)
        if verdict is Verdict.FAULTY:
            _log.error("restarting %s from the best verified answer", self._improver.engine)
            self._improver.restart(self._incumbent.routes)
        now = self._clock()
        self._next_look = now + (now - before) / _VERIFYING_SHARE
