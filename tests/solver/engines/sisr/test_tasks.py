from typing import Any

import numpy as np
import pytest

from milkrun_solver.engines.sisr.clock import LATEST, Clock
from milkrun_solver.engines.sisr.kinds import kinds_of
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.engines.sisr.tasks import allowed, soft_arrays, task_arrays
from milkrun_solver.model.problem import Model
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


def tasks(*jobs: dict[str, Any]) -> Model:
    return model_of(
        problem_of(
            {
                "vehicles": [
                    {"id": 1, "start_index": 0, "capacity": [5], "time_window": [100, 900]},
                    {"id": 2, "start_index": 0, "skills": [1], "time_window": [200, 900]},
                ],
                "jobs": [{"id": n, "location_index": 1, **job} for n, job in enumerate(jobs)],
                "shipments": [
                    {"pickup": {"id": 1, "location_index": 0}, "delivery": {"id": 1, "location_index": 1}}
                ],
                "matrices": {"car": {"durations": [[0, 9], [9, 0]]}},
            }
        )
    )


def test_tasks_are_told_in_the_searchs_places_and_times() -> None:
    job = {"service": 30, "setup": 4, "delivery": [2], "priority": 7, "release_time": 150}
    model = tasks({**job, "time_windows": [[50, 60], [120, 300]]})
    arrays = task_arrays(model, Places(model), Clock(model.vehicles))
    assert arrays["task_place"] == [1, 0, 1]
    assert (arrays["partner"], arrays["is_pickup"]) == ([-1, 2, 1], [False, True, False])
    assert (arrays["service"], arrays["setup"]) == ([[30, 0, 0]], [[4, 0, 0]])
    assert (arrays["unloaded"], arrays["loaded"]) == ([[2], [0], [0]], [[0]] * 3)
    assert (arrays["priority"], arrays["release"]) == ([7, 0, 0], [50, 0, 0])
    assert [arrays[f"window_{name}"] for name in ("begin", "open", "close")] == [[0, 1, 1, 1], [20], [200]]


def test_soft_windows_have_a_price_for_each_unit_of_time() -> None:
    soft = {"start": 150, "end": 160, "cost_per_hour_early": 36, "cost_per_hour_late": 72}
    model = tasks({"soft_time_window": soft})
    arrays = soft_arrays(model.tasks, Clock(model.vehicles), lambda cost: cost)
    assert arrays == {
        "soft_start": [50, 0, 0],
        "soft_end": [60, LATEST, LATEST],
        "early_cost": [3_600, 0, 0],
        "late_cost": [7_200, 0, 0],
    }


@pytest.mark.parametrize(
    ("impossible", "able"), [([], [[1, 0, 1, 1], [1, 1, 1, 1]]), ([0, 3], [[0, 0, 1, 0], [0, 1, 1, 0]])]
)
def test_kinds_are_allowed_what_they_have_the_skills_for(
    impossible: list[int], able: list[list[int]]
) -> None:
    model = tasks({}, {"skills": [1]})
    kinds, _ = kinds_of(model)
    assert np.array_equal(allowed(model.tasks, kinds, impossible), able)
