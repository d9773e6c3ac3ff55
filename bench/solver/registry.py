"""The solvers that are compared. A solver's module is imported in its own process alone."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.solver.evaluator import Routes
from bench.solver.instances import Instance

Found = Callable[[Routes], None]
"""Takes each better answer as soon as the solver tells it."""


class Solver(Protocol):
    """A solver. Whatever it imports, and whatever it reads the instance into, is there once it is made."""

    version: str

    def search(self, seconds: float, seed: int, found: Found) -> None:
        """Searches for so many seconds and tells each better answer."""


@dataclass(frozen=True)
class Entry:
    """How a solver is called in tables, and how it is made.

    Attributes:
        label: What tables say.
        module: Holds `make(instance, cores, **arguments)`.
        late_answers_count: Whether an answer after the limit counts, since the solver keeps none.
    """

    label: str
    module: str
    arguments: dict[str, Any] = field(default_factory=dict)
    late_answers_count: bool = False

    def make(self, instance: Instance, cores: int) -> Solver:
        """The solver, ready to search on so many cores."""
        solver: Solver = importlib.import_module(self.module).make(instance, cores, **self.arguments)
        return solver


_MODULES = "bench.solver.solvers"

SOLVERS = {
    "milkrun": Entry("Milkrun", f"{_MODULES}.milkrun"),
    "pyvrp": Entry("PyVRP", f"{_MODULES}.pyvrp"),
    "vroom-0": Entry("VROOM, exploration 0", f"{_MODULES}.vroom", {"exploration": 0}, True),
    "vroom-5": Entry("VROOM, exploration 5", f"{_MODULES}.vroom", {"exploration": 5}, True),
    "ortools": Entry("OR-Tools, guided local search", f"{_MODULES}.ortools"),
}
