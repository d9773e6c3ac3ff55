from typing import Any

import numpy as np

from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.engines.sisr.clock import Clock
from milkrun_solver.engines.sisr.kinds import kinds_of
from milkrun_solver.engines.sisr.matrices import Matrices, matrix_bytes
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.engines.sisr.scale import Scale
from milkrun_solver.model.problem import Model
from tests.solver.engines.sisr.cases import stops, with_matrix


def arrays_of(model: Model) -> dict[str, Any]:
    (kinds, _), clock = kinds_of(model), Clock(model.vehicles)
    matrices = Matrices(kinds, Places(model), clock)
    return {**matrices.arrays(Scale(model, kinds, clock.unit, matrices.costs, matrices.cost_unit, [0]))}


def test_closed_legs_never_end() -> None:
    matrix = {"durations": [[0, 9], [9, 0]], "costs": [[0, 2**30], [1, 0]]}
    arrays = arrays_of(with_matrix(matrix))
    assert np.array_equal(arrays["durations"], [[[0, NEVER], [9, 0]]])
    assert np.array_equal(np.array(arrays["costs"]) == NEVER, [[[False, True], [False, False]]])


def test_distances_are_given_if_a_vehicle_has_a_limit() -> None:
    matrix = {"durations": [[0, 9], [9, 0]], "distances": [[0, 7], [8, 0]]}
    assert not np.size(arrays_of(with_matrix(matrix))["distances"])
    limited = arrays_of(with_matrix(matrix, max_distance=20))["distances"]
    assert np.array_equal(limited, [[[0, 7], [8, 0]]])


def test_slots_begin_where_the_search_begins_to_count() -> None:
    durations = [[0, 9], [9, 0]]
    slots = [{"start": 150, "durations": durations}, {"start": 400, "durations": durations}]
    model = with_matrix({"durations": durations, "slots": slots}, time_window=[100, 900])
    arrays = arrays_of(model)
    assert (arrays["slot_begin"].tolist(), arrays["slot_start"]) == ([0, 3], [0, 50, 300])


def test_the_size_of_matrices_counts_places_and_ways_of_travelling() -> None:
    places = 2  # the third one is not used
    assert matrix_bytes(stops()) == 16 * (places + 1) ** 2  # and nowhere, where routes end
    assert matrix_bytes(stops(speed_factor=2.0)) == 2 * 16 * (places + 1) ** 2
