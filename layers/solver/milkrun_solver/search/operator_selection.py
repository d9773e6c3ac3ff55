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

    def knows(self, operator: T) -> bool:
        """Whether an operator has been tried."""
        return operator in self._gain

    def choose(self, operators: Sequence[T]) -> tuple[T, bool]:
        """Chooses the operator of the next turn.

        An operator whose last turn gained nothing gives way to those that gained. If none did, the choice is
        random.

        Returns:
            The operator, and whether the turn is a trial of a new operator or of one that has gained less.
        """
        self._turns += 1
        if self._untried(operators):
            return self.trial(operators), len(operators) > 1
        best = self.best(operators)
        others = [operator for operator in operators if operator != best]
        if not others or self._turns % EXPLORE or best in self._gained_nothing:
            return best, False
        return self.trial(others, self._gain[best]), True

    def best(self, operators: Sequence[T]) -> T:
        """The operator that gains the most, of those that were tried; any of them if none gains."""
        tried = [operator for operator in operators if operator in self._gain]
        gaining = [operator for operator in tried if operator not in self._gained_nothing]
        if not gaining:
            return self._rng.choice(tried)
        return max(gaining, key=lambda operator: self._gain[operator])

    def trial(self, operators: Sequence[T], most: float = 0.0) -> T:
        """An operator for a trial: the first new one, or else one that is more likely the more it gained.

        Args:
            most: What the best of all operators gains.
        """
        untried = self._untried(operators)
        if untried:
            return untried[0]
        most = max(most, *(self._gain[operator] for operator in operators)) or 1.0
        weights = [max(LEAST_WEIGHT * most, self._gain[operator]) for operator in operators]
        return self._rng.choices(operators, weights)[0]

    def _untried(self, operators: Sequence[T]) -> list[T]:
        return [operator for operator in operators if operator not in self._gain]
