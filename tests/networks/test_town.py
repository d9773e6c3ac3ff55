"""The generated town."""

import numpy as np
import pytest

from milkrun_solver.roads.compiled import CompiledNetwork
from networks.town import CENTRE, town


@pytest.fixture(scope="module")
def some_town() -> CompiledNetwork:
    return town(7)


def test_the_same_seed_gives_the_same_town(some_town: CompiledNetwork) -> None:
    assert town(7).to_bytes() == some_town.to_bytes()
    assert town(8).to_bytes() != some_town.to_bytes()


def test_it_has_some_thousand_junctions_around_the_centre(some_town: CompiledNetwork) -> None:
    some_town.check()
    assert 2_000 < len(some_town.longitude) < 4_000
    assert abs(some_town.longitude - CENTRE[0]).max() < 0.06
    assert abs(some_town.latitude - CENTRE[1]).max() < 0.04


def test_streets_are_of_several_speeds_and_some_are_one_way(some_town: CompiledNetwork) -> None:
    seconds = some_town.seconds["car"]
    is_open = np.isfinite(seconds)
    kmh = some_town.metres[is_open] / seconds[is_open] * 3.6
    assert {15, 30, 45, 50, 70, 90} <= set(kmh.round(3).tolist())
    tails = np.repeat(np.arange(len(some_town.longitude)), np.diff(some_town.first_road))
    pairs = set(zip(tails[is_open].tolist(), some_town.target[is_open].tolist(), strict=True))
    assert sum((head, tail) not in pairs for tail, head in pairs) > 200
