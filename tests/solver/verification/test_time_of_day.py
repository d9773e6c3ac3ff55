import random
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.model.travel import travel_source
from milkrun_solver.verification.time_of_day import seconds_by_slot, takes_exactly
from milkrun_solver.verification.verifier import Verifier
from tests.solver.problems import problem_of
from tests.solver.slots import answer, slotted_problem

SLOTS = [(0, 30), (100, 50), (110, 10)]


@pytest.mark.parametrize(
    ("leaves", "takes"),
    [
        (0, 30),
        (70, 30),
        (71, 31),  # a second at 30 is 5 / 3 seconds at 50
        (85, 28),  # 15 of 30, then 10 of 50, which leaves 15 of 50, or 3 of 10
        (100, 18),
        (110, 10),
        (500, 10),
    ],
)
def test_a_leg_takes_its_share_in_each_slot(leaves: int, takes: int) -> None:
    found = [seconds for seconds in range(90) if takes_exactly(SLOTS, [(leaves, seconds)])]
    assert found == [takes]


@pytest.mark.parametrize(
    ("drives", "exact"),
    [
        ([(0, 10), (40, 20)], True),  # a pause within a slot
        ([(0, 10), (40, 19)], False),
        ([(0, 31), (40, 0)], False),
        ([(0, 30), (500, 0)], True),  # a pause at the end of the leg
        ([(20, 0), (110, 10)], True),  # and one at its start
        ([(85, 15), (110, 5)], True),  # half of the leg in the first slot, and half in the last
        ([(85, 20), (110, 4)], True),  # 20 of 50 are left
        ([(85, 20), (110, 3)], False),
    ],
)
def test_a_pause_keeps_what_is_left(drives: list[tuple[int, int]], exact: bool) -> None:
    assert takes_exactly(SLOTS, drives) == exact


def test_a_leg_that_takes_no_time_in_a_slot_ends_there() -> None:
    assert takes_exactly([(0, 30), (100, 0)], [(90, 10)])
    assert takes_exactly([(0, 0), (100, 30)], [(90, 0)])
    assert not takes_exactly([(0, 0), (100, 30)], [(90, 1)])


def body(**vehicle: Any) -> Problem:
    slot = {"start": 100, "durations": [[0, 51], [51, 0]]}
    return problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0, **vehicle}],
            "jobs": [{"id": 1, "location_index": 1}],
            "matrices": {"car": {"durations": [[0, 30], [30, 0]], "slots": [slot]}},
        }
    )


def test_a_speed_factor_divides_the_seconds_of_each_slot_and_rounds_up() -> None:
    for factor, expected in ((1, [(0, 30), (100, 51)]), (2, [(0, 15), (100, 26)])):
        problem = body(speed_factor=factor)
        travel = travel_source(problem).profiles["car"]
        assert seconds_by_slot(travel, problem.vehicles[0], 0, 1) == expected


def shifted(solution: Solution, rng: random.Random, by: int) -> Solution:
    """The answer with one leg that takes longer or shorter. All that follows comes as much later, and every
    sum is that of the new times."""
    changed = solution.model_copy(deep=True)
    route = rng.choice(changed.routes)
    moved = [n for n in range(1, len(route.steps)) if route.steps[n].duration > route.steps[n - 1].duration]
    first = rng.choice(moved)
    for step in route.steps[first:]:
        step.arrival += by
        step.duration += by
    for total in (route, changed.summary):
        total.duration += by
        total.cost += by
    return changed


@pytest.mark.parametrize("seed", range(50))
def test_a_leg_that_takes_another_time_is_found(seed: int) -> None:
    rng = random.Random(seed)
    problem = slotted_problem(3 * seed)
    model, solution = answer(problem, seed)
    verifier = Verifier(problem, model.travel)
    assert verifier.faults(solution) == []
    found = verifier.faults(shifted(solution, rng, rng.choice((-1, 1))))
    assert "cannot take" in found[0]
