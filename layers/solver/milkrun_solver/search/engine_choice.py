"""Which engines search a problem, and what VROOM does on the whole of it."""

import logging
import os
import time
from collections.abc import Iterable

from milkrun_solver.answer.solution import planned
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.engine import PyvrpEngine
from milkrun_solver.engines.pyvrp.expressible import reason_for_pyvrp, reason_for_vroom
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.engines.vroom.engine import VroomEngine
from milkrun_solver.engines.vroom.request import Effort
from milkrun_solver.errors import EngineError, UnsupportedCombinationError
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.search.events import Post
from milkrun_solver.search.improver import Improver
from milkrun_solver.search.vroom_districts import VroomDistricts
from milkrun_solver.search.vroom_parts import VroomParts

_log = logging.getLogger(__name__)

MOST_MATRIX_BYTES = 2**30
"""Memory that PyVRP's matrices may take: 8,000 locations and one kind of vehicle."""
_MOST_BYTES_BESIDE_VROOM = 100 * 2**20
"""The same where VROOM gives the first answer and parts are enough: looking for the neighbours of each place
holds the interpreter's lock, for seconds beyond 2,500 of them."""
_WHOLE, _WHOLE_TIMED = 2_000, 500
"""Up to so many tasks VROOM sees the whole problem; beyond, one district after the other, so that there is an
answer in time."""
_DEEP = 200
"""Up to so many jobs and shipments VROOM goes on to its deepest level."""
_LEAST_FEW = 40
"""From so many tasks on VROOM solves a few routes at a time beside PyVRP."""
_SUITS_VROOM = 0.15
"""Share of shipments, and of jobs with several time windows, from which on VROOM does better than PyVRP."""
_SHARE = 0.25
"""Share of the time after which VROOM on the whole problem is ended: all else uses the core better."""
_DEEP_SHARE, _DEEP_LEADING_SHARE = 0.6, 0.85
"""The same where it goes deep, and as long as it leads then."""
_ASKED = 0.95
"""Share of its time that VROOM is told: it takes a little longer, and ended too soon it says nothing."""
_LEAST_SECONDS = 2.0


class Engines:
    """What can search a problem, for `solve` to start and to end.

    Args:
        model: The problem.
        post: Takes what the engines have to tell.
        deadline: When to stop, in `time.monotonic()` seconds.
        seed: Start of all random choices.

    Attributes:
        with_vroom, with_pyvrp: Whether VROOM and PyVRP can express the problem.
        cores: How many the run may use.
        deep: Whether VROOM's deepest level on the whole problem is worth its time.
        vroom_first: Whether all else waits for it: where nothing but VROOM, or VROOM best, goes on from it.

    Raises:
        UnsupportedCombinationError: Neither can.
    """

    def __init__(self, model: Model, post: Post, deadline: float, seed: int) -> None:
        self._model = model
        self._post = post
        self._deadline = deadline
        self._seed = seed
        reason, against = reason_for_vroom(model), reason_for_pyvrp(model)
        if reason is not None and against is not None:
            raise UnsupportedCombinationError(reason, against)
        if reason is not None or against is not None:
            _log.info("one engine alone solves this problem: %s", reason or against)
        self.with_vroom, self.with_pyvrp = against is None, reason is None
        self.cores = _cores(model)
        self._in_districts = len(model.tasks) > (_WHOLE_TIMED if model.timed else _WHOLE)
        self.deep = sum(task.kind != "delivery" for task in model.tasks) <= _DEEP
        suits_vroom = not self.with_pyvrp or _suits_vroom(model)
        self.vroom_first = self.with_vroom and self.deep and suits_vroom

    def vroom(self, threads: int, hurries: bool) -> VroomEngine | VroomDistricts:
        """VROOM at work on the whole problem, or on one district after the other where that is large; one
        that `hurries` leaves the core to what goes on from its first answers."""
        if self._in_districts:
            districts = VroomDistricts(self._model, self._post, self._deadline, self._seed)
            districts.start()
            return districts
        whole = VroomEngine(self._post)
        seconds = _ASKED * (self.vroom_until(leads=True) - time.monotonic())
        whole.start(request_of(self._model, self._efforts(hurries), threads, seconds))
        return whole

    def vroom_until(self, leads: bool) -> float:
        """When VROOM on the whole problem is to end, in `time.monotonic()` seconds."""
        if self._in_districts:
            return self._deadline  # the heuristics alone end soon by themselves
        now = time.monotonic()
        deep_share = _DEEP_LEADING_SHARE if leads else _DEEP_SHARE
        share = deep_share if self.deep else _SHARE
        return now + max(_LEAST_SECONDS, share * (self._deadline - now))

    def improver(self, known: Iterable[TimedRoute]) -> Improver | None:
        """What goes on from the first answer; None if no vehicle can serve anything.

        Args:
            known: Routes that keep the rules: what they serve is possible, whatever it looks like.

        Raises:
            EngineError: PyVRP's matrices would be too large.
        """
        if not self.with_pyvrp:
            return VroomParts(self._model, self._post, self._deadline, self._seed)
        encoding = Encoding(self._model, planned(known))
        if not encoding.possible:
            _log.info("no vehicle can serve anything")
            return None
        size = encoding.fleet.matrix_bytes
        if not self.with_vroom and size > MOST_MATRIX_BYTES:
            # A search of parts goes on from an answer that VROOM would have to give.
            raise EngineError(f"PyVRP's matrices would take {size:,} bytes.")
        whole = not self.with_vroom or size <= _MOST_BYTES_BESIDE_VROOM
        few = self.with_vroom and len(encoding.possible) >= _LEAST_FEW
        return PyvrpEngine(self._model, encoding, self._post, self._deadline, self._seed, whole, few)

    def _efforts(self, hurries: bool) -> list[Effort]:
        """What VROOM shall do on the whole problem after its heuristics: something quick, then its best."""
        if hurries:
            levels = [0] if self.deep else []
        elif self.deep:
            levels = sorted({0, self._model.problem.options.exploration_level})
        else:
            levels = [] if self._model.timed else [0]  # with time windows it takes longer than it is worth
        return [Effort(None), *map(Effort, levels)]


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
