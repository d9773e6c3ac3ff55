"""The labels of a schedule: 300 at a moment are kept. With more, nothing is proven, but plans are right."""

from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.engines.sisr.encoding import Encoding
from milkrun_solver.engines.sisr.interface import Loaded, Search
from milkrun_solver.engines.sisr.library import load_library
from tests.solver.exhaustive.searches import searched
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.problems import problem_of

pytestmark = pytest.mark.usefixtures("with_sisr")

DEPOT, FIRST, SECOND, THIRD = range(4)
PLACES = 4


def with_ways(ways: int) -> Problem:
    """Three jobs, each of which fills the vehicle, and depots for a reload on each leg between two of them.
    Each depot is one second farther than the one before and one unit of cost cheaper; on the second leg both
    count `ways` times as much. So `ways`² ways to the third job differ in time and cost, and none is better
    in both.
    """
    size = PLACES + ways
    durations = [[0 if a == b else 1_000 for b in range(size)] for a in range(size)]
    costs = [list(row) for row in durations]
    for way in range(ways):
        depot = PLACES + way
        for job, unit in ((FIRST, 1), (SECOND, ways)):
            durations[job][depot] += unit * way
            costs[job][depot] += unit * (ways - way)
    jobs: list[dict[str, Any]] = [
        {"id": job, "location_index": job, "delivery": [1], "priority": 10} for job in (FIRST, SECOND, THIRD)
    ]
    depots = [{"id": way, "location_index": PLACES + way} for way in range(ways)]
    vehicle = {"id": 1, "start_index": DEPOT, "end_index": DEPOT, "capacity": [1], "reloads": depots}
    return problem_of(
        {
            "vehicles": [{**vehicle, "time_window": [0, 20_000]}],
            "jobs": jobs,
            "matrices": {"car": {"durations": durations, "costs": costs}},
        }
    )


def is_proven(problem: Problem) -> bool:
    library = load_library()
    assert library is not None
    search = Search(Loaded(library, Encoding(model_of(problem)).arrays), None, 1)
    try:
        return bool(search.progress().proven)
    finally:
        search.close()


@pytest.mark.parametrize(("ways", "proven"), [(10, True), (17, True), (18, False)])
def test_a_plan_is_proven_while_no_label_is_dropped(ways: int, proven: bool) -> None:
    assert is_proven(with_ways(ways)) == proven


def test_a_plan_is_right_where_labels_were_dropped() -> None:
    problem = with_ways(30)
    model = model_of(problem)
    found = searched(model)
    solution = scheduled(model, found.plan)
    assert solution is not None
    assert not faults(model, solution)
    assert not solution.unassigned
    assert solution.summary.cost == found.cost


def with_rests(seconds: int) -> Problem:
    """Two jobs two hours apart, with a soft window; the driver drives so many seconds between breaks."""
    window = {"start": 20_000, "end": 30_000, "cost_per_hour_early": 100, "cost_per_hour_late": 100}
    return problem_of(
        {
            "vehicles": [
                {
                    "id": 1,
                    "start_index": DEPOT,
                    "driver_rules": {"max_driving_before_break": seconds, "break_duration": 1},
                }
            ],
            "jobs": [
                {"id": job, "location_index": job, "soft_time_window": window} for job in (FIRST, SECOND)
            ],
            "matrices": {
                "car": {"durations": [[0 if a == b else 7_200 for b in range(3)] for a in range(3)]}
            },
        }
    )


@pytest.mark.parametrize(("seconds", "proven"), [(3_600, True), (1, False)])
def test_a_plan_is_proven_while_all_rests_of_a_leg_are_looked_at(seconds: int, proven: bool) -> None:
    assert is_proven(with_rests(seconds)) == proven
