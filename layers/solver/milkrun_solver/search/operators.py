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
        leader: The engine whose annealing has the time that others do not earn; None if all are equal.
    """

    def __init__(self, operators: Iterable[Operator], leader: EngineName | None = None) -> None:
        self._all = list(operators)
        self._leader = leader

    @property
    def engine(self) -> EngineName:
        """The preferred engine of those that are left."""
        return self._all[0].engine

    @property
    def whole(self) -> Operator | None:
        """The operator that searches the whole problem, even from nothing; None if there is none."""
        return next(iter(self.on("whole")), None)

    @property
    def never_change(self) -> bool:
        """Whether all operators are on one neighbourhood that joins what it finds, or there is only one: then
        rounds need not end for another one."""
        return len(self._all) == 1 or all(it.neighbourhood == "subproblems" for it in self._all)

    def leading(self, operators: Iterable[Operator]) -> Operator | None:
        """The annealing of the leader among these operators; None if no engine leads."""
        return next((it for it in operators if it.engine == self._leader and it.is_annealed), None)

    def on(self, neighbourhood: Neighbourhood) -> list[Operator]:
        """The operators on a neighbourhood."""
        return [operator for operator in self._all if operator.neighbourhood == neighbourhood]

    def drop(self, engine: EngineName) -> bool:
        """Drops the operators of an engine, unless it is the last one; returns whether it did."""
        others = [operator for operator in self._all if operator.engine != engine]
        self._all = others or self._all
        return bool(others)

    def starts_without(self, engine: EngineName) -> bool:
        """Whether another engine can search the whole problem."""
        return any(operator.engine != engine for operator in self.on("whole"))
