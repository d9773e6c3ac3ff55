"""The vehicle types that PyVRP gets."""

from typing import Any

from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.vehicle_types import TypeArguments
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

PLAIN = TypeArguments(
    start_depot=0,
    end_depot=1,
    capacity=(4, 2),
    fixed_cost=0,
    unit_distance_cost=3,
    unit_duration_cost=0,
    profile=0,
)


def test_pyvrp_gets_no_argument_that_has_no_value() -> None:
    keywords = PLAIN.as_keywords()
    assert keywords["capacity"] == [4, 2]
    assert not keywords.keys() & {"tw_early", "tw_late", "max_distance", "shift_duration", "max_reloads"}


def numbers_by_type(*vehicles: dict[str, Any]) -> list[list[int]]:
    body = {
        "vehicles": [{"id": n, "start_index": 0, **vehicle} for n, vehicle in enumerate(vehicles)],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 9], [9, 0]]}},
    }
    return [kind.vehicles for kind in Encoding(model_of(problem_of(body))).fleet.types]


def test_identical_vehicles_share_a_type() -> None:
    assert numbers_by_type({}, {"time_window": [0, 9]}, {}, {"time_window": [0, 9]}) == [[0, 2], [1, 3]]


def test_a_limit_on_reloads_makes_a_type_of_its_own() -> None:
    reloads = [{"id": 1, "location_index": 0}]
    assert numbers_by_type({"reloads": reloads}, {"reloads": reloads, "max_reloads": 1}) == [[0], [1]]
