import numpy as np
import pytest

from milkrun_solver.roads.trees import Trees

BEFORE = np.array([[-1, 0, 1, 1, 3, -1], [1, -1, 1, 2, 3, 4]], dtype=np.int32)
"""Two trees over six junctions: 0 → 1, 1 → 2, 1 → 3 → 4, and 1 → 0, 1 → 2 → 3 → 4 → 5."""
SIZE = BEFORE.shape[1]


def trees(*ends: tuple[int, int]) -> Trees:
    return Trees(BEFORE, np.array([row * SIZE + junction for row, junction in ends]))


def ways(found: Trees) -> list[list[tuple[int, int]]]:
    """The chains as pairs of junctions."""
    links = list(zip(*(side.tolist() for side in found.links()), strict=True))
    return [[links[number] for number in chain] for chain in found.chains()]


def test_a_chain_leads_from_the_root_to_its_end() -> None:
    found = trees((0, 4), (1, 3), (0, 2))
    assert ways(found) == [[(0, 1), (1, 3), (3, 4)], [(1, 2), (2, 3)], [(0, 1), (1, 2)]]


def test_a_link_that_paths_share_is_kept_once() -> None:
    tails, heads = trees((0, 4), (0, 2)).links()
    assert sorted(zip(tails.tolist(), heads.tolist(), strict=True)) == [(0, 1), (1, 2), (1, 3), (3, 4)]


def test_links_that_no_path_needs_are_left_out() -> None:
    tails, _ = trees((1, 0)).links()
    assert tails.tolist() == [1]


@pytest.mark.parametrize("end", [(0, 0), (0, 5), (1, 1)], ids=["the root", "cut off", "another root"])
def test_the_path_to_the_root_or_to_an_unreachable_junction_is_empty(end: tuple[int, int]) -> None:
    found = trees(end, (1, 5))
    assert ways(found)[0] == []
    assert found.sums(np.full(4, 9.0)).tolist() == [0, 36]


def test_each_chain_sums_its_links() -> None:
    found = trees((0, 4), (1, 5), (0, 1), (1, 2))
    tails, _ = found.links()
    values = np.random.default_rng(1).integers(1, 100, len(tails)).astype(float)
    assert found.sums(values).tolist() == [values[chain].sum() for chain in found.chains()]
