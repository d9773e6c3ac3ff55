from typing import Any

import pytest

from milkrun_solver.rules.shift import Shift
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
    ("vehicle", "job", "end"),
    [
        ({}, {}, 200),
        ({}, {"service": 30}, 230),
        ({}, {"time_windows": [[300, 999]]}, 400),
        ({"speed_factor": 0.5}, {}, 400),
        ({"end_index": None}, {"service": 30}, 130),
        ({"start_index": None}, {}, 100),
        ({"type": "bike"}, {"service": 30, "service_per_type": {"bike": 70}}, 270),
    ],
    ids=str,
)
def test_a_route_may_end_with_the_hours_of_its_vehicle_and_no_later(
    vehicle: dict[str, Any], job: dict[str, Any], end: int
) -> None:
    assert verdicts(Shift(), one_job({**vehicle, "time_window": [0, end]}, job)) == LET_PASS
    assert verdicts(Shift(), one_job({**vehicle, "time_window": [0, end - 1]}, job)) == LEFT_OUT


def test_a_route_starts_with_the_hours_of_its_vehicle() -> None:
    assert verdicts(Shift(), one_job({"time_window": [70, 270]}, {})) == LET_PASS
    assert verdicts(Shift(), one_job({"time_window": [71, 270]}, {})) == LEFT_OUT


def test_screening_ignores_setups_and_releases() -> None:
    assert verdicts(Shift(), one_job({"time_window": [0, 210]}, {"setup": 11})) == (False, True)
    assert verdicts(Shift(), one_job({"time_window": [0, 210]}, {"release_time": 11})) == (False, True)


def test_screening_of_a_shipment_knows_only_the_way_to_its_pickup() -> None:
    assert verdicts(Shift(), one_shipment({"time_window": [0, 200]}, {})) == LET_PASS
    assert verdicts(Shift(), one_shipment({"time_window": [0, 100]}, {})) == (False, True)
    assert verdicts(Shift(), one_shipment({"time_window": [0, 99]}, {})) == LEFT_OUT


def test_a_vehicle_without_hours_may_come_home_at_any_time() -> None:
    assert verdicts(Shift(), one_job({}, {"time_windows": [[80_000, 90_000]]})) == (True, None)
    assert screened(Shift(), several_vehicles({}, {"time_window": [0, 199]})) == [True, False]


def test_vehicles_with_the_same_hours_count_as_alike() -> None:
    model = several_vehicles({"time_window": [0, 9]}, {"time_window": [0, 9]}, {"time_window": [1, 9]})
    first, same, other = map(Shift().traits, model.vehicles)
    assert first == same != other
