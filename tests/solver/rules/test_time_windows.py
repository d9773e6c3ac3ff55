from typing import Any

import pytest

from milkrun_solver.rules.time_windows import TimeWindows
from tests.solver.rules.cases import LEFT_OUT, LET_PASS, one_job, one_shipment, verdicts


@pytest.mark.parametrize(
    ("vehicle", "arrival"),
    [
        ({}, 100),
        ({"time_window": [20, 9_000]}, 120),
        ({"speed_factor": 0.5}, 200),
        ({"start_index": None}, 0),
    ],
    ids=str,
)
def test_a_vehicle_may_arrive_as_the_last_window_closes_and_no_later(
    vehicle: dict[str, Any], arrival: int
) -> None:
    just_open = {"time_windows": [[0, arrival]]}
    assert verdicts(TimeWindows(), one_job(vehicle, just_open)) == LET_PASS
    if arrival:
        closed = {"time_windows": [[0, arrival - 1]]}
        assert verdicts(TimeWindows(), one_job(vehicle, closed)) == LEFT_OUT


def test_a_vehicle_may_wait_for_the_next_window() -> None:
    assert verdicts(TimeWindows(), one_job({}, {"time_windows": [[0, 10], [500, 510]]})) == LET_PASS
    assert verdicts(TimeWindows(), one_job({}, {"time_windows": [[0, 10], [20, 99]]})) == LEFT_OUT


def test_a_task_without_windows_is_served_at_any_time() -> None:
    assert verdicts(TimeWindows(), one_job({"time_window": [80_000, 90_000]}, {})) == LET_PASS


@pytest.mark.parametrize(
    ("vehicle", "job"),
    [
        ({"time_window": [0, 150]}, {"time_windows": [[0, 100]]}),
        ({}, {"time_windows": [[0, 100]], "release_time": 50}),
    ],
    ids=["the vehicle's hours end too soon", "the goods are ready too late"],
)
def test_what_else_is_late_is_left_to_its_own_rule(vehicle: dict[str, Any], job: dict[str, Any]) -> None:
    assert verdicts(TimeWindows(), one_job(vehicle, job)) == LET_PASS


def test_the_windows_of_both_ends_of_a_shipment_count() -> None:
    def shipment(closing: int) -> dict[str, Any]:
        return {"delivery": {"id": 2, "location_index": 0, "time_windows": [[0, closing]]}}

    assert verdicts(TimeWindows(), one_shipment({}, shipment(200))) == LET_PASS
    assert verdicts(TimeWindows(), one_shipment({}, shipment(199))) == (False, True)
