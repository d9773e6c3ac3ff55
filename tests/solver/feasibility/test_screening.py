from typing import Any

import pytest

from milkrun_solver.feasibility.screening import Screening
from milkrun_solver.feasibility.unservable import _last_broken, unservable
from milkrun_solver.model.problem import Model
from tests.nonempty import nonempty
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_features, random_problem

CELLS = [[0, 100, 200], [100, 0, 100], [200, 100, 0]]


@pytest.mark.parametrize("seed", range(40))
def test_screening_keeps_every_vehicle_that_can_serve_a_task(seed: int) -> None:
    model = model_of(random_problem(seed, random_features(seed), jobs=12, vehicles=12))
    screening = Screening(model, range(len(model.vehicles)))
    for number, task in nonempty(enumerate(model.tasks)):
        if task.kind != "delivery":
            together = (number,) if task.partner is None else (number, task.partner)
            serving = {v for v in range(len(model.vehicles)) if _last_broken(model, [v], together) is None}
            assert serving <= set(screening.able(number))


def near_and_far(vehicle: dict[str, Any], **far: Any) -> Model:
    """A vehicle and two jobs; `far` holds what differs in the second job, which is farther away."""
    return model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [5], **vehicle}],
                "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2, **far}],
                "matrices": {"car": {"durations": CELLS, "distances": CELLS}},
            }
        )
    )


@pytest.mark.parametrize(
    ("vehicle", "far"),
    [
        ({"skills": [1]}, {"skills": [2]}),
        ({}, {"delivery": [6]}),
        ({}, {"pickup": [6]}),
        ({}, {"time_windows": [[0, 199]]}),
        ({"time_window": [0, 399]}, {}),
        ({"time_window": [0, 409]}, {"service": 10}),
        ({"time_window": [0, 449]}, {"time_windows": [[250, 900]]}),
        ({"time_window": [10, 900]}, {"time_windows": [[0, 209]]}),
        ({"speed_factor": 0.5}, {"time_windows": [[0, 399]]}),
        ({"max_travel_time": 399}, {}),
        ({"max_distance": 399}, {}),
    ],
)
def test_screening_drops_a_vehicle_that_cannot_serve_a_task(
    vehicle: dict[str, Any], far: dict[str, Any]
) -> None:
    screening = Screening(near_and_far(vehicle, **far), [0])
    assert list(screening.able(0)) == [0]
    assert list(screening.able(1)) == []
    assert screening.last_broken(0) < 0 <= screening.last_broken(1)


def test_a_task_is_servable_if_only_the_last_of_many_vehicles_can_serve_it() -> None:
    vehicles = [{"id": n, "start_index": 0, "time_window": [0, 99 + n]} for n in range(20)]
    body = {
        "vehicles": vehicles,
        "jobs": [{"id": 1, "location_index": 1, "service": 18}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": CELLS}},
    }
    assert set(unservable(model_of(problem_of(body)))) == {1}
