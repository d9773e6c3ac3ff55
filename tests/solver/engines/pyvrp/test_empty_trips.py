from typing import Any

from milkrun_solver.engines.pyvrp.empty_trips import without_empty_trips
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute, ReloadVisit, Visit
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

DEPOT, YARD = ReloadVisit(0), ReloadVisit(1)
"""The two places where the vehicle reloads."""
PLAIN = [[0, 100, 100, 100], [100, 0, 100, 100], [100, 100, 0, 100], [100, 100, 100, 0]]


def model(cells: list[list[int]] = PLAIN, **vehicle: Any) -> Model:
    """Two jobs, and a vehicle that reloads at the depot and in a yard."""
    reloads = [{"id": 1, "location_index": 0}, {"id": 2, "location_index": 3}]
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "reloads": reloads, **vehicle}],
        "jobs": [{"id": n, "location_index": n} for n in (1, 2)],
        "matrices": {"car": {"durations": cells}},
    }
    return model_of(problem_of(body))


def kept(given: Model, *visits: Visit) -> tuple[Visit, ...]:
    return without_empty_trips(given, PlannedRoute(0, visits)).visits


def test_reloads_at_either_end_or_after_another_reload_are_dropped() -> None:
    assert kept(model(), DEPOT, 0, DEPOT, YARD, 1, YARD) == (0, DEPOT, 1)


def test_a_reload_between_two_tasks_stays() -> None:
    assert kept(model(), 0, YARD, 1) == (0, YARD, 1)


def test_a_route_without_reloads_stays_as_it_is() -> None:
    route = PlannedRoute(0, (1, 0))
    assert without_empty_trips(model(), route) is route


def test_an_empty_trip_stays_if_it_is_a_shortcut() -> None:
    """The way from the second job to the depot is shorter through the yard."""
    cells = [list(row) for row in PLAIN]
    cells[2][0], cells[2][3], cells[3][0] = 900, 10, 10
    assert kept(model(cells), 0, 1, YARD) == (0, 1, YARD)
