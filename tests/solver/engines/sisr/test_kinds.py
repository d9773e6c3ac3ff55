from typing import Any

import pytest

from milkrun_solver.engines.sisr.kinds import kinds_of, way_of
from tests.solver.engines.sisr.cases import stops


def test_equal_vehicles_are_of_one_kind() -> None:
    model = stops()
    assert kinds_of(model) == ([model.vehicles[0]], [0, 0])


@pytest.mark.parametrize(
    "difference",
    [
        {"speed_factor": 2.0},
        {"end_index": 0},
        {"skills": [1]},
        {"max_tasks": 5},
        {"max_overtime": 5, "shift_duration": 9},
        {"costs": {"fixed": 9}},
        {"breaks": []},
        {"reloads": [{"id": 1, "location_index": 0, "service": 5}]},
        {"driver_rules": {"preset": "us-hos"}},
        {"steps": [{"type": "job", "id": 1, "fixed": "position"}]},
    ],
)
def test_a_difference_makes_another_kind(difference: dict[str, Any]) -> None:
    assert kinds_of(stops(**difference))[1] == [0, 1]


def test_ids_and_descriptions_make_no_kind() -> None:
    assert kinds_of(stops(description="the blue one"))[1] == [0, 0]


def test_speed_and_prices_make_a_way_of_travelling() -> None:
    model = stops(costs={"per_hour": 7})
    assert way_of(model.vehicles[0]) != way_of(model.vehicles[1])
