"""The operators of a search: what may be changed, and by which engine."""

from collections.abc import Iterable
from typing import NamedTuple

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.protocol import Neighbourhood

ANNEALED: tuple[Neighbourhood, ...] = ("parts", "whole")
"""What is searched at a temperature: a round may end at a worse plan than it began with."""


class Operator(NamedTuple):
    """A way to improve a plan."""

    neighbourhood: Neighbourhood
    engine: EngineName

    @property
    def is_annealed(self) -> bool:
        """Whether it may make a plan worse for a while."""
        return self.neighbourhood in ANNEALED


class Operators:
    """The operators that a search may choose from.

    Args:
        operators: All of them, the engine to prefer first.
    """

    def __init__(self, operators: Iterable[Operator]) -> None:
        self._all = list(operators)

    @property
    def whole(self) -> Operator | None:
        """What searches the whole problem, from nothing too; None where parts alone may be searched."""
        return next(iter(self.on("whole")), None)

    @property
    def only_subproblems(self) -> bool:
        """Whether nothing but subproblems may be solved, so that none waits for its turn."""
        return all(operator.neighbourhood == "subproblems" for operator in self._all)

    def on(self, neighbourhood: Neighbourhood) -> list[Operator]:
        """The operators on a neighbourhood."""
        return [operator for operator in self._all if operator.neighbourhood == neighbourhood]

    def drop(self, engine: EngineName) -> bool:
        """Gives up the operators of an engine; says whether it did. The last engine is not given up."""
        others = [operator for operator in self._all if operator.engine != engine]
        self._all = others or self._all
        return bool(others)
