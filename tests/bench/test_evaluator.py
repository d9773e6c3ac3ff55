"""The evaluation of routes, compared with calculations by hand and with published solutions."""

from pathlib import Path

import pytest

from bench.solver.evaluator import BrokenRuleError, check_convention, evaluate
from bench.solver.generated import write_instance
from bench.solver.instances import BestKnown, Instance, instance_paths, read_best_known, read_instance
from tests.nonempty import nonempty


@pytest.mark.parametrize("folder", ["vrp", "vrp-variants"])
def test_every_published_solution_has_the_cost_that_it_states(vrp_data: Path, folder: str) -> None:
    """Costs of fleets are stated to two decimals."""
    if not (vrp_data.parent / folder).is_dir():
        pytest.skip(f"no instances in {vrp_data.parent / folder}")
    for path in nonempty(instance_paths(vrp_data.parent / folder)):
        instance, best_known = read_instance(path), read_best_known(path)
        assert best_known is not None
        found = evaluate(instance, best_known.routes) / instance.scale
        assert (round(found, 2) if "kinds" in instance.features else found) == best_known.cost


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


def test_each_vehicle_has_its_depot_and_its_costs(depots: Instance) -> None:
    assert evaluate(depots, [[2], [], [3]]) == 7_000 + 2 * 5_000 + 3 * 2 * 2_000


@pytest.mark.parametrize(
    ("routes", "complaint"),
    [
        ([[3], [2]], "3 is not for this vehicle"),
        ([[2], [3], [], []], "4 routes for 3 vehicles"),
        ([[2], [3], [0]], "3 visits"),
        ([[2], [3, 1]], "3 visits"),
    ],
)
def test_the_rules_of_fleets_are_checked(depots: Instance, routes: list[list[int]], complaint: str) -> None:
    with pytest.raises(BrokenRuleError, match=complaint):
        evaluate(depots, routes)


def test_a_route_may_not_last_too_long(depots: Instance) -> None:
    """A vehicle that leaves as late as it can need not wait."""
    assert depots.windows is not None
    depots.windows[2] = (20_000, 20_000)
    evaluate(depots, [[2], [3]])
    depots.service[2] += 1
    with pytest.raises(BrokenRuleError, match="a route of 11001 for at most 11000"):
        evaluate(depots, [[2], [3]])


def test_waiting_counts_as_duration(depots: Instance) -> None:
    assert depots.windows is not None
    depots.windows[2] = (20_000, 20_000)
    depots.windows[0] = (0, 14_999)
    with pytest.raises(BrokenRuleError, match="at 0 at 26000"):
        evaluate(depots, [[2], [3]])
    depots.windows[0] = (0, 90_000)
    depots.windows[3] = (60_000, 60_000)
    with pytest.raises(BrokenRuleError, match="a route of"):
        evaluate(depots, [[], [2, 3]])


def test_a_vehicle_reloads_between_its_trips(trips: Instance) -> None:
    assert evaluate(trips, [[1, 0, 2]]) == 50 + 50 + 14 + 14
    with pytest.raises(BrokenRuleError, match="a load of 10 in a vehicle for 6"):
        evaluate(trips, [[1, 2]])


def test_a_trip_begins_once_all_its_goods_are_ready(trips: Instance) -> None:
    """The goods of 2 are ready at 300, and 2 is 14 away."""
    assert trips.windows is not None
    trips.windows[2] = (0, 314)
    evaluate(trips, [[1, 0, 2]])
    trips.windows[2] = (0, 313)
    with pytest.raises(BrokenRuleError, match="at 2 at 314, after 313"):
        evaluate(trips, [[1, 0, 2]])


def test_only_some_vehicles_make_several_trips(windows: Instance) -> None:
    with pytest.raises(BrokenRuleError, match="4 visits"):
        evaluate(windows, [[1, 0, 2], [3]])


def test_every_customer_of_a_generated_instance_can_be_visited_alone(tmp_path: Path) -> None:
    instance = read_instance(write_instance(tmp_path, 40, timed=True))
    assert evaluate(instance, [[row] for row in range(1, 41)]) == 2 * int(instance.distances[0].sum())


@pytest.mark.parametrize("cost", [28.1, 27.9, 280])
def test_a_published_cost_in_another_convention_is_refused(windows: Instance, cost: float) -> None:
    check_convention(windows, BestKnown(28.0, [[1, 2], [3]]))
    with pytest.raises(BrokenRuleError, match="its routes 28"):
        check_convention(windows, BestKnown(cost, [[1, 2], [3]]))
