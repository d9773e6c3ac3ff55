"""The entry of the optimiser: engines propose and improve routes until the deadline, and `solve` returns the
best verified answer."""

import logging
import time
from collections.abc import Callable

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer.given_routes import given_routes
from milkrun_solver.errors import NoAnswerError
from milkrun_solver.model.problem import Model, build_model
from milkrun_solver.model.travel import TravelSource, travel_source
from milkrun_solver.search.coordinator import Coordinator
from milkrun_solver.search.incumbent import Incumbent

_log = logging.getLogger(__name__)


def solve(
    problem: Problem,
    *,
    deadline: float,
    on_best: Callable[[Solution], None],
    should_stop: Callable[[], bool],
    seed: int,
    initial: Solution | None = None,
    travel: TravelSource | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Solution:
    """Searches for the best routes until the deadline, until a stop, or until nothing better can be found.

    Args:
        problem: A problem that has passed the checks at submit.
        deadline: When to end, in seconds of `clock`. With up to 1,000 tasks, the search ends within half a
            second of it.
        on_best: Called in this thread with each better answer, once verified; with the first one as early as
            possible.
        should_stop: Called in this thread every 50 ms. Once it returns True, the search ends.
        seed: Start of all random choices.
        initial: An answer of an earlier search to continue from; the result is never worse. It is ignored if
            it fails verification.
        travel: Travel times on the road network that the problem names, from `network_source`.

    Returns:
        The best of all reported answers and `initial`.

    Raises:
        NetworkNotFoundError: The problem names a road network, but `travel` is missing.
        UnsupportedCombinationError: No engine can express the whole problem.
        NoAnswerError: All engines failed, or the search ended before the first answer.
    """
    started = clock()
    model = build_model(problem, travel or travel_source(problem))
    incumbent = Incumbent(model, seed, started, on_best, clock)
    if initial is not None:
        incumbent.start_from(initial)
    _take_given_routes(model, incumbent)
    coordinator = Coordinator(model, incumbent, deadline, should_stop, seed, clock)
    try:
        coordinator.until_end()
    finally:
        coordinator.close()
    result = incumbent.result()
    if result is None:
        raise NoAnswerError(coordinator.why_nothing())
    return result


def _take_given_routes(model: Model, incumbent: Incumbent) -> None:
    """Takes the routes that the caller gave as `steps` as the first answer, if they keep the rules."""
    routes = given_routes(model)
    if routes:
        incumbent.take_given(routes)
    elif routes is None:
        _log.info("ignoring the routes given as steps: one misses a time window or uses a closed leg")
