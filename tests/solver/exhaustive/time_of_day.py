"""Travel by the time of day: when a vehicle arrives that leaves at a given second."""

from collections.abc import Sequence

from milkrun.schema.matrices import Matrix
from tests.solver.exhaustive.facts import NO_WAY


class Clock:
    """The legs of one profile.

    Attributes:
        borders: When each slot begins, from 0 on.
    """

    def __init__(self, matrix: Matrix) -> None:
        given = [(0, matrix.durations), *((slot.start, slot.durations) for slot in matrix.slots)]
        self.borders = [start for start, _ in given]
        self._cells = [cells for _, cells in given]

    @property
    def longest(self) -> int:
        """The longest leg that is open, at the slowest pace."""
        return max(cell for cells in self._cells for row in cells for cell in row if cell < NO_WAY)

    def arrival(self, leg: tuple[int, int] | None, leaves: int) -> int:
        """When a vehicle arrives that leaves at a second, without a break on the way."""
        if leg is None:
            return leaves
        paces = [cells[leg[0]][leg[1]] for cells in self._cells]
        return arrival(self.borders, paces, leaves)


def arrival(borders: Sequence[int], paces: Sequence[int], leaves: int) -> int:
    """The same for one leg, which takes `paces[k]` seconds in slot `k`."""
    number = sum(border <= leaves for border in borders) - 1
    return _arrival([*borders[number + 1 :], None], paces[number:], leaves, paces[number])


def _arrival(ends: Sequence[int | None], paces: Sequence[int], now: int, to_go: int) -> int:
    """Goes on from a second in the first of these slots, with so many seconds to go at its pace."""
    end = ends[0]
    if end is None or now + to_go <= end:
        return now + to_go
    here, there = paces[0], paces[1]
    left, rest = divmod((to_go - (end - now)) * there, here)
    return _arrival(ends[1:], paces[1:], end, left + (rest > 0))
