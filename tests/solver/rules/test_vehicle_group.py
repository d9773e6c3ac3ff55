"""Many vehicles as arrays, and the legs of each of them to a task and home again."""

from typing import Any

import numpy as np

from milkrun_solver.model.problem import Model
from milkrun_solver.rules.vehicle_group import DIRECT, NEVER, LegLengths, TaskLegs, VehicleGroup
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

DURATIONS = [[0, 10, 20], [30, 0, 40], [50, 60, 0]]
DISTANCES = [[0, 1, 2], [3, 0, 4], [5, 6, 0]]


def model() -> Model:
    """From place 0 to place 1; open at the start, slowly; open at the end, from 7 on."""
    vehicles: list[dict[str, Any]] = [
        {"id": 1, "start_index": 0, "end_index": 1, "max_tasks": 3},
        {"id": 2, "end_index": 0, "speed_factor": 0.5, "type": "bike"},
        {"id": 3, "start_index": 1, "time_window": [7, 900]},
    ]
    ends = {"pickup": {"id": 1, "location_index": 2}, "delivery": {"id": 1, "location_index": 2}}
    return model_of(
        problem_of(
            {
                "vehicles": vehicles,
                "shipments": [ends],
                "jobs": [{"id": 1, "location_index": 2}],
                "matrices": {"car": {"durations": DURATIONS, "distances": DISTANCES}},
            }
        )
    )


def group() -> VehicleGroup:
    return VehicleGroup(model(), [2, 0, 1])


def legs(kind: str = "job", lengths: LegLengths = DIRECT) -> TaskLegs:
    task = next(task for task in model().tasks if task.kind == kind)
    return TaskLegs(group(), task, lengths)


def test_every_array_has_the_vehicles_in_the_order_of_their_numbers() -> None:
    vehicles = group()
    assert vehicles.numbers.tolist() == [2, 0, 1]
    assert [vehicle.source.id for vehicle in vehicles.vehicles] == [3, 1, 2]
    assert vehicles.starts.tolist() == [1, 0, -1]
    assert vehicles.ends.tolist() == [-1, 1, 0]
    assert vehicles.opening.tolist() == [700, 0, 0]
    assert vehicles.type_ranks.tolist() == [0, 0, 1]
    assert vehicles.reload.tolist() == [False, False, False]


def test_a_vehicle_without_a_limit_has_one_that_is_never_reached() -> None:
    found = group().limits(lambda vehicle: vehicle.source.max_tasks)
    assert found is not None
    assert found.tolist() == [NEVER, 3, NEVER]
    assert group().limits(lambda vehicle: vehicle.source.max_distance) is None


def test_a_limit_of_0_is_a_limit() -> None:
    found = group().limits(lambda _: 0)
    assert found is not None
    assert found.tolist() == [0, 0, 0]


def test_travel_times_are_in_each_vehicle_s_direction_and_at_its_speed() -> None:
    there, back = legs().travel_times
    assert there.tolist() == [4_000, 2_000, 0]
    assert back.tolist() == [0, 6_000, 10_000]


def test_metres_there_and_back_are_added() -> None:
    distances = model().vehicles[0].travel.distances
    assert distances is not None
    assert legs().metres(distances).tolist() == [4, 2 + 6, 5]


def test_a_vehicle_arrives_after_it_may_start() -> None:
    assert legs().arrival.tolist() == [4_700, 2_000, 0]


def test_nothing_is_known_of_the_way_on_from_a_pickup() -> None:
    there, back = legs("pickup").travel_times
    assert there.tolist() == [4_000, 2_000, 0]
    assert back.tolist() == [0, 0, 0]


def test_other_lengths_may_take_the_place_of_the_direct_ones() -> None:
    lengths = LegLengths(
        into=lambda _cells, starts, _row: np.full(len(starts), 1, dtype=np.int64),
        out=lambda _cells, _row, ends: np.full(len(ends), 2, dtype=np.int64),
    )
    there, back = legs(lengths=lengths).travel_times
    assert there.tolist() == [100, 100, 0]
    assert back.tolist() == [0, 200, 400]


def test_legs_of_many_years_add_up() -> None:
    """The cells have 32 bits."""
    cells = np.array([[0, 2**32 - 1], [2**32 - 1, 0]], dtype=np.uint32)
    rows = np.array([0], dtype=np.int64)
    there, back = DIRECT.into(cells, rows, 1), DIRECT.out(cells, 1, rows)
    assert (there + back).tolist() == [2 * (2**32 - 1)]
