"""A walk against a look at every second."""

import random
from itertools import permutations
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from tests.solver.exhaustive.facts import Facts, Stop
from tests.solver.exhaustive.walk import Itinerary, Walker
from tests.solver.problems import problem_of


def day(seed: int) -> dict[str, Any]:
    """Three jobs a few seconds apart, a shift and two breaks."""
    rng = random.Random(seed)
    cells = [[0 if a == b else rng.randint(2, 9) for b in range(4)] for a in range(4)]

    def windows() -> list[list[int]]:
        starts = sorted(rng.sample(range(0, 60, 4), rng.randint(1, 2)))
        return [[start, start + rng.randint(0, 12)] for start in starts]

    jobs = [
        {"id": n, "location_index": n, "service": rng.randint(0, 5), "time_windows": windows()}
        for n in (1, 2, 3)
    ]
    vehicle: dict[str, Any] = {
        "id": 1,
        "start_index": 0,
        "end_index": 0,
        "shift_duration": 20,
        "max_overtime": 99,
        "time_window": [rng.randint(0, 5), 90],
        "breaks": [{"id": n, "service": rng.randint(1, 6), "time_windows": windows()} for n in (1, 2)],
    }
    if seed % 3 == 0:
        del vehicle["breaks"]
    vehicle["costs"] = {"per_overtime_hour": 3_600}
    return {"vehicles": [vehicle], "jobs": jobs, "matrices": {"car": {"durations": cells}}}


def test_the_shortest_of_all_starts_is_found() -> None:
    compared = 0
    for seed in range(60):
        facts = Facts(Problem.model_validate(day(seed)))
        vehicle = facts.problem.vehicles[0]
        for order in permutations((1, 2, 3), 2):
            stops = [Stop("job", number) for number in order]
            route = Itinerary(facts, vehicle, stops)
            ends = {start: route.end(start) for start in range(route.earliest, 91)}
            least = min((end - start for start, end in ends.items() if end is not None), default=None)
            assert route.least_duration() == least
            compared += least is not None
    assert compared > 50


@pytest.mark.parametrize(("release", "latest", "can"), [(0, 40, True), (30, 40, False), (30, 50, True)])
def test_a_trip_begins_once_its_goods_are_ready(release: int, latest: int, can: bool) -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, latest]}],
        "jobs": [{"id": 1, "location_index": 1, "release_time": release}],
        "matrices": {"car": {"durations": [[0, 10], [10, 0]]}},
    }
    facts = Facts(problem_of(body))
    walk = Walker(facts).walk(facts.problem.vehicles[0], [Stop("job", 1)])
    assert walk is not None
    assert (walk.cost is not None) == can
