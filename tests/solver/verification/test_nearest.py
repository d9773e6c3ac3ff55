import numpy as np

from milkrun_solver.verification.nearest import Key, Nearest

PICKUP, DELIVERY = ("pickup", 1), ("delivery", 1)


def line(jobs: int) -> Nearest:
    """Jobs 1, 2, … on a line, and a shipment from the first to the second of them."""
    size = jobs + 1
    durations = np.array([[60 * abs(a - b) for b in range(size)] for a in range(size)], dtype=np.uint32)
    rows: dict[Key, int] = {("job", n): n for n in range(1, size)}
    rows |= {PICKUP: 1, DELIVERY: 2}
    return Nearest(durations, rows, {PICKUP: DELIVERY, DELIVERY: PICKUP})


def test_the_five_nearest_count_and_of_equally_near_ones_the_first() -> None:
    found = line(9).of(("job", 4))
    assert found == [("job", 3), ("job", 5), ("job", 2), ("job", 6), DELIVERY]


def test_a_shipment_s_other_end_does_not_count() -> None:
    nearest = line(9)
    assert DELIVERY not in nearest.of(PICKUP)
    assert PICKUP not in nearest.of(DELIVERY)
    assert PICKUP in nearest.of(("job", 1))


def test_few_tasks_have_few_neighbours() -> None:
    assert line(2).of(("job", 1)) == [PICKUP, ("job", 2), DELIVERY]
