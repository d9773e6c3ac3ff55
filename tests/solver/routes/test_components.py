from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.answer.solution import timed_routes
from milkrun_solver.model.visits import PlannedRoute, ReloadVisit
from milkrun_solver.routes.components import components
from tests.nonempty import nonempty
from tests.solver.helpers import model_of
from tests.solver.priced import answer, priced_problem


@pytest.mark.parametrize("seed", range(10))
def test_components_add_up_to_the_cost(seed: int) -> None:
    _, solution = answer(priced_problem(seed), seed)
    for route in nonempty(solution.routes):
        assert route.costs is not None
        assert sum(route.costs.model_dump().values()) == route.cost
    summary = solution.summary
    assert summary.costs is not None
    assert sum(summary.costs.model_dump().values()) == summary.cost


def test_each_component_is_what_it_says() -> None:
    body: dict[str, Any] = {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 0,
                "costs": {
                    "fixed": 30,
                    "per_hour": 1_800,
                    "per_task_hour": 7_200,
                    "per_overtime_hour": 360_000,
                },
                "reloads": [{"id": 1, "location_index": 0, "service": 40}],
                "shift_duration": 500,
                "max_overtime": 9_000,
            }
        ],
        "jobs": [
            {
                "id": 1,
                "location_index": 1,
                "service": 50,
                "soft_time_window": {"start": 3_000, "cost_per_hour_early": 3_600},
            },
            {
                "id": 2,
                "location_index": 1,
                "setup": 10,
                "soft_time_window": {"end": 0, "cost_per_hour_late": 36_000},
            },
        ],
        "matrices": {"car": {"durations": [[0, 100], [100, 0]]}},
    }
    model = model_of(Problem.model_validate(body))
    (route,) = timed_routes(model, [PlannedRoute(0, (0, ReloadVisit(0), 1))]) or []
    found = components(model, route)
    assert (found.fixed, found.travel, found.task, found.overtime) == (30, 200, 120, 0)
    assert (found.early, found.late) == (2_900, 3_900)
    assert route.cost == 30 + 200 + 120 + 2_900 + 3_900
