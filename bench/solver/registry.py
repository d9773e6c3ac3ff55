"""The solvers to compare. Each solver's module is imported only in its own process."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.solver.evaluator import Routes
from bench.solver.instances import Feature, Instance

Found = Callable[[Routes], None]
"""Takes each better answer as soon as the solver reports it."""


class Solver(Protocol):
    """A solver. Its constructor imports everything and reads the instance, so that `search` only searches."""

    version: str

    def search(self, seconds: float, seed: int, found: Found) -> None:
        """Searches for this many seconds and reports each better answer."""


@dataclass(frozen=True)
class Entry:
    """A solver's name in tables, and how to make it.

    Attributes:
        label: The name in tables.
        module: The module with `make(instance, cores, **arguments)`.
        lacks: The features that it does not know. It is not run on instances with one of them.
        late_answers_count: Whether answers after the limit count, because the solver does not keep the limit.
    """

    label: str
    module: str
    arguments: dict[str, Any] = field(default_factory=dict)
    late_answers_count: bool = False
    lacks: frozenset[Feature] = frozenset()

    def knows(self, instance: Instance) -> bool:
        """Whether it can search an instance."""
        return not self.lacks & instance.features

    def make(self, instance: Instance, cores: int) -> Solver:
        """The solver, ready to search on this many cores."""
        solver: Solver = importlib.import_module(self.module).make(instance, cores, **self.arguments)
        return solver


_MODULES = "bench.solver.solvers"
_VROOM_LACKS: frozenset[Feature] = frozenset({"durations", "trips"})
_ORTOOLS_LACKS: frozenset[Feature] = frozenset({"kinds", *_VROOM_LACKS})
_HGS_LACKS: frozenset[Feature] = frozenset({"windows", *_ORTOOLS_LACKS})

SOLVERS = {
    "milkrun": Entry("Milkrun", f"{_MODULES}.milkrun"),
    "milkrun-without-sisr": Entry(
        "Milkrun, without SISR", f"{_MODULES}.milkrun", {"engines": ("vroom", "pyvrp")}
    ),
    "sisr": Entry("Milkrun, SISR alone", f"{_MODULES}.milkrun", {"engines": ("sisr",)}),
    "pyvrp": Entry("PyVRP", f"{_MODULES}.pyvrp"),
    "vroom-0": Entry("VROOM, exploration 0", f"{_MODULES}.vroom", {"exploration": 0}, True, _VROOM_LACKS),
    "vroom-5": Entry("VROOM, exploration 5", f"{_MODULES}.vroom", {"exploration": 5}, True, _VROOM_LACKS),
    "ortools": Entry("OR-Tools, guided local search", f"{_MODULES}.ortools", lacks=_ORTOOLS_LACKS),
    "hgs": Entry("HGS-CVRP", f"{_MODULES}.hgs", late_answers_count=True, lacks=_HGS_LACKS),
}
