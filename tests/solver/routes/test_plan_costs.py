from typing import Any

import pytest

from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute
from milkrun_solver.routes.objective import objective
from milkrun_solver.routes.plan_costs import balance_cost, compact_cost, plan_cost
from milkrun_solver.routes.timed_route import TimedRoute
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

PAUSE = {"id": 1, "service": 500, "time_windows": [[0, 90_000]]}


def model(**options: Any) -> Model:
    """Jobs 0 to 3 at places 1 to 4 on a line, 360 seconds from one to the next, and a shipment, 4 and 5,
    between the first two of them. Two vehicles begin and end at place 0, and a third is never used."""
    jobs: list[dict[str, Any]] = [{"id": n, "location_index": n, "delivery": [n, 0]} for n in (1, 2, 3, 4)]
    jobs[0] |= {"service": 120, "pickup": [10, 0]}
    shipment = {
        "pickup": {"id": 1, "location_index": 1},
        "delivery": {"id": 1, "location_index": 2},
        "amount": [7, 0],
    }
    durations = [[360 * abs(a - b) for b in range(5)] for a in range(5)]
    vehicles = [{"id": n, "start_index": 0, "end_index": 0, "capacity": [99, 99]} for n in (1, 2, 3)]
    return model_of(
        problem_of(
            {
                "vehicles": vehicles,
                "jobs": jobs,
                "shipments": [shipment],
                "matrices": {"car": {"durations": durations}},
                "options": options,
            }
        )
    )


def routes(model: Model, *visits: tuple[int, ...]) -> list[TimedRoute]:
    timed = timed_routes(model, [PlannedRoute(n, it) for n, it in enumerate(visits)])
    assert timed is not None
    return timed


@pytest.mark.parametrize(
    ("by", "cost"),
    [
        ("duration", 2 * (3 - 1) * 360 - 120),
        ("tasks", 3_600 * 1),
        ("load", 3_600 * (10 + 1 - 2 - 3 + 7 + 7)),
    ],
)
def test_balance_prices_the_difference_between_the_most_and_the_least_used_vehicle(
    by: str, cost: int
) -> None:
    given = model(balance={"by": by, "cost": 3_600})
    used = routes(given, (0, 4, 5), (1, 2)) if by == "load" else routes(given, (0,), (1, 2))
    assert balance_cost(given, used) == cost
    assert balance_cost(given, used[::-1]) == cost


def test_a_shipment_is_two_tasks() -> None:
    given = model(balance={"by": "tasks", "cost": 5})
    assert balance_cost(given, routes(given, (0,), (4, 5, 1))) == 10


def test_waiting_and_breaks_are_no_use_of_a_vehicle() -> None:
    given = model(balance={"by": "duration", "cost": 3_600})
    one, other = routes(given, (1,), (1,))
    one.stops[1].waiting = 100
    one.stops[1].kind, one.stops[1].service = "break", 50
    assert balance_cost(given, [one, other]) == 0


def test_the_price_of_a_difference_in_time_is_rounded_once_to_the_nearest_unit() -> None:
    given = model(balance={"by": "duration", "cost": 5})
    assert balance_cost(given, routes(given, (1,), (3,))) == 2  # 1,440 s at 5 an hour


def test_one_vehicle_is_in_balance() -> None:
    given = model(balance={"by": "tasks", "cost": 5})
    assert balance_cost(given, routes(given, (0, 1))) == 0
    assert balance_cost(given, []) == 0


def test_each_neighbour_on_another_vehicle_has_the_price_of_interleaving() -> None:
    given = model(compact={"cost": 10})
    assert compact_cost(given, routes(given, (0, 1, 2, 3, 4, 5))) == 0
    # Jobs 0 and 1 each see two neighbours elsewhere, jobs 2 and 3 too; the shipment is left out.
    assert compact_cost(given, routes(given, (0, 1), (2, 3))) == 10 * 8
    assert compact_cost(given, routes(given, (0, 1), (2,))) == 10 * 4


def test_without_prices_a_plan_costs_what_its_routes_cost() -> None:
    given = model()
    assert plan_cost(given, routes(given, (0,), (1, 2))) == 0


def test_the_objective_counts_the_whole_plan() -> None:
    given, plain = model(compact={"cost": 10}, balance={"by": "tasks", "cost": 5}), model()
    plan = ((0,), (1, 2, 3))
    dearer, cheaper = objective(given, routes(given, *plan)), objective(plain, routes(plain, *plan))
    assert dearer.cost == cheaper.cost + plan_cost(given, routes(given, *plan))
    assert plan_cost(given, routes(given, *plan)) == 2 * 5 + 10 * 6
