"""Adaptive operator selection: chooses the next operator by what each has gained per second lately.

S. Ropke and D. Pisinger, "An adaptive large neighborhood search heuristic for the pickup and delivery problem
with time windows", Transportation Science 40 (2006). They draw each operator at random, weighted by its past
success. Here the operator with the largest gain per second continues, and every few turns another gets a
trial.
"""

import random
from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

EXPLORE = 5
"""One turn in this many is a trial of an operator that has gained less. Operators with larger gains are more
likely to get it."""
LEAST_WEIGHT = 0.1
"""Lowest weight of an operator in the choice for a trial, as a share of the best operator's gain."""

T = TypeVar("T", bound=Hashable)


class OperatorSelection(Generic[T]):
    """Remembers what operators have gained.

    Args:
        rng: Chooses which operator gets a trial.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._gain: dict[T, float] = {}
        self._gained_nothing: set[T] = set()
        self._turns = 0

    def record(self, operator: T, gain: float) -> None:
        """Records an operator's gain per second in its last turn.

        All gains shrink as a search proceeds, so the others also lose a third of this operator's decline.
        """
        (self._gained_nothing.discard if gain else self._gained_nothing.add)(operator)
        before = self._gain.get(operator, gain)
        decline = min(1.0, gain / before) if before else 1.0
        for other in self._gain:
            self._gain[other] *= (2 + decline) / 3
        self._gain[operator] = (before + gain) / 2

    def choose(self, operators: Sequence[T]) -> tuple[T, bool]:
        """Chooses the operator of the next turn.

        An operator whose last turn gained nothing gives way to those that gained. If none did, the choice is
        random.

        Returns:
            The operator, and whether the turn is a trial of a new operator or of one that has gained less.
        """
        self._turns += 1
        untried = [operator for operator in operators if operator not in self._gain]
        if untried:
            return untried[0], len(operators) > 1
        gaining = [operator for operator in operators if operator not in self._gained_nothing]
        if not gaining:
            return self._rng.choice(operators), False
        best = max(gaining, key=lambda operator: self._gain[operator])
        others = [operator for operator in operators if operator != best]
        if not others or self._turns % EXPLORE:
            return best, False
        least = LEAST_WEIGHT * self._gain[best]
        return self._rng.choices(others, [max(least, self._gain[operator]) for operator in others])[0], True
