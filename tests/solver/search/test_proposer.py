"""The first answer, for the whole problem or district by district. It can be stopped at any time."""

import queue
import time
from typing import Any

import pytest

from milkrun_solver.answer.solution import solution_of
from milkrun_solver.engines.vroom import engine as vroom_engine
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.engines.vroom.engine import VroomEngine
from milkrun_solver.errors import EngineError
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.timed_route import TimedRoute, tasks_of
from milkrun_solver.search import proposer as proposer_module
from milkrun_solver.search.events import Ended, Event, Proposed
from milkrun_solver.search.proposer import Proposer
from tests.solver.helpers import META, faults, model_of
from tests.solver.problems import problem_of, random_body, random_problem
from tests.waiting import PATIENCE


def model(jobs: int = 90) -> Model:
    features = {"windows", "capacity", "breaks", "shipments", "working hours", "great circle"}
    return model_of(random_problem(3, features, jobs=jobs, vehicles=jobs // 3))


def started(model: Model) -> tuple[Proposer, "queue.SimpleQueue[Event]"]:
    """A proposer that works on the districts."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    deadline = time.monotonic() + PATIENCE
    proposer = Proposer(model, VroomEngine(model, []), events.put, deadline, seed=1)
    proposer.start_by_district()
    return proposer, events


def routes_in(answer: Proposed) -> list[TimedRoute]:
    """The routes of an answer of VROOM, with their times."""
    return [route for route in answer.routes if isinstance(route, TimedRoute)]


def until_end(events: "queue.SimpleQueue[Event]") -> tuple[list[Proposed], Ended]:
    """All answers, and the event that ends them."""
    answers: list[Proposed] = []
    while isinstance(event := events.get(timeout=PATIENCE), Proposed):
        answers.append(event)
    assert isinstance(event, Ended)
    return answers, event


def test_the_routes_of_all_districts_form_one_valid_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposer_module, "DISTRICT_TASKS", 30)
    whole = model()
    proposer, events = started(whole)
    answers, end = until_end(events)
    assert len(answers[-1].routes) >= 3
    assert faults(whole, solution_of(whole, routes_in(answers[-1]), META)) == []
    assert end == Ended("vroom", proposed=True)
    proposer.join(PATIENCE)


def test_the_whole_is_solved_too_if_districts_leave_out_servable_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each vehicle has a skill of its own, and the jobs that need it are everywhere."""
    monkeypatch.setattr(proposer_module, "DISTRICT_TASKS", 20)
    body = random_body(1, {"great circle"}, jobs=60, vehicles=12)
    for number, vehicle in enumerate(body["vehicles"]):
        vehicle["skills"] = [number]
    for number, job in enumerate(body["jobs"]):
        job["skills"] = [number % 12]
    proposer, events = started(model_of(problem_of(body)))
    answers, end = until_end(events)
    assert end == Ended("vroom", proposed=True)
    served = [sum(len(tasks_of(route)) for route in routes_in(answer)) for answer in answers]
    assert served[-2] < served[-1] == 60
    proposer.join(PATIENCE)


@pytest.mark.parametrize("fails", [False, True])
def test_finished_districts_form_an_answer_if_the_others_fail_or_are_stopped(
    fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposer_module, "DISTRICT_TASKS", 30)
    asked = 0

    def third_in_vain(*arguments: Any, **named: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 3 and fails:
            raise EngineError("no")
        if asked == 3:
            proposer.stop()
        return request_of(*arguments, **named)

    monkeypatch.setattr(vroom_engine, "request_of", third_in_vain)
    whole = model(150)
    proposer, events = started(whole)
    answers, end = until_end(events)
    unassigned = []
    for answer in answers:
        solution = solution_of(whole, routes_in(answer), META)
        assert faults(whole, solution) == []
        unassigned.append(solution.summary.unassigned)
    assert unassigned[0] > unassigned[-1] >= 90
    assert (end.error is not None) == fails
    assert asked == 3
    proposer.join(PATIENCE)


def test_a_stop_ends_the_proposal_without_an_answer() -> None:
    proposer, events = started(model(600))
    proposer.stop()
    proposer.join(PATIENCE)
    assert events.get(timeout=PATIENCE) == Ended("vroom", proposed=True)
    assert events.empty()


def test_the_error_says_why_vroom_refused_the_problem() -> None:
    whole = model(9)
    pause = whole.vehicles[0].source.breaks[0]
    object.__setattr__(pause, "time_windows", [(90_000, 95_000)])
    proposer, events = started(whole)
    event = events.get(timeout=PATIENCE)
    assert isinstance(event, Ended)
    assert "break" in str(event.error)
    proposer.join(PATIENCE)
