"""VROOM on the whole problem as an engine: its answers and its end as events."""

import os
import queue
import signal
import time
from collections.abc import Iterator

import pytest

from milkrun_solver.engines.vroom.encoding import routes_of
from milkrun_solver.engines.vroom.engine import VroomEngine
from milkrun_solver.engines.vroom.request import Effort
from milkrun_solver.errors import EngineError
from milkrun_solver.search.events import Ended, Event, VroomAnswer
from tests.solver.engines.vroom.test_process import LONG, big, is_alive, refused, request, small
from tests.waiting import MARGIN, PATIENCE


class Watched(VroomEngine):
    """An engine with its events in a queue."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        super().__init__(self.events.put)

    def next_event(self) -> Event:
        return self.events.get(timeout=PATIENCE)

    def end(self) -> Event:
        """The first event that is no answer."""
        event = self.next_event()
        while isinstance(event, VroomAnswer):
            event = self.next_event()
        return event


@pytest.fixture
def engine() -> Iterator[Watched]:
    engine = Watched()
    yield engine
    engine.stop()
    engine.join(PATIENCE)


def test_each_effort_gives_an_answer_and_then_the_engine_has_ended(engine: Watched) -> None:
    model = small()
    engine.start(request(model, [Effort(None), Effort(0), Effort(2)]))
    events = [engine.next_event() for _ in range(4)]
    assert [type(event) for event in events] == [VroomAnswer, VroomAnswer, VroomAnswer, Ended]
    assert events[-1] == Ended("vroom", whole=True)
    assert isinstance(events[0], VroomAnswer)
    assert routes_of(model, events[0].output)


def test_once_the_engine_has_ended_its_child_is_gone(engine: Watched) -> None:
    engine.start(request(small(), [Effort(0)]))
    assert engine.end() == Ended("vroom", whole=True)
    assert engine.pid is not None
    assert not is_alive(engine.pid)


def test_stop_ends_thread_and_child_in_the_middle_of_their_work(engine: Watched) -> None:
    engine.start(request(big(), LONG))
    assert isinstance(engine.next_event(), VroomAnswer)
    pid = engine.pid
    assert pid is not None
    before = time.monotonic()
    engine.stop()
    engine.join(PATIENCE)
    assert time.monotonic() - before < 0.5 + MARGIN  # else they work for minutes
    assert not is_alive(pid)
    assert engine.end() == Ended("vroom", whole=True)


def test_stop_before_the_child_is_there_starts_none(engine: Watched) -> None:
    engine.stop()
    engine.start(request(big(), LONG))
    assert engine.next_event() == Ended("vroom", whole=True)
    assert engine.pid is None


def test_a_child_that_is_killed_by_others_is_an_error(engine: Watched) -> None:
    engine.start(request(big(), LONG))
    assert isinstance(engine.next_event(), VroomAnswer)
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    event = engine.end()
    assert isinstance(event, Ended)
    assert isinstance(event.error, EngineError)
    assert "-9" in str(event.error)


def test_a_refusal_of_vroom_is_an_error_that_says_why(engine: Watched) -> None:
    engine.start(request(refused(), [Effort(0)]))
    event = engine.next_event()
    assert isinstance(event, Ended)
    assert "Inconsistent breaks for vehicle 4" in str(event.error)
