import random
from typing import Any

import pytest

from milkrun_solver.verification.soft_windows import soft_window_costs, soft_window_faults
from milkrun_solver.verification.verifier import Verifier
from tests.solver.priced import answer, priced_problem, restated
from tests.solver.verification.cases import facts, problem, step

WINDOW = {"start": 100, "end": 200, "cost_per_hour_early": 1_800, "cost_per_hour_late": 7_200}


@pytest.mark.parametrize(
    ("arrival", "waiting", "costs"),
    [(0, 0, (50, 0)), (0, 60, (20, 0)), (0, 100, (0, 0)), (200, 0, (0, 0)), (200, 1, (0, 2))],
)
def test_a_task_is_early_or_late_when_its_service_begins(
    arrival: int, waiting: int, costs: tuple[int, int]
) -> None:
    given = problem({}, {"soft_time_window": WINDOW})
    found = facts(given, step("job", 1, arrival, waiting_time=waiting, setup=30))
    assert soft_window_costs(found) == costs


@pytest.mark.parametrize("half", [{"start": 100, "end": None}, {"start": None, "end": 200}])
def test_an_end_that_is_left_out_costs_nothing(half: dict[str, Any]) -> None:
    window = {key: value for key, value in {**WINDOW, **half}.items() if value is not None}
    window.pop("cost_per_hour_late" if half["end"] is None else "cost_per_hour_early")
    given = problem({}, {"soft_time_window": window})
    early, late = (soft_window_costs(facts(given, step("job", 1, time))) for time in (0, 3_800))
    assert (early, late) == (((50, 0), (0, 0)) if half["end"] is None else ((0, 0), (0, 7_200)))


def test_a_route_is_rounded_once_and_shipments_count_at_both_ends() -> None:
    ends = {
        name: {"id": number, "location_index": 1, "soft_time_window": WINDOW}
        for name, number in (("pickup", 5), ("delivery", 9))
    }
    given = problem({}, shipment=ends)
    found = facts(given, step("pickup", 5, 99), step("delivery", 9, 99))
    assert soft_window_costs(found) == (1, 0)


def test_nothing_is_stated_where_nothing_has_a_price() -> None:
    assert list(soft_window_faults(facts(problem({}, {}), step("job", 1)))) == []


@pytest.mark.parametrize("seed", range(50))
def test_another_price_of_early_or_late_tasks_is_found(seed: int) -> None:
    rng = random.Random(seed)
    given = priced_problem(seed, ("soft windows",), jobs=7)
    model, solution = answer(given, seed)
    component, by = rng.choice(("early", "late")), rng.choice((-40, -1, 1, 40))
    broken = restated(solution, rng.randrange(len(solution.routes)), component, by)
    found = Verifier(given, model.travel).faults(broken)
    assert f"{component} tasks cost" in found[0]
