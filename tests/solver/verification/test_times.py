from typing import Any

import pytest

from milkrun.schema.solution import Step
from milkrun_solver.verification.times import time_faults
from tests.solver.verification.cases import facts, problem, step


def faults(*steps: Step, vehicle: dict[str, Any] | None = None, **job: Any) -> list[str]:
    """Both jobs are alike; the second one is at the same place where `location_index` says so."""
    return list(time_faults(facts(problem(vehicle or {}, job, job), *steps)))


OUTSIDE = ["job 1 starts outside its time windows"]


@pytest.mark.parametrize(
    ("arrival", "waiting", "found"),
    [(99, 0, OUTSIDE), (99, 1, []), (200, 0, []), (200, 1, OUTSIDE), (300, 0, OUTSIDE), (400, 0, [])],
)
def test_service_starts_after_the_wait_and_within_one_of_the_windows(
    arrival: int, waiting: int, found: list[str]
) -> None:
    job = step("job", 1, arrival, waiting_time=waiting)
    assert faults(job, time_windows=[[100, 200], [400, 500]]) == found


def test_nobody_waits_a_negative_time() -> None:
    assert faults(step("job", 1, waiting_time=-1)) == ["job 1 has a negative waiting time"]


@pytest.mark.parametrize("kind", ["setup", "service"])
@pytest.mark.parametrize("seconds", [59, 61])
def test_a_task_takes_its_own_setup_and_service_time(kind: str, seconds: int) -> None:
    asked: dict[str, Any] = {kind: 60}
    assert faults(step("job", 1, **{kind: 60}), **asked) == []
    assert faults(step("job", 1, **{kind: seconds}), **asked) == [f"job 1 has a wrong {kind} time"]


@pytest.mark.parametrize("kind", ["setup", "service"])
def test_setup_and_service_times_may_be_those_of_a_vehicle_type(kind: str) -> None:
    given = {kind: 60, f"{kind}_per_type": {"bike": 20}}
    assert faults(step("job", 1, **{kind: 20}), vehicle={"type": "bike"}, **given) == []
    assert faults(step("job", 1, **{kind: 60}), vehicle={"type": "bike"}, **given) != []
    assert faults(step("job", 1, **{kind: 60}), vehicle={"type": "van"}, **given) == []


def test_a_second_task_at_a_place_has_no_setup() -> None:
    twice: dict[str, Any] = {"location_index": 1, "setup": 60}
    assert faults(step("job", 1, setup=60), step("job", 2, setup=0), **twice) == []
    assert faults(step("job", 1, setup=60), step("job", 2, setup=60), **twice) == [
        "job 2 has a wrong setup time"
    ]


def test_a_task_at_the_start_has_no_setup() -> None:
    assert faults(step("job", 1, setup=0), location_index=0, setup=60) == []
    assert faults(step("job", 1, setup=60), location_index=0, setup=60) != []


@pytest.mark.parametrize("end", ["start", "end"])
@pytest.mark.parametrize("kind", ["setup", "service", "waiting_time"])
def test_no_time_is_spent_at_the_start_and_the_end(end: str, kind: str) -> None:
    changed = {end: {kind: 1}}
    steps = step("start", **changed.get("start", {})), step("job", 1), step("end", **changed.get("end", {}))
    assert faults(*steps) == [f"the route spends time at its {end}"]


@pytest.mark.parametrize(
    ("start", "end", "keeps"), [(50, 900, True), (49, 900, False), (50, 901, False)], ids=str
)
def test_a_route_starts_and_ends_within_the_hours_of_its_vehicle(start: int, end: int, keeps: bool) -> None:
    steps = step("start", arrival=start), step("job", 1), step("end", arrival=end)
    found = [] if keeps else ["the route is outside the vehicle's time window"]
    assert faults(*steps, vehicle={"time_window": [50, 900]}) == found
