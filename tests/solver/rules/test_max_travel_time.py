from typing import Any

import pytest

from milkrun_solver.rules.max_travel_time import MaxTravelTime
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
    ("vehicle", "seconds"),
    [
        ({}, 200),
        ({"speed_factor": 0.5}, 400),
        ({"speed_factor": 2}, 100),
        ({"end_index": None}, 100),
        ({"start_index": None}, 100),
    ],
    ids=str,
)
def test_a_route_may_take_all_of_the_time_and_no_more(vehicle: dict[str, Any], seconds: int) -> None:
    assert verdicts(MaxTravelTime(), one_job({**vehicle, "max_travel_time": seconds}, {})) == LET_PASS
    assert verdicts(MaxTravelTime(), one_job({**vehicle, "max_travel_time": seconds - 1}, {})) == LEFT_OUT


def test_waiting_and_service_are_no_travel() -> None:
    job = {"service": 900, "setup": 900, "time_windows": [[5_000, 6_000]]}
    assert verdicts(MaxTravelTime(), one_job({"max_travel_time": 200}, job)) == LET_PASS


def test_screening_of_a_shipment_knows_only_the_way_to_its_pickup() -> None:
    assert verdicts(MaxTravelTime(), one_shipment({"max_travel_time": 200}, {})) == LET_PASS
    assert verdicts(MaxTravelTime(), one_shipment({"max_travel_time": 100}, {})) == (False, True)
    assert verdicts(MaxTravelTime(), one_shipment({"max_travel_time": 99}, {})) == LEFT_OUT


def test_a_vehicle_without_a_limit_may_go_anywhere() -> None:
    assert verdicts(MaxTravelTime(), one_job({}, {})) == (True, None)
    assert screened(MaxTravelTime(), several_vehicles({}, {"max_travel_time": 199})) == [True, False]


def test_vehicles_with_the_same_limit_count_as_alike() -> None:
    model = several_vehicles({"max_travel_time": 9}, {"max_travel_time": 9}, {})
    first, same, other = map(MaxTravelTime().traits, model.vehicles)
    assert first == same != other
