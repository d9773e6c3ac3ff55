from typing import Any

import pytest

from milkrun_solver.rules.release import Release
from tests.solver.rules.cases import direct, one_job, screened


def allows(vehicle: dict[str, Any], **job: Any) -> bool:
    return Release().allows(direct(one_job(vehicle, job)))


@pytest.mark.parametrize(("ready", "allowed"), [(0, True), (50, True), (51, False)])
def test_a_vehicle_leaves_once_the_goods_are_ready(ready: int, allowed: bool) -> None:
    assert allows({}, release_time=ready, time_windows=[[0, 150]]) == allowed


def test_goods_that_are_ready_in_time_for_a_later_window_are_in_time() -> None:
    assert allows({}, release_time=51, time_windows=[[0, 150], [900, 950]])


def test_goods_may_be_ready_at_any_time_for_a_task_without_windows() -> None:
    assert allows({}, release_time=80_000)


def test_the_end_of_the_vehicle_s_hours_is_left_to_its_own_rule() -> None:
    assert allows({"time_window": [0, 120]}, release_time=50, time_windows=[[0, 150]])


def test_a_vehicle_that_starts_after_the_goods_are_ready_does_not_wait_for_them() -> None:
    assert allows({"time_window": [40, 9_000]}, release_time=30, time_windows=[[0, 140]])


def test_it_screens_nobody() -> None:
    assert screened(Release(), one_job({}, {"release_time": 51, "time_windows": [[0, 150]]})) is None
