from typing import Any

import pytest

from milkrun_solver.rules.max_distance import MaxDistance
from tests.solver.rules.cases import (
    LEFT_OUT,
    LET_PASS,
    one_job,
    one_shipment,
    screened,
    several_vehicles,
    verdicts,
)


@pytest.mark.parametrize(
    ("vehicle", "metres"),
    [({}, 200), ({"speed_factor": 0.5}, 200), ({"end_index": None}, 100), ({"start_index": None}, 100)],
    ids=str,
)
def test_a_route_may_be_as_long_as_the_limit_and_no_longer(vehicle: dict[str, Any], metres: int) -> None:
    assert verdicts(MaxDistance(), one_job({**vehicle, "max_distance": metres}, {})) == LET_PASS
    assert verdicts(MaxDistance(), one_job({**vehicle, "max_distance": metres - 1}, {})) == LEFT_OUT


def test_screening_of_a_shipment_knows_only_the_way_to_its_pickup() -> None:
    assert verdicts(MaxDistance(), one_shipment({"max_distance": 200}, {})) == LET_PASS
    assert verdicts(MaxDistance(), one_shipment({"max_distance": 100}, {})) == (False, True)
    assert verdicts(MaxDistance(), one_shipment({"max_distance": 99}, {})) == LEFT_OUT


def test_a_vehicle_without_a_limit_may_go_anywhere() -> None:
    assert verdicts(MaxDistance(), one_job({}, {})) == (True, None)
    assert screened(MaxDistance(), several_vehicles({}, {"max_distance": 199})) == [True, False]


def test_vehicles_with_the_same_limit_count_as_alike() -> None:
    model = several_vehicles({"max_distance": 9}, {"max_distance": 9}, {})
    first, same, other = map(MaxDistance().traits, model.vehicles)
    assert first == same != other
