import numpy as np
import pytest

from milkrun_solver.roads.graph import ProfileGraph
from milkrun_solver.roads.shapes import Shapes
from milkrun_solver.roads.ways import fastest_ways
from tests.solver.networks import line

NETWORK = line(6)
DEPOT = 2
LEGS = [(DEPOT, 0), (DEPOT, 5), (4, DEPOT), (5, DEPOT), (0, DEPOT), (1, 1), (3, 4)]
"""Many legs from the depot, many back to it, one without a way, and one between other stops."""


def junctions_along(legs: list[tuple[int, int]]) -> list[list[int]]:
    """The junctions along the fastest way of each leg."""
    graph = ProfileGraph(NETWORK, "car")
    seconds = np.array([50.0 * abs(origin - target) for origin, target in legs])
    ways = fastest_ways(graph, Shapes(NETWORK), np.array(legs, dtype=np.int32), seconds)
    return [np.rint((way[:, 0] - 7.40) / 0.005).astype(int).tolist() for way in ways]


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_each_leg_has_a_way_in_its_own_direction(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProfileGraph, "batch", batch)
    expected = [list(range(a, b + 1)) if a <= b else list(range(a, b - 1, -1)) for a, b in LEGS]
    assert junctions_along(LEGS) == expected


def test_no_search_goes_farther_than_its_longest_leg(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []
    trees = ProfileGraph.trees

    def noted(self: ProfileGraph, roots: np.ndarray, limit: float, backwards: bool = False) -> object:
        limits.append((roots.tolist(), limit, backwards))
        return trees(self, roots, limit, backwards)

    monkeypatch.setattr(ProfileGraph, "trees", noted)
    monkeypatch.setattr(ProfileGraph, "batch", 2)
    junctions_along([(0, 5), (0, 1), (3, 4), (1, 2)])
    assert limits == [([1, 3], 51, False), ([0], 251, False)]
