import random
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from milkrun_solver.feasibility import detours
from milkrun_solver.feasibility.unservable import log_unservable, unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.model.travel import Cells
from milkrun_solver.rules.registry import RULES
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

CELLS = [[0, 100, 200], [100, 0, 100], [200, 100, 0]]


def impossible(
    vehicle: dict[str, Any],
    cells: list[list[int]] = CELLS,
    first: dict[str, Any] | None = None,
    **far: Any,
) -> set[int]:
    """Which of two jobs the vehicle cannot serve; `far` holds what differs in the second job, which is
    farther away."""
    return set(codes(vehicle, cells, first, **far))


def codes(
    vehicle: dict[str, Any],
    cells: list[list[int]] = CELLS,
    first: dict[str, Any] | None = None,
    **far: Any,
) -> dict[int, str]:
    """The jobs that the vehicle cannot serve, with the code of the rule that forbids each."""
    found = unservable(
        model_of(
            problem_of(
                {
                    "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [5], **vehicle}],
                    "jobs": [
                        {"id": 1, "location_index": 1, **(first or {})},
                        {"id": 2, "location_index": 2, **far},
                    ],
                    "matrices": {"car": {"durations": cells, "distances": cells}},
                }
            )
        )
    )
    return {number: rule.code for number, rule in found.items()}


@pytest.mark.parametrize(
    ("vehicle", "far", "code"),
    [
        ({"skills": [1]}, {"skills": [2]}, "skills"),
        ({}, {"delivery": [6]}, "capacity"),
        ({}, {"pickup": [6]}, "capacity"),
        ({}, {"time_windows": [[0, 199]]}, "time_window"),
        ({"time_window": [0, 399]}, {}, "shift"),
        ({"time_window": [10, 900]}, {"time_windows": [[0, 209]]}, "time_window"),
        ({}, {"time_windows": [[0, 299]], "release_time": 100}, "release"),
        ({"max_travel_time": 399}, {}, "max_travel_time"),
        ({"max_distance": 399}, {}, "max_distance"),
        ({"shift_duration": 390, "max_overtime": 9}, {}, "shift_duration"),
    ],
)
def test_a_task_that_breaks_a_rule_on_its_own_is_unservable(
    vehicle: dict[str, Any], far: dict[str, Any], code: str
) -> None:
    assert codes(vehicle, **far) == {1: code}


def test_the_rule_named_is_that_of_the_vehicle_closest_to_serving_the_task() -> None:
    vehicles = [{"id": n, "start_index": 0, "skills": [n], "time_window": [0, 199]} for n in range(20)]
    body = {
        "vehicles": vehicles,
        "jobs": [
            {"id": 1, "location_index": 1, "skills": [0], "service": 100},
            {"id": 2, "location_index": 1, "skills": [19], "service": 100},
            {"id": 3, "location_index": 1, "skills": [20]},
        ],
        "matrices": {"car": {"durations": CELLS}},
    }
    found = unservable(model_of(problem_of(body)))
    assert {number: rule.code for number, rule in found.items()} == {0: "shift", 1: "shift", 2: "skills"}


def test_the_log_counts_the_tasks_that_each_rule_forbids(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    log_unservable({})
    assert caplog.messages == []
    log_unservable(dict.fromkeys((1, 2), RULES[1]) | {5: RULES[2]})
    [line] = caplog.messages
    assert line.startswith("no vehicle can serve 3 tasks: 2 by skills (")
    assert "; 1 by capacity (" in line


@pytest.mark.parametrize(
    ("vehicle", "far"),
    [
        ({"skills": [1, 2]}, {"skills": [2]}),
        ({}, {"delivery": [5], "pickup": [5]}),
        ({}, {"time_windows": [[0, 200]]}),
        ({"time_window": [0, 400]}, {}),
        ({"max_travel_time": 400, "max_distance": 400}, {}),
    ],
)
def test_a_task_that_just_fits_is_servable(vehicle: dict[str, Any], far: dict[str, Any]) -> None:
    assert impossible(vehicle, **far) == set()


def test_both_ends_of_a_shipment_are_unservable_together() -> None:
    problem = problem_of(
        {
            "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [5], "max_tasks": 1}],
            "shipments": [
                {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 2, "location_index": 2}}
            ],
            "matrices": {"car": {"durations": CELLS}},
        }
    )
    assert set(unservable(model_of(problem))) == {0, 1}


ROUNDABOUT = [[0, 100, 300], [100, 0, 100], [300, 100, 0]]
"""The way to the farthest place is shorter by the place between."""


@pytest.mark.parametrize(
    "vehicle", [{"max_distance": 400}, {"max_travel_time": 400}, {"time_window": [0, 400]}]
)
def test_a_task_is_servable_if_a_detour_keeps_the_limit(vehicle: dict[str, Any]) -> None:
    assert impossible(vehicle, cells=ROUNDABOUT) == set()
    ((limit, most),) = vehicle.items()
    less = most - 1 if isinstance(most, int) else [0, most[1] - 1]
    assert impossible({limit: less}, cells=ROUNDABOUT) == {1}


def test_a_task_is_servable_if_a_detour_meets_its_window() -> None:
    assert impossible({}, cells=ROUNDABOUT, time_windows=[[0, 200]]) == set()
    assert impossible({}, cells=ROUNDABOUT, time_windows=[[0, 199]]) == {1}


def test_a_task_is_servable_if_it_needs_no_setup_after_another_at_its_place() -> None:
    late = {"time_window": [0, 410]}
    assert impossible(late, location_index=2, setup=20) == {1}
    assert impossible(late, location_index=2, setup=20, first={"location_index": 2}) == set()


def test_detours_are_not_considered_for_vehicles_with_reloads_or_a_shift() -> None:
    assert impossible({"time_window": [0, 400], "shift_duration": 900}, cells=ROUNDABOUT) == {1}


def test_detours_are_considered_for_shipments_too() -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "max_distance": 400}],
        "shipments": [{"pickup": {"id": 1, "location_index": 2}, "delivery": {"id": 1, "location_index": 1}}],
        "matrices": {"car": {"durations": ROUNDABOUT, "distances": ROUNDABOUT}},
    }
    assert set(unservable(model_of(problem_of(body)))) == set()


def test_detours_are_not_considered_in_very_large_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milkrun_solver.feasibility.detours.MOST_ROWS", 2)
    assert impossible({"max_distance": 400}, cells=ROUNDABOUT) == {1}


def from_many_homes(homes: int, tasks: int, late: int) -> Model:
    """Vehicles with a home each; `late` of the tasks are too far from every home for their windows."""
    places = random.Random(1)
    home = [[places.random(), 50] for _ in range(homes)]
    return model_of(
        problem_of(
            {
                "vehicles": [
                    {"id": n, "start": at, "end": at, "time_window": [0, 90_000]} for n, at in enumerate(home)
                ],
                "jobs": [
                    {"id": n, "location": [places.random(), 51], "time_windows": [[0, closing]]}
                    for n, closing in enumerate([60] * late + [90_000] * (tasks - late))
                ],
            }
        )
    )


def test_all_homes_are_examined_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """One at a time, hundreds of them would take longer than a short search."""
    looked: list[int] = []
    shortest = detours._shortest

    def counted(cells: Cells, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        looked.append(len(rows))
        return shortest(cells, rows)

    monkeypatch.setattr(detours, "_shortest", counted)
    assert set(unservable(from_many_homes(homes=40, tasks=30, late=20))) == set(range(20))
    assert looked == [40, 40]


def test_a_home_near_a_task_helps_only_its_own_vehicle() -> None:
    """The vehicle with the skill lives too far away; the vehicle that lives near the task lacks the skill."""
    body = {
        "vehicles": [
            {"id": 1, "start_index": 0, "end_index": 0, "max_travel_time": 399, "skills": [1]},
            {"id": 2, "start_index": 1, "end_index": 1},
        ],
        "jobs": [{"id": 1, "location_index": 2, "skills": [1]}, {"id": 2, "location_index": 1}],
        "matrices": {"car": {"durations": ROUNDABOUT}},
    }
    assert set(unservable(model_of(problem_of(body)))) == {0}


def test_a_task_counts_as_servable_if_there_is_no_time_to_examine_it(monkeypatch: pytest.MonkeyPatch) -> None:
    late = {"time_window": [0, 410]}
    assert impossible(late, location_index=2, setup=20) == {1}
    monkeypatch.setattr(detours, "MOST_WORK", 0)
    assert impossible(late, location_index=2, setup=20) == set()


def by_passes(cells: Cells, row: int) -> npt.NDArray[np.int64]:
    """The shortest ways from a row, allowing one more place between in each pass."""
    ways: npt.NDArray[np.int64] = cells[row].astype(np.int64)
    ways[row] = 0
    for _ in range(len(cells)):
        ways = np.minimum(ways, (ways[:, None] + cells).min(axis=0))
    return ways


@pytest.mark.parametrize("seed", range(10))
def test_each_way_is_the_shortest_from_the_nearest_of_several_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 2**31, (12, 12)).astype(np.uint32) >> rng.integers(0, 25, (12, 12)).astype(
        np.uint32
    )
    several = np.array([1, 4, 7])
    found = detours._shortest(cells, several)
    assert found.tolist() == np.min([by_passes(cells, row) for row in several.tolist()], axis=0).tolist()
