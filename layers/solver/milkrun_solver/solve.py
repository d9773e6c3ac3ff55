"""The entry of the optimiser: engines propose routes, others improve them, and the best verified answer
comes out."""

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
    """Searches for the best routes until the deadline, a stop, or until nothing more is to be found.

    Args:
        problem: A problem whose rules have been checked.
        deadline: When to end, in seconds of `clock`; kept to half a second up to 1,000 tasks.
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
        UnsupportedCombinationError: No engine can express all that the problem asks for.
        NoAnswerError: There is no answer: all engines failed, or the end came before the first one.
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
    """The routes that the caller gave as `steps` are the first candidate, if they keep the rules."""
    routes = given_routes(model)
    if routes:
        incumbent.take_given(routes)
    elif routes is None:
        _log.info("the routes given as steps are no answer: they come too late, or no way leads on")
