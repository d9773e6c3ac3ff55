"""The two worlds of the solver: with the compiled search, and without it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from milkrun_solver.engines.sisr.engine import SisrEngine
from tests.conftest import missing


@contextmanager
def sisr_is_missing() -> Iterator[None]:
    """A machine on which the search is not compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SisrEngine, "is_available", classmethod(lambda _: False))
        yield


@pytest.fixture
def without_sisr() -> Iterator[None]:
    """Only VROOM and PyVRP search."""
    with sisr_is_missing():
        yield


@pytest.fixture(scope="session")
def with_sisr() -> None:
    """The search is compiled."""
    if not SisrEngine.is_available():
        missing("the search is not compiled: make native")
