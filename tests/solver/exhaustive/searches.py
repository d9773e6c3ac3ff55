"""The compiled search by itself, on small problems: so many iterations, whatever the machine."""

from milkrun_solver.engines.sisr.encoding import Encoding
from milkrun_solver.engines.sisr.interface import Search
from milkrun_solver.engines.sisr.library import load_library
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from tests.conftest import missing

ITERATIONS = 20_000
_HOT, _COLD = 3.0, 0.025


def searched(model: Model, iterations: int = ITERATIONS, seed: int = 1) -> tuple[Plan, float]:
    """The best plan of a search, and what the search says it costs."""
    library = load_library()
    if library is None:
        missing("the search is not compiled yet: `make native` does it")
    assert library is not None
    encoding = Encoding(model)
    search = Search(library, encoding.arrays, None, seed)
    try:
        search.run(iterations, 1e9, _HOT, _COLD)
        return encoding.plan(search.best()), encoding.scale * search.progress().cost
    finally:
        search.close()
