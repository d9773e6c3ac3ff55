import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import pytest

from tests.nonempty import nonempty
from tests.solver.exhaustive.time_of_day import arrival

Leg = tuple[list[int], list[int]]


def legs() -> Iterator[Leg]:
    """Slots of a few seconds each, and what the leg takes in each of them."""
    rng = random.Random(1)
    for _ in range(300):
        borders = [0, *sorted(rng.sample(range(1, 60), rng.randint(1, 5)))]
        yield borders, [rng.choice((0, 1, rng.randint(1, 40), rng.randint(1, 90))) for _ in borders]


def exact(borders: list[int], paces: list[int], leaves: int) -> Fraction:
    """Without rounding: each second in slot `k` travels a share of `1 / paces[k]` of the leg."""
    share, now = Fraction(1), Fraction(leaves)
    for number in range(sum(border <= leaves for border in borders) - 1, len(borders)):
        takes = share * paces[number]
        end = borders[number + 1] if number + 1 < len(borders) else None
        if end is None or now + takes <= end:
            return now + takes
        share -= (end - now) / paces[number]
        now = Fraction(end)
    raise AssertionError("the last slot has no end")


def test_nobody_arrives_earlier_by_leaving_later() -> None:
    for borders, paces in nonempty(legs()):
        arrivals = [arrival(borders, paces, leaves) for leaves in range(80)]
        assert arrivals == sorted(arrivals)


def test_a_trip_within_a_slot_takes_what_the_slot_says() -> None:
    assert [arrival([0, 100], [30, 50], leaves) for leaves in (0, 70, 100, 500)] == [30, 100, 150, 550]


def test_a_border_changes_the_pace_of_what_is_left() -> None:
    assert arrival([0, 100], [30, 50], 85) == 100 + 25
    assert arrival([0, 100], [30, 50], 71) == 100 + 2  # 5 / 3 s are left, and rounded up
    assert arrival([0, 100, 110], [40, 20, 80], 80) == 100 + 10
    assert arrival([0, 100, 105], [40, 20, 80], 80) == 105 + 20


def test_rounding_adds_less_than_a_second_at_each_border() -> None:
    for borders, paces in nonempty(legs()):
        for leaves in range(0, 80, 7):
            least = exact(borders, paces, leaves)
            # A second in one slot may be several in the next.
            ratios = [Fraction(b, a) for a, b in pairwise(paces) if a]
            most, factor = Fraction(0), Fraction(1)
            for ratio in reversed(ratios):
                factor = max(Fraction(1), factor * max(Fraction(1), ratio))
                most += factor
            assert least <= arrival(borders, paces, leaves) <= least + most


@pytest.mark.parametrize("paces", [[30, 0], [0, 30]])
def test_a_leg_that_takes_no_time_in_a_slot_ends_there(paces: list[int]) -> None:
    assert arrival([0, 100], paces, 90) == (100 if paces[0] else 90)
