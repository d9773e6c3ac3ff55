"""A first answer district by district: of every task, by every vehicle once, ended at will."""

import queue
import time

import pytest

from milkrun_solver import vroom_districts
from milkrun_solver.answer import solution_of
from milkrun_solver.events import Ended, Event, Routes
from milkrun_solver.model import Model
from milkrun_solver.schedule import tasks_of
from milkrun_solver.vroom_districts import VroomDistricts
from tests.solver.helpers import META, faults, model_of
from tests.solver.problems import problem_of, random_body, random_problem


def model(jobs: int = 90) -> Model:
    features = {"windows", "capacity", "breaks", "shipments", "working hours", "great circle"}
    return model_of(random_problem(3, features, jobs=jobs, vehicles=jobs // 3))


def started(model: Model) -> tuple[VroomDistricts, "queue.SimpleQueue[Event]"]:
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    engine = VroomDistricts(model, events.put, time.monotonic() + 30, seed=1)
    engine.start()
    return engine, events


def test_the_routes_of_all_districts_are_one_answer_that_verifies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vroom_districts, "DISTRICT_TASKS", 30)
    whole = model()
    engine, events = started(whole)
    answer = events.get(timeout=30)
    assert isinstance(answer, Routes)
    assert len(answer.routes) >= 3
    assert faults(whole, solution_of(whole, answer.routes, META)) == []
    assert events.get(timeout=30) == Ended("vroom", whole=True)
    engine.join(5)


def test_where_districts_leave_out_what_can_be_served_the_whole_is_solved_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each vehicle alone has a skill, and jobs that need it are everywhere."""
    monkeypatch.setattr(vroom_districts, "DISTRICT_TASKS", 20)
    body = random_body(1, {"great circle"}, jobs=60, vehicles=12)
    for number, vehicle in enumerate(body["vehicles"]):
        vehicle["skills"] = [number]
    for number, job in enumerate(body["jobs"]):
        job["skills"] = [number % 12]
    engine, events = started(model_of(problem_of(body)))
    served = []
    while isinstance(answer := events.get(timeout=30), Routes):
        served.append(sum(len(tasks_of(route)) for route in answer.routes))
    assert answer == Ended("vroom", whole=True)
    assert len(served) == 2
    assert served[0] < served[1] == 60
    engine.join(5)


def test_stop_ends_it_without_an_answer() -> None:
    engine, events = started(model(600))
    engine.stop()
    engine.join(5)
    assert events.get(timeout=5) == Ended("vroom", whole=True)
    assert events.empty()


def test_a_refusal_is_an_error_that_says_why() -> None:
    whole = model(9)
    pause = whole.vehicles[0].source.breaks[0]
    object.__setattr__(pause, "time_windows", [(90_000, 95_000)])
    engine, events = started(whole)
    event = events.get(timeout=30)
    assert isinstance(event, Ended)
    assert "break" in str(event.error)
    engine.join(5)
