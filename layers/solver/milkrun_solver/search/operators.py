"""The operators of a search: an engine on a neighbourhood."""

from collections.abc import Iterable
from typing import NamedTuple

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.protocol import Neighbourhood

ANNEALED: tuple[Neighbourhood, ...] = ("parts", "whole")
"""Neighbourhoods that are searched by annealing: a round may end with a worse plan than it began with."""


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
        operators: All of them, those of the preferred engine first.
    """

    def __init__(self, operators: Iterable[Operator]) -> None:
        self._all = list(operators)

    @property
    def whole(self) -> Operator | None:
        """The operator that searches the whole problem, even from nothing; None if there is none."""
        return next(iter(self.on("whole")), None)

    @property
    def only_subproblems(self) -> bool:
        """Whether all operators solve subproblems, so that rounds need not end for another one."""
        return all(operator.neighbourhood == "subproblems" for operator in self._all)

    def on(self, neighbourhood: Neighbourhood) -> list[Operator]:
        """The operators on a neighbourhood."""
        return [operator for operator in self._all if operator.neighbourhood == neighbourhood]

    def drop(self, engine: EngineName) -> bool:
        """Drops the operators of an engine, unless it is the last one; returns whether it did."""
        others = [operator for operator in self._all if operator.engine != engine]
        self._all = others or self._all
        return bool(others)
