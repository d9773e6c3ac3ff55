from typing import Any

import numpy as np

from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.engines.sisr.clock import Clock
from milkrun_solver.engines.sisr.kinds import kinds_of
from milkrun_solver.engines.sisr.matrices import Matrices, matrix_bytes
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import COST_UNIT
from tests.solver.engines.sisr.cases import stops
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


def matrices_of(model: Model) -> Matrices:
    kinds, _ = kinds_of(model)
    return Matrices(kinds, Places(model), Clock(model.vehicles), [])


def with_matrix(matrix: dict[str, Any], **vehicle: Any) -> Model:
    return model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
                "jobs": [{"id": 1, "location_index": 1}],
                "matrices": {"car": matrix},
            }
        )
    )


def test_costs_are_counted_in_the_largest_unit_in_which_they_are_whole() -> None:
    model = with_matrix({"durations": [[0, 4], [6, 0]]})
    matrices = matrices_of(model)
    assert matrices.scale == 2 * COST_UNIT  # an hour costs 3,600, so a second costs one
    assert np.array_equal(matrices.arrays()["costs"], [[[0, 2], [3, 0]]])
    assert matrices.cost(10 * COST_UNIT) == 5


def test_costs_that_would_not_fit_are_rounded() -> None:
    costs = [[0, 3 * 2**28], [5, 0]]
    matrices = matrices_of(with_matrix({"durations": [[0, 1], [1, 0]], "costs": costs}))
    assert np.array_equal(matrices.arrays()["costs"], [[[0, 2**29], [3, 0]]])


def test_closed_legs_never_end() -> None:
    matrix = {"durations": [[0, 9], [9, 0]], "costs": [[0, 2**30], [1, 0]]}
    arrays = matrices_of(with_matrix(matrix)).arrays()
    assert np.array_equal(arrays["durations"], [[[0, NEVER], [9, 0]]])
    assert np.array_equal(np.asarray(arrays["costs"]) == NEVER, [[[False, True], [False, False]]])


def test_distances_are_given_if_a_vehicle_has_a_limit() -> None:
    matrix = {"durations": [[0, 9], [9, 0]], "distances": [[0, 7], [8, 0]]}
    assert not np.size(matrices_of(with_matrix(matrix)).arrays()["distances"])
    limited = matrices_of(with_matrix(matrix, max_distance=20)).arrays()["distances"]
    assert np.array_equal(limited, [[[0, 7], [8, 0]]])


def test_slots_begin_where_the_search_begins_to_count() -> None:
    durations = [[0, 9], [9, 0]]
    slots = [{"start": 150, "durations": durations}, {"start": 400, "durations": durations}]
    model = with_matrix({"durations": durations, "slots": slots}, time_window=[100, 900])
    arrays = matrices_of(model).arrays()
    assert (np.asarray(arrays["slot_begin"]).tolist(), arrays["slot_start"]) == ([0, 3], [0, 50, 300])


def test_the_size_of_matrices_counts_places_and_ways_of_travelling() -> None:
    places = 2  # the third one is not used
    assert matrix_bytes(stops()) == 16 * (places + 1) ** 2  # and nowhere, where routes end
    assert matrix_bytes(stops(speed_factor=2.0)) == 2 * 16 * (places + 1) ** 2
