import ctypes

import numpy as np

from milkrun_solver.engines.sisr.arrays import Arrays
from milkrun_solver.engines.sisr.encoding import Encoding
from tests.solver.engines.sisr.cases import stops


def values(arrays: Arrays, name: str, kind: type[np.generic]) -> list[int]:
    """What the library reads at an array's address."""
    array = getattr(arrays.struct, name)
    size = array.size * np.dtype(kind).itemsize
    read = (ctypes.c_char * size).from_address(array.data) if size else b""
    return [int(it) for it in np.frombuffer(read, dtype=kind)]


def test_the_library_reads_counts_and_flat_arrays() -> None:
    arrays = Encoding(stops()).arrays
    assert (arrays.struct.tasks, arrays.struct.vehicles, arrays.struct.kinds) == (1, 2, 1)
    assert values(arrays, "kind_of", np.int32) == [0, 0]
    assert values(arrays, "allowed", np.uint8) == [1]
    assert values(arrays, "durations", np.int32) == [0, 9, 0, 9, 0, 0, 0, 0, 0]
    assert values(arrays, "kind_fixed_cost", np.int64) == [0]


def test_a_plan_has_room_for_all_tasks_breaks_and_reloads() -> None:
    assert Encoding(stops()).arrays.most_visits == 1 + 2 * (1 + 1) + 1  # and a reload before each task
