"""Which engines search a problem: one proposes routes, for a limited time, and others improve them."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator

from milkrun.schema.capabilities import inability, spelled
from milkrun.schema.engines import EngineName
from milkrun_solver.answer.solution import planned
from milkrun_solver.decomposition.districts import can_be_apart
from milkrun_solver.engines.protocol import HANDFUL, Depth, Engine, Neighbourhood
from milkrun_solver.engines.registry import ENGINES
from milkrun_solver.errors import EngineError, UnsupportedCombinationError
from milkrun_solver.feasibility.unservable import log_unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search.events import Post
from milkrun_solver.search.improver import Improver
from milkrun_solver.search.operators import Operator, Operators
from milkrun_solver.search.proposer import Proposer

_log = logging.getLogger(__name__)

_MB = 2**20
MOST_MATRIX_BYTES = 2**30
"""Largest data that an engine may hold for the whole problem: PyVRP's matrices for 8,000 locations and one
type of vehicle."""
_MOST_BYTES_BESIDE_PROPOSER = 100 * 2**20
"""The same limit if another engine or the districts give the first answer, so that searching parts is enough.
PyVRP holds the interpreter's lock while it computes the neighbours of each place: for seconds beyond 2,500
places. SISR has the districts sooner than the whole."""
_WHOLE, _WHOLE_TIMED = 2_000, 500
"""The proposer solves problems of up to this many tasks as a whole. It solves larger ones district by
district, so that there is an answer in time. The second limit applies if anything binds in time."""
_DEEP = 200
"""With up to this many jobs and shipments, the proposer continues to its deepest level."""
_LEAST_SUBPROBLEMS = 40
"""With at least this many tasks, a second engine solves subproblems beside the first."""
_SUITS_VROOM = 0.15
"""With a larger share of shipments and of jobs with several time windows, VROOM does better than PyVRP."""
_SHARE = 0.25
"""Share of the time after which the proposer ends: the improver makes better use of the core."""
_DEEP_SHARE, _DEEP_LEADING_SHARE = 0.6, 0.85
"""The same for a proposer on its deepest level, and for one that also has the best answer."""
_ASKED = 0.95
"""VROOM is given this share of the proposer's time as its limit: it overruns a little, and returns nothing if
it is ended early."""
_LEAST_SECONDS = 2.0


class EngineChoice:
    """The engines for a problem, which the coordinator starts and ends.

    Args:
        model: The problem.
        post: Takes the events of the engines.
        deadline: When to stop, in seconds of `clock`.
        seed: Start of all random choices.

    Attributes:
        able: The engines that can express the problem.
        leading: The one of these that searches at once and has the time that others do not earn.
        proposing: The one of these whose first routes come so early that the others continue from them; None
            if one leads, unless its data of the whole problem would be too large.
        improving: The one that the improver prefers.
        cores: How many the run may use.
        deep: Whether the proposer's deepest level is worth its time.
        proposer_first: Whether the improver waits for the proposer: because no other engine can express the
            problem, or because it suits VROOM best.

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
        self.leading = next((name for name in self.able if ENGINES[name].starts_at_once), None)
        self.proposing = self._proposing()
        # Engines that start from nothing come first.
        self._improving = sorted(self.able, key=lambda name: "whole" not in ENGINES[name].neighbourhoods)
        self.improving = self._improving[0]
        self.cores = _cores(model)
        is_large = len(model.tasks) > (_WHOLE_TIMED if model.timed else _WHOLE)
        self._in_districts = self.leading is not None or is_large
        self.deep = sum(task.kind != "delivery" for task in model.tasks) <= _DEEP
        suits_proposer = self.able == [self.proposing] or _suits_vroom(model)
        starts_it = self.proposing is not None and self.leading is None
        self.proposer_first = starts_it and self.deep and suits_proposer

    def proposer(self, threads: int, hurries: bool) -> Proposer | None:
        """Starts the proposer on the whole problem, or district by district if the problem is large.

        Args:
            hurries: Whether to end early and leave the core to the improver.
        """
        if self.proposing is None:
            return None
        engine = ENGINES[self.proposing](self._model, [])
        deadline = self._deadline
        if not self._in_districts:
            now = self._clock()
            deadline = now + _ASKED * (self.proposer_until(leads=True) - now)
        proposer = Proposer(self._model, engine, self._post, deadline, self._seed, self._clock)
        if self._in_districts:
            proposer.start_by_district()
        else:
            proposer.start(self._depth(hurries), threads)
        return proposer

    def proposer_until(self, leads: bool) -> float:
        """When the proposer should end, in seconds of the clock."""
        if self._in_districts:
            return self._deadline  # construction heuristics end soon by themselves
        now = self._clock()
        deep_share = _DEEP_LEADING_SHARE if leads else _DEEP_SHARE
        share = deep_share if self.deep else _SHARE
        return now + max(_LEAST_SECONDS, share * (self._deadline - now))

    def improver(self, known: Iterable[TimedRoute]) -> Improver | None:
        """The improver, which continues from the first answer; None if no vehicle can serve anything.

        Args:
            known: Routes that keep the rules: every task in them can be served.

        Raises:
            EngineError: An engine's data for the whole problem would be too large.
        """
        plan = planned(known)
        first = ENGINES[self.improving](self._model, plan)
        log_unservable(first.impossible)
        if not first.possible:
            _log.info("no vehicle can serve anything")
            return None
        engines = {self.improving: first} | self._others(first, plan)
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
            Operators(operators, self.leading),
            first.possible,
            self._post,
            self._deadline,
            self._seed,
            self._clock,
        )

    def _proposing(self) -> EngineName | None:
        if self.leading is None:
            return next((name for name in self.able if ENGINES[name].proposes), None)
        size = ENGINES[self.leading](self._model, []).whole_bytes
        is_apart = size > _MOST_BYTES_BESIDE_PROPOSER and can_be_apart(self._model)
        return self.leading if is_apart else None

    def _others(self, first: Engine, plan: Plan) -> dict[EngineName, Engine]:
        """The engines beside the first one. Where one leads, it goes on without those that cannot begin, and
        a handful of tasks needs no other."""
        engines: dict[EngineName, Engine] = {}
        if self.leading is not None and len(first.possible) <= HANDFUL:
            return engines
        for name in self._improving[1:]:
            try:
                engines[name] = ENGINES[name](self._model, plan)
            except Exception:
                if self.leading is None:
                    raise
                _log.exception("going on without %s", name)
        return engines

    def _is_worth_while(self, neighbourhood: Neighbourhood, engine: Engine, first: Engine) -> bool:
        """Whether an engine gets a neighbourhood to search."""
        if neighbourhood == "whole":
            return self._can_search_whole(engine, first)
        if self.leading is not None and len(first.possible) <= HANDFUL:
            return False  # it ends by itself, and soon
        return neighbourhood != "subproblems" or engine is first or len(first.possible) >= _LEAST_SUBPROBLEMS

    def _can_search_whole(self, engine: Engine, first: Engine) -> bool:
        size = engine.whole_bytes
        is_alone = self.proposing is None and engine is first
        if is_alone and size > MOST_MATRIX_BYTES:
            # Searching parts needs a first answer, and no engine proposes one.
            raise EngineError(
                f"The problem is too large for {spelled(engine.name)}: its matrices would need "
                f"{-(-size // _MB):,} MB, and at most {MOST_MATRIX_BYTES // _MB:,} MB are allowed."
            )
        return is_alone or size <= _MOST_BYTES_BESIDE_PROPOSER

    def _depth(self, hurries: bool) -> Depth:
        """How deep the proposer searches the whole problem after its construction heuristics."""
        if self.deep:
            return "quick" if hurries else "deep"
        # With time windows the quick level takes longer than it is worth.
        return "construction" if hurries or self._model.timed else "quick"


def _able(model: Model) -> list[EngineName]:
    available = [name for name, engine in ENGINES.items() if engine.is_available()]
    inabilities = {name: inability(name, model.problem) for name in available}
    reasons = [reason for reason in inabilities.values() if reason is not None]
    if len(reasons) == len(available):
        raise UnsupportedCombinationError([*reasons, *_missing(model, available)])
    for reason in reasons:
        _log.info("not using an engine: %s", reason)
    return [name for name in available if inabilities[name] is None]


def _missing(model: Model, available: list[EngineName]) -> Iterator[str]:
    """What to tell of the engines that could express a problem."""
    for name in ENGINES:
        if name not in available and inability(name, model.problem) is None:
            yield f"{spelled(name)} does, but is not built on this machine"


def _suits_vroom(model: Model) -> bool:
    """Whether the problem has custom costs, or many shipments or jobs with several time windows: all of these
    are harder for PyVRP."""
    if any(vehicle.travel.costs is not None for vehicle in model.vehicles):
        return True
    orders = [task for task in model.tasks if task.kind != "delivery"]
    special = sum(task.partner is not None or len(task.windows) > 1 for task in orders)
    return special > _SUITS_VROOM * len(orders)


def _cores(model: Model) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = model.problem.options.threads
    return available if wanted is None else min(wanted, available)
