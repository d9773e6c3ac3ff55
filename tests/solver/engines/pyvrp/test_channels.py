"""Which of PyVRP's matrices hold a vehicle's costs and limits."""

from typing import Any

import pytest

from milkrun.schema.capabilities import inability
from milkrun_solver.engines.pyvrp.channels import channels
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_features, random_problem

CELLS = [[0, 5, 9], [6, 0, 7], [4, 4, 0]]


def body(vehicle: dict[str, Any]) -> dict[str, Any]:
    return {
        "vehicles": [{"id": 1, "start_index": 0, **vehicle}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": CELLS, "distances": CELLS}},
    }


WINDOW = {"time_window": [0, 9_000]}


def test_a_limit_on_travel_time_becomes_a_limit_on_a_proportional_cost() -> None:
    model = model_of(problem_of(body(vehicle={"max_travel_time": 9, **WINDOW})))
    found = channels(model, model.vehicles[0])
    assert found is not None
    assert (found.distance, found.max_distance, found.max_duration) == ("time", 9, None)


def test_without_time_windows_the_duration_matrix_can_hold_a_limit() -> None:
    vehicle = {"max_distance": 9, "costs": {"per_hour": 3_600}}
    model = model_of(problem_of(body(vehicle=vehicle)))
    found = channels(model, model.vehicles[0])
    assert found is not None
    assert (found.distance, found.duration, found.max_duration) == ("time", "distance", 9)


LIMITS = {"max travel time", "max distance"}


@pytest.mark.parametrize("seed", range(120))
def test_every_limit_that_pyvrp_can_express_finds_a_channel(seed: int) -> None:
    features = random_features(seed, ("windows", "fleet", "work costs", "types", "custom costs", "speed"))
    problem = random_problem(seed, features | {sorted(LIMITS)[seed % 2]} | (LIMITS if seed % 3 else set()))
    model = model_of(problem)
    finds_room = all(channels(model, vehicle) is not None for vehicle in model.vehicles)
    assert finds_room == (inability("pyvrp", problem) is None)
