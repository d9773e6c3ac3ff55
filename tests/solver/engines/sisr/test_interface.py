"""One search in the library: what it finds from where, and how it ends."""

import ctypes
import threading

import pytest

from milkrun_solver.engines.sisr.arrays import Arrays
from milkrun_solver.engines.sisr.encoding import Encoding
from milkrun_solver.engines.sisr.interface import Loaded, Search
from milkrun_solver.engines.sisr.library import load_library
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from tests.solver.helpers import model_of
from tests.solver.problems import random_problem
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("with_sisr")

Routes = dict[int, list[int]]


@pytest.fixture
def model() -> Model:
    return model_of(random_problem(1, {"capacity", "windows"}, jobs=30, vehicles=6))


@pytest.fixture
def library() -> ctypes.CDLL:
    library = load_library()
    assert library is not None
    return library


def search(library: ctypes.CDLL, arrays: Arrays, start: Routes | None = None, seed: int = 1) -> Search:
    return Search(Loaded(library, arrays), start, seed)


def found(library: ctypes.CDLL, model: Model, seed: int) -> tuple[Routes, int]:
    """The routes after 2,000 iterations, and their cost."""
    it = search(library, Encoding(model).arrays, seed=seed)
    it.run(2_000, PATIENCE, 1.0, 0.02)
    assert it.progress().iterations == 2_000
    best = it.best(), it.progress().cost
    it.close()
    return best


def test_the_same_seed_and_iterations_find_the_same_plan(library: ctypes.CDLL, model: Model) -> None:
    first, again, other = (found(library, model, seed) for seed in (1, 1, 2))
    assert first == again
    assert first[0] != other[0]


def test_a_search_begins_with_routes_and_its_best_plan_never_gets_worse(
    library: ctypes.CDLL, model: Model
) -> None:
    it = search(library, Encoding(model).arrays)
    values = []
    for _ in range(5):
        now = it.progress()
        values.append((now.priority_left, now.tasks_left, now.cost))
        it.run(100, PATIENCE, 5.0, 5.0)
    it.close()
    assert values[-1] < values[0]
    assert values == sorted(values, reverse=True)


def test_given_routes_are_the_first_plan(library: ctypes.CDLL, model: Model) -> None:
    routes, cost = found(library, model, seed=1)
    it = search(library, Encoding(model).arrays, routes)
    assert (it.best(), it.current(), it.progress().cost) == (routes, routes, cost)
    it.close()


def test_a_stop_ends_a_search_that_runs_in_another_thread(library: ctypes.CDLL, model: Model) -> None:
    it = search(library, Encoding(model).arrays)
    thread = threading.Thread(target=lambda: it.run(2**62, 2 * PATIENCE, 1.0, 1.0))
    thread.start()
    until(lambda: it.progress().iterations > 0)
    it.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    it.close()
    it.stop()  # it has ended


def test_routes_outside_the_problem_are_refused(library: ctypes.CDLL, model: Model) -> None:
    with pytest.raises(EngineError, match="refuses its input"):
        search(library, Encoding(model).arrays, {0: [99]})


def test_a_problem_with_impossible_numbers_is_refused(library: ctypes.CDLL, model: Model) -> None:
    arrays = Encoding(model).arrays
    arrays.struct.tasks += 1
    with pytest.raises(EngineError, match="SISR refuses the problem"):
        search(library, arrays)


def test_numbers_that_make_no_search_are_refused(library: ctypes.CDLL, model: Model) -> None:
    it = search(library, Encoding(model).arrays)
    with pytest.raises(EngineError):
        it.run(-1, 1.0, 1.0, 1.0)
    it.close()
