"""The compiled search by itself, on small problems: so many iterations, whatever the machine.

`MILKRUN_EXHAUSTIVE=300` sets how many problems the long tests compare with all of their plans, for each rule
and pair of rules.
"""

import os
from typing import NamedTuple

from milkrun_solver.engines.sisr.encoding import Encoding
from milkrun_solver.engines.sisr.interface import Loaded, Search
from milkrun_solver.engines.sisr.library import load_library
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from tests.conftest import missing

ITERATIONS = 1_000
"""Enough, because the search looks at all plans of problems as small as the enumerator takes."""
PROBLEMS = int(os.environ.get("MILKRUN_EXHAUSTIVE", "30"))
"""How many problems a long test compares."""
_HOT, _COLD = 3.0, 0.025


class Found(NamedTuple):
    """The best plan of a search, and what the search says of it: its cost, and whether it lacks anything that
    every plan must have."""

    plan: Plan
    cost: float
    is_lacking: bool


def searched(model: Model, iterations: int = ITERATIONS, seed: int = 1, start: Plan | None = None) -> Found:
    """What a search finds, from nothing or from a plan."""
    library = load_library()
    if library is None:
        missing("the search is not compiled yet: `make native` does it")
    assert library is not None
    encoding = Encoding(model)
    routes = None if start is None else encoding.routes(start)
    search = Search(Loaded(library, encoding.arrays), routes, seed)
    try:
        search.run(iterations, 1e9, _HOT, _COLD)
        progress = search.progress()
        return Found(encoding.plan(search.best()), encoding.scale * progress.cost, progress.missing > 0)
    finally:
        search.close()
