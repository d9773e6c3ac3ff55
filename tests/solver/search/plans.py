"""A problem whose plans one can see the cost of, for tests of what a search does with them."""

from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.routes.objective import Solved, objective
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


def _line() -> Model:
    """Two vehicles at place 0 of a line; a job at each of the places 1 to 4, the last one soon."""
    cells = [[100 * abs(a - b) for b in range(5)] for a in range(5)]
    body = {
        "vehicles": [{"id": n, "start_index": 0, "end_index": 0} for n in range(2)],
        "jobs": [{"id": n, "location_index": n} for n in (1, 2, 3)]
        + [{"id": 4, "location_index": 4, "time_windows": [[0, 450]]}],
        "matrices": {"car": {"durations": cells}},
    }
    return model_of(problem_of(body))


MODEL = _line()
GOOD: Plan = [PlannedRoute(0, (0, 1, 2, 3))]
"""Out to the farthest place and back: 800."""
WORSE: Plan = [PlannedRoute(0, (0, 3, 1, 2))]
"""Back and forth: 1,000."""
WORST: Plan = [PlannedRoute(0, (0, 1, 2)), PlannedRoute(1, (3,))]
"""With two vehicles: 600 and 800."""
LATE: Plan = [PlannedRoute(0, (0, 2, 1, 3))]
"""Comes to the last job after 600: too late."""
SHORT: Plan = [PlannedRoute(0, (0,))]
"""Leaves out three jobs: 200."""


def solved(plan: Plan) -> Solved:
    routes = timed_routes(MODEL, plan)
    assert routes is not None
    return Solved(routes, objective(MODEL, routes))


class Clock:
    """Time that passes when told to."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
