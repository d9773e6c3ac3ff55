"""Tasks that may be served between others, where no vehicle can serve them on a route of their own."""

import random
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from milkrun_solver.feasibility import detours
from milkrun_solver.feasibility.detours import Detours
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.model.travel import NO_WAY, Cells
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

ROUNDABOUT = [[0, 100, 300], [100, 0, 100], [300, 100, 0]]
"""From place 0 to place 2 it is shorter by way of place 1: 200 instead of 300."""


def model(
    *vehicles: dict[str, Any], near: dict[str, Any] | None = None, closed: bool = False, **far: Any
) -> Model:
    """Vehicles at place 0, a job at place 1 and one at place 2; closed: no direct way leads to place 2."""
    cells = [list(row) for row in ROUNDABOUT]
    if closed:
        cells[0][2] = NO_WAY
    return model_of(
        problem_of(
            {
                "vehicles": [
                    {"id": number, "start_index": 0, "end_index": 0, **vehicle}
                    for number, vehicle in enumerate(vehicles)
                ],
                "jobs": [
                    {"id": 1, "location_index": 1, **(near or {})},
                    {"id": 2, "location_index": 2, **far},
                ],
                "matrices": {"car": {"durations": cells, "distances": cells}},
            }
        )
    )


def may_serve(asked: Model) -> bool:
    """Whether any vehicle may serve the job at place 2."""
    return Detours(asked, range(len(asked.vehicles))).may_serve([1])


@pytest.mark.parametrize("limit", ["max_distance", "max_travel_time", "time_window"])
@pytest.mark.parametrize("closed", [False, True])
def test_a_task_may_be_served_if_the_shortest_way_there_and_back_keeps_the_limit(
    limit: str, closed: bool
) -> None:
    for most, allowed in ((400, True), (399, False)):
        vehicle = {limit: [0, most] if limit == "time_window" else most}
        assert may_serve(model(vehicle, closed=closed)) == allowed


def test_a_detour_may_meet_a_window_that_the_direct_way_misses() -> None:
    assert may_serve(model({}, time_windows=[[0, 200]]))
    assert not may_serve(model({}, time_windows=[[0, 199]]))


def test_the_vehicle_starts_with_its_hours_and_with_the_goods() -> None:
    late: dict[str, Any] = {"time_windows": [[0, 250]]}
    assert may_serve(model({"time_window": [50, 900]}, **late))
    assert not may_serve(model({"time_window": [51, 900]}, **late))
    assert may_serve(model({}, **late, release_time=50))
    assert not may_serve(model({}, **late, release_time=51))


def test_the_vehicle_drives_at_its_own_speed() -> None:
    assert may_serve(model({"speed_factor": 0.5, "max_travel_time": 800}))
    assert not may_serve(model({"speed_factor": 0.5, "max_travel_time": 799}))


def test_service_takes_its_time_on_the_shortest_way_too() -> None:
    assert may_serve(model({"time_window": [0, 430]}, service=30))
    assert not may_serve(model({"time_window": [0, 429]}, service=30))


def test_a_task_needs_no_setup_after_another_at_its_place() -> None:
    late = {"time_window": [0, 400]}
    assert not may_serve(model(late, setup=1))
    assert may_serve(model(late, setup=1, near={"location_index": 2}))


def test_setup_and_service_take_their_time_one_after_the_other() -> None:
    assert may_serve(model({"time_window": [0, 450]}, setup=20, service=30))
    assert not may_serve(model({"time_window": [0, 449]}, setup=20, service=30))


def test_the_vehicle_waits_for_the_next_window() -> None:
    later = [[0, 10], [300, 900]]
    assert may_serve(model({"time_window": [0, 500]}, time_windows=later))
    assert not may_serve(model({"time_window": [0, 499]}, time_windows=later))


def test_an_open_end_is_no_leg() -> None:
    assert may_serve(model({"end_index": None, "max_distance": 200}))
    assert may_serve(model({"start_index": None, "max_distance": 200}))
    assert not may_serve(model({"end_index": None, "max_distance": 199}))


def test_both_ends_of_a_shipment_are_served_in_order() -> None:
    """From place 0 to place 2 on the shortest way, from there to place 1, and home."""

    def may_serve_both(most: int) -> bool:
        ends = {"pickup": {"id": 1, "location_index": 2}, "delivery": {"id": 1, "location_index": 1}}
        body = {
            "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "max_distance": most}],
            "shipments": [ends],
            "matrices": {"car": {"durations": ROUNDABOUT, "distances": ROUNDABOUT}},
        }
        return Detours(model_of(problem_of(body)), [0]).may_serve([0, 1])

    assert may_serve_both(400)
    assert not may_serve_both(399)


def test_rules_that_need_no_journey_hold_on_every_way() -> None:
    assert not may_serve(model({"skills": [1]}, skills=[2]))


@pytest.mark.parametrize(
    "vehicle", [{"shift_duration": 900}, {"reloads": [{"id": 1, "location_index": 0}]}], ids=str
)
def test_detours_are_not_considered_for_vehicles_with_reloads_or_a_shift(vehicle: dict[str, Any]) -> None:
    assert may_serve(model({}))
    assert not may_serve(model(vehicle))


def test_only_the_given_vehicles_are_considered() -> None:
    asked = model({}, {"skills": [2]}, skills=[2])
    assert Detours(asked, [0, 1]).may_serve([1])
    assert not Detours(asked, [0]).may_serve([1])


@pytest.mark.parametrize("closed", [[(0, 2), (1, 2)], [(2, 0), (2, 1)]], ids=["into it", "out of it"])
def test_a_task_cannot_be_served_if_every_leg_to_it_or_from_it_is_closed(
    closed: list[tuple[int, int]],
) -> None:
    asked = model({})
    for leg in closed:
        asked.vehicles[0].travel.durations[leg] = NO_WAY
    assert not may_serve(asked)


def test_detours_are_not_considered_in_very_large_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detours, "MOST_ROWS", 3)
    assert may_serve(model({}))
    monkeypatch.setattr(detours, "MOST_ROWS", 2)
    assert not may_serve(model({}))


def test_detours_around_closed_legs_are_considered_in_matrices_of_any_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(detours, "MOST_ROWS", 2)
    assert may_serve(model({}, closed=True))


def test_a_home_near_a_task_helps_only_its_own_vehicle() -> None:
    """The vehicle with the skill lives too far away; the vehicle that lives near the task lacks the skill."""
    far, near = {"max_travel_time": 399, "skills": [1]}, {"start_index": 1, "end_index": 1}
    assert not may_serve(model(far, near, skills=[1]))


def test_a_task_counts_as_servable_if_there_is_no_time_to_examine_it(monkeypatch: pytest.MonkeyPatch) -> None:
    late = {"time_window": [0, 410]}
    assert not may_serve(model(late, setup=20))
    monkeypatch.setattr(detours, "MOST_WORK", 0)
    assert may_serve(model(late, setup=20))


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
