"""Which kind of search to go on with: what each has gained a second lately."""

import random
from collections.abc import Sequence
from typing import Generic, TypeVar

EXPLORE = 5
"""Every so many turns a kind that has paid less gets another try: the more it has paid, the likelier."""
LEAST_WEIGHT = 0.1
"""What a kind counts at least then, of what the best one counts."""

Kind = TypeVar("Kind", bound=str)


class Payoff(Generic[Kind]):
    """What kinds of search have paid.

    Args:
        rng: Chooses who gets another try.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._pay: dict[Kind, float] = {}
        self._idle: set[Kind] = set()
        self._turns = 0

    def record(self, kind: Kind, pay: float) -> None:
        """A kind has paid so much a second.

        All pay less as time goes by, so a decline of one is taken for a third of a decline of the others.
        """
        (self._idle.discard if pay else self._idle.add)(kind)
        before = self._pay.get(kind, pay)
        decline = min(1.0, pay / before) if before else 1.0
        for other in self._pay:
            self._pay[other] *= (2 + decline) / 3
        self._pay[kind] = (before + pay) / 2

    def choose(self, kinds: Sequence[Kind]) -> tuple[Kind, bool]:
        """The kind to go on with, and whether it is a trial: of one untried, or of one that has paid less.

        One whose last turn gained nothing gives way to those that gained; where none did, chance decides.
        """
        self._turns += 1
        untried = [kind for kind in kinds if kind not in self._pay]
        if untried:
            return untried[0], len(kinds) > 1
        paying = [kind for kind in kinds if kind not in self._idle]
        if not paying:
            return self._rng.choice(kinds), False
        best = max(paying, key=lambda kind: self._pay[kind])
        others = [kind for kind in kinds if kind != best]
        if not others or self._turns % EXPLORE:
            return best, False
        least = LEAST_WEIGHT * self._pay[best]
        return self._rng.choices(others, [max(least, self._pay[kind]) for kind in others])[0], True
