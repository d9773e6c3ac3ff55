import tracemalloc

import numpy as np
import pytest

from milkrun_solver.engines.grids import grid
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.pyvrp.fleet import Fleet
from milkrun_solver.model.problem import Model
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


def whole(terms: list[tuple[np.ndarray, int]], rows: list[int | None]) -> np.ndarray:
    """The same matrix computed cell by cell."""
    return np.array(
        [
            [
                0 if origin is None or target is None else sum(int(m[origin, target]) * k for m, k in terms)
                for target in rows
            ]
            for origin in rows
        ]
    )


def test_a_grid_made_in_blocks_is_the_sum_of_its_matrices() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.integers(0, 2**32, (2, 400, 400), dtype=np.uint32)
    rows: list[int | None] = [int(row) for row in rng.integers(0, 400, 300)]
    rows[17] = rows[280] = None
    terms = [(first, 100), (second, 360_000)]
    assert np.array_equal(grid(terms, rows), whole(terms, rows))


def test_a_missing_matrix_is_an_error() -> None:
    with pytest.raises(ValueError, match="lacks"):
        grid([(None, 1)], [0, 1])


def test_a_part_of_a_large_matrix_needs_memory_only_for_the_part() -> None:
    cells = np.broadcast_to(np.uint32(5), (20_000, 20_000))
    rows: list[int | None] = list(range(0, 20_000, 200))
    tracemalloc.start()
    try:
        grid([(cells, 1)], rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 8 * len(rows) ** 2


def some_jobs(**vehicle: object) -> Model:
    jobs = [{"id": n, "location": [2 + n / 100, 48.0], "service": 60} for n in range(5)]
    return model_of(problem_of({"vehicles": [{"id": 1, "start": [2.0, 48.1], **vehicle}], "jobs": jobs}))


def test_costs_proportional_to_time_share_the_grid_of_times() -> None:
    [distance], [duration] = Encoding(some_jobs()).fleet.matrices
    assert distance is duration


def test_costs_of_work_get_a_grid_of_their_own() -> None:
    jobs = [{"id": n, "location": [2 + n / 100, 48.0], "service": 60} for n in range(5)]
    vehicles = [
        {"id": n, "start": [2.0, 48.1], "costs": {"per_task_hour": rate}} for n, rate in enumerate((0, 3_600))
    ]
    model = model_of(problem_of({"vehicles": vehicles, "jobs": jobs}))
    distances, durations = Fleet(model, list(range(5))).matrices
    for distance, duration in zip(distances, durations, strict=True):
        assert not np.shares_memory(distance, duration)
    assert not np.array_equal(distances[1], durations[1])
