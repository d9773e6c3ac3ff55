import random

import numpy as np

from milkrun_solver.model.neighbours import NEAREST, neighbours
from tests.nonempty import nonempty

LINE = np.array([[abs(a - b) for b in range(9)] for a in range(9)], dtype=np.uint32)


def test_the_nearest_tasks_come_in_the_order_of_their_numbers() -> None:
    found = neighbours(LINE, [8, 0, 1, 2, 3, 4, 5], [None] * 7)
    assert found[1] == (2, 3, 4, 5, 6)
    assert found[0] == (2, 3, 4, 5, 6)


def test_of_equally_near_tasks_the_first_count() -> None:
    assert neighbours(LINE, [4] * 8, [None] * 8)[7] == (0, 1, 2, 3, 4)


def test_a_shipment_s_other_end_is_no_neighbour() -> None:
    assert neighbours(LINE, [0, 0, 5], [1, 0, None]) == [(2,), (2,), (0, 1)]


def test_a_task_alone_has_no_neighbours() -> None:
    assert neighbours(LINE, [3], [None]) == [()]


def test_times_count_from_the_task_to_its_neighbours() -> None:
    durations = np.array([[0, *range(1, 8)]] + [[9] * 8] * 7, dtype=np.uint32)
    assert neighbours(durations, list(range(8)), [None] * 8)[0] == (1, 2, 3, 4, 5)


def test_many_tasks_agree_with_a_sort() -> None:
    rng = random.Random(1)
    durations = np.array([[rng.randrange(12) for _ in range(40)] for _ in range(40)], dtype=np.uint32)
    places = [rng.randrange(40) for _ in range(60)]
    partners = [None if n >= 20 else n ^ 1 for n in range(60)]
    for number, found in nonempty(enumerate(neighbours(durations, places, partners))):
        others = [n for n in range(60) if n not in (number, partners[number])]
        others.sort(key=lambda n: int(durations[places[number], places[n]]))
        assert found == tuple(sorted(others[:NEAREST]))
