"""The evaluation of routes, compared with calculations by hand and with published solutions."""

from pathlib import Path

import pytest

from bench.solver.evaluator import BrokenRuleError, check_convention, evaluate
from bench.solver.generated import write_instance
from bench.solver.instances import BestKnown, Instance, instance_paths, read_best_known, read_instance
from tests.nonempty import nonempty


def test_every_published_solution_has_the_cost_that_it_states(vrp_data: Path) -> None:
    for path in nonempty(instance_paths(vrp_data)):
        instance, best_known = read_instance(path), read_best_known(path)
        assert best_known is not None
        assert evaluate(instance, best_known.routes) / instance.scale == best_known.cost


def test_the_cost_is_the_sum_of_distances_there_and_back(capacity: Instance) -> None:
    assert evaluate(capacity, [[1, 2], [3]]) == (5 + 4 + 1) + (9 + 9)


def test_routes_without_customers_do_not_count(windows: Instance) -> None:
    assert evaluate(windows, [[], [1, 2], [], [3]]) == (50 + 36 + 14) + (90 + 90)


@pytest.mark.parametrize(
    ("routes", "complaint"),
    [
        ([[1, 2]], "2 visits"),
        ([[1, 2], [3, 3]], "4 visits"),
        ([[1, 2], [0]], "3 visits"),
        ([[1, 2], [4]], "3 visits"),
        ([[1], [2], [3]], "3 routes for 2 vehicles"),
        ([[1, 2, 3]], "a load of 14"),
        ([[1], [3, 2]], None),
        ([[2, 1], [3]], "at 1 at 286, after 80"),
        ([[1], [2, 3]], "at 3 at 330, after 300"),
    ],
)
def test_every_rule_is_checked(windows: Instance, routes: list[list[int]], complaint: str | None) -> None:
    if complaint is None:
        assert evaluate(windows, routes) == 50 + 50 + 90 + 80 + 14
    else:
        with pytest.raises(BrokenRuleError, match=complaint):
            evaluate(windows, routes)


def test_a_vehicle_must_be_back_in_time(windows: Instance) -> None:
    assert windows.windows is not None
    windows.windows[0] = (0, 263)
    with pytest.raises(BrokenRuleError, match="at 0 at 264, after 263"):
        evaluate(windows, [[1, 2], [3]])


def test_every_customer_of_a_generated_instance_can_be_visited_alone(tmp_path: Path) -> None:
    instance = read_instance(write_instance(tmp_path, 40, timed=True))
    assert evaluate(instance, [[row] for row in range(1, 41)]) == 2 * int(instance.distances[0].sum())


@pytest.mark.parametrize("cost", [28.1, 27.9, 280])
def test_a_published_cost_in_another_convention_is_refused(windows: Instance, cost: float) -> None:
    check_convention(windows, BestKnown(28.0, [[1, 2], [3]]))
    with pytest.raises(BrokenRuleError, match="its routes 28"):
        check_convention(windows, BestKnown(cost, [[1, 2], [3]]))
