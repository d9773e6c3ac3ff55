"""Which engines search a problem: who proposes routes, for how long, and who improves them."""

import logging
import os
import time
from collections.abc import Callable, Iterable

from milkrun.schema.capabilities import inability, spelled
from milkrun.schema.engines import EngineName
from milkrun_solver.answer.solution import planned
from milkrun_solver.engines.protocol import Depth, Engine, Neighbourhood
from milkrun_solver.engines.registry import ENGINES
from milkrun_solver.errors import EngineError, UnsupportedCombinationError
from milkrun_solver.feasibility.unservable import log_unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.search.events import Post
from milkrun_solver.search.improver import Improver
from milkrun_solver.search.operators import Operator, Operators
from milkrun_solver.search.proposer import Proposer

_log = logging.getLogger(__name__)

_MB = 2**20
MOST_MATRIX_BYTES = 2**30
"""Memory that an engine's data of the whole problem may take: PyVRP's matrices of 8,000 locations and one
kind of vehicle."""
_MOST_BYTES_BESIDE_PROPOSER = 100 * 2**20
"""The same where another engine gives the first answer and parts are enough: PyVRP's search for the
neighbours of each place holds the interpreter's lock, for seconds beyond 2,500 of them."""
_WHOLE, _WHOLE_TIMED = 2_000, 500
"""Up to so many tasks the proposer sees the whole problem; beyond, one district after the other, so that
there is an answer in time."""
_DEEP = 200
"""Up to so many jobs and shipments the proposer goes on to its deepest level."""
_LEAST_SUBPROBLEMS = 40
"""From so many tasks on a second engine solves subproblems beside the first."""
_SUITS_VROOM = 0.15
"""Share of shipments, and of jobs with several time windows, from which on VROOM does better than PyVRP."""
_SHARE = 0.25
"""Share of the time after which the proposer is ended: all else uses the core better."""
_DEEP_SHARE, _DEEP_LEADING_SHARE = 0.6, 0.85
"""The same where it goes deep, and as long as it leads then."""
_ASKED = 0.95
"""Share of its time that VROOM is told: it takes a little longer, and ended too soon it says nothing."""
_LEAST_SECONDS = 2.0


class EngineChoice:
    """What searches a problem, for `solve` to start and to end.

    Args:
        model: The problem.
        post: Takes what the engines have to tell.
        deadline: When to stop, in seconds of `clock`.
        seed: Start of all random choices.

    Attributes:
        able: The engines that can express the problem.
        proposing: Of these, the one whose first routes come so early that the others go on from them.
        improving: The one that improves the routes first of all.
        cores: How many the run may use.
        deep: Whether the proposer's deepest level is worth its time.
        proposer_first: Whether all else waits for the proposer: where nothing else is able, or VROOM does
            best.

    Raises:
        UnsupportedCombinationError: No engine can express the problem.
    """

    def __init__(
        self,
        model: Model,
        post: Post,
        deadline: float,
        seed: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._post = post
        self._deadline = deadline
        self._seed = seed
        self._clock = clock
        self.able = _able(model)
        self.proposing = next((name for name in self.able if ENGINES[name].proposes), None)
        # Engines that start from nothing come first.
        self._improving = sorted(self.able, key=lambda name: "whole" not in ENGINES[name].neighbourhoods)
        self.improving = self._improving[0]
        self.cores = _cores(model)
        self._in_districts = len(model.tasks) > (_WHOLE_TIMED if model.timed else _WHOLE)
        self.deep = sum(task.kind != "delivery" for task in model.tasks) <= _DEEP
        suits_proposer = self.able == [self.proposing] or _suits_vroom(model)
        self.proposer_first = self.proposing is not None and self.deep and suits_proposer

    def proposer(self, threads: int, hurries: bool) -> Proposer | None:
        """The proposer at work on the whole problem, or on one district after the other where that is large.

        Args:
            hurries: Whether to leave the core to what goes on from the first answers.
        """
        if self.proposing is None:
            return None
        engine = ENGINES[self.proposing](self._model, [])
        if self._in_districts:
            proposer = Proposer(self._model, engine, self._post, self._deadline, self._seed, self._clock)
            proposer.start_by_district()
            return proposer
        now = self._clock()
        deadline = now + _ASKED * (self.proposer_until(leads=True) - now)
        proposer = Proposer(self._model, engine, self._post, deadline, self._seed, self._clock)
        proposer.start(self._depth(hurries), threads)
        return proposer

    def proposer_until(self, leads: bool) -> float:
        """When the proposer is to end, in seconds of the clock."""
        if self._in_districts:
            return self._deadline  # the heuristics alone end soon by themselves
        now = self._clock()
        deep_share = _DEEP_LEADING_SHARE if leads else _DEEP_SHARE
        share = deep_share if self.deep else _SHARE
        return now + max(_LEAST_SECONDS, share * (self._deadline - now))

    def improver(self, known: Iterable[TimedRoute]) -> Improver | None:
        """What goes on from the first answer; None if no vehicle can serve anything.

        Args:
            known: Routes that keep the rules: what they serve is possible, whatever it looks like.

        Raises:
            EngineError: An engine's data of the whole problem would be too large.
        """
        plan = planned(known)
        engines = {name: ENGINES[name](self._model, plan) for name in self._improving}
        first = next(iter(engines.values()))
        log_unservable(first.impossible)
        if not first.possible:
            _log.info("no vehicle can serve anything")
            return None
        operators = [
            Operator(neighbourhood, name)
            for name, engine in engines.items()
            for neighbourhood in engine.neighbourhoods
            if self._is_worth_while(neighbourhood, engine, first)
        ]
        used = {name: engines[name] for name in dict.fromkeys(operator.engine for operator in operators)}
        return Improver(
            self._model,
            used,
            Operators(operators),
            first.possible,
            self._post,
            self._deadline,
            self._seed,
            self._clock,
        )

    def _is_worth_while(self, neighbourhood: Neighbourhood, engine: Engine, first: Engine) -> bool:
        """Whether an engine gets a neighbourhood to search."""
        if neighbourhood == "whole":
            return self._can_search_whole(engine)
        return neighbourhood != "subproblems" or engine is first or len(first.possible) >= _LEAST_SUBPROBLEMS

    def _can_search_whole(self, engine: Engine) -> bool:
        size = engine.whole_bytes
        if self.proposing is None and size > MOST_MATRIX_BYTES:
            # A search of parts goes on from an answer that nobody would give.
            raise EngineError(
                f"The problem is too large for {spelled(engine.name)}: its matrices would need "
                f"{-(-size // _MB):,} MB, and at most {MOST_MATRIX_BYTES // _MB:,} MB are allowed."
            )
        return self.proposing is None or size <= _MOST_BYTES_BESIDE_PROPOSER

    def _depth(self, hurries: bool) -> Depth:
        """What the proposer does on the whole problem after its heuristics: something quick, then its
        best."""
        if self.deep:
            return "quick" if hurries else "deep"
        # With time windows the quick level takes longer than it is worth.
        return "construction" if hurries or self._model.timed else "quick"


def _able(model: Model) -> list[EngineName]:
    inabilities = {name: inability(name, model.problem) for name in ENGINES}
    reasons = [reason for reason in inabilities.values() if reason is not None]
    if len(reasons) == len(ENGINES):
        raise UnsupportedCombinationError(reasons)
    for reason in reasons:
        _log.info("an engine is left out: %s", reason)
    return [name for name in ENGINES if inabilities[name] is None]


def _suits_vroom(model: Model) -> bool:
    """Whether costs, or many orders, are of the kinds that PyVRP's search is weak at."""
    if any(vehicle.travel.costs is not None for vehicle in model.vehicles):
        return True
    orders = [task for task in model.tasks if task.kind != "delivery"]
    special = sum(task.partner is not None or len(task.windows) > 1 for task in orders)
    return special > _SUITS_VROOM * len(orders)


def _cores(model: Model) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = model.problem.options.threads
    return available if wanted is None else min(wanted, available)
