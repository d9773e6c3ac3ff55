import threading
from collections.abc import Iterator

import pytest

from milkrun_solver.search.threads import SearchThread
from milkrun_solver.search.watchdog import searches_left
from tests.waiting import PATIENCE


@pytest.fixture
def end() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_the_watchdog_knows_the_threads_of_a_search_from_others(end: threading.Event) -> None:
    def search() -> None:
        end.wait()

    before = searches_left(0)
    searching, other = SearchThread(search, "pyvrp-0"), threading.Thread(target=search, daemon=True)
    for thread in (searching, other):
        thread.start()
    assert searches_left(0) == before + 1
    end.set()
    for thread in (searching, other):
        thread.join(PATIENCE)
    assert searches_left(0) == before


def test_a_search_ends_with_the_process_and_has_the_name_of_its_engine() -> None:
    thread = SearchThread(lambda: None, "pyvrp-0")
    assert thread.daemon
    assert thread.name == "pyvrp-0"
