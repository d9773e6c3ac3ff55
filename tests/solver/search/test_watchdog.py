"""Which searches are still running, and how long to wait for them."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from milkrun_solver.errors import NoAnswerError
from milkrun_solver.search.threads import SearchThread
from milkrun_solver.search.watchdog import searches_left
from tests.solver.helpers import Watched
from tests.solver.problems import random_problem
from tests.waiting import MARGIN, PATIENCE


@pytest.fixture
def end() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_only_searches_that_outlast_the_wait_are_counted(end: threading.Event) -> None:
    def search() -> None:
        end.wait()

    first, second = (SearchThread(search, name) for name in ("pyvrp-0", "pyvrp-1"))
    other = threading.Thread(target=end.wait, daemon=True)
    for thread in (first, second, other):
        thread.start()
    started = time.monotonic()
    assert searches_left(0.1) == 2
    assert 0.1 <= time.monotonic() - started < 0.1 + MARGIN
    threading.Timer(0.2, end.set).start()
    assert searches_left(PATIENCE) == 0


def test_the_threads_of_a_solve_are_counted() -> None:
    seen: list[int] = []

    def look() -> bool:
        seen.append(searches_left(0))
        return seen[-1] > 0

    with suppress(NoAnswerError):  # it may have none yet
        Watched(random_problem(3, {"capacity"}, jobs=30, vehicles=6), should_stop=look)
    assert seen[-1] > 0
    assert searches_left(0) == 0
