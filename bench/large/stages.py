"""The stages of a run. Each makes what it needs, and then hands back the work that is to be measured."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bench.large.problems import STOPS, body_of, plan_of
from bench.large.steps import steps_of, with_steps
from milkrun.jobs.packing import pack
from milkrun.schema.capabilities import inability
from milkrun.schema.parse import parse_problem
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Meta, Solution
from milkrun.settings import Limits
from milkrun_solver.answer.solution import solution_of, timed_routes
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.decomposition.districts import districts
from milkrun_solver.decomposition.parts import Part, cut
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.libraries import load_pyvrp, load_vroom
from milkrun_solver.engines.protocol import Assignment
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.vroom.child import input_of
from milkrun_solver.engines.vroom.child_request import Request
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.engines.vroom.engine import VroomEngine
from milkrun_solver.engines.vroom.process import VroomProcess
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.model.problem import Model, build_model
from milkrun_solver.model.travel import TravelSource, travel_source
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.search.incumbent import Incumbent
from milkrun_solver.solve import solve
from milkrun_solver.verification.verifier import Verifier

PART_TASKS = 500
LIMIT_SECONDS = 600.0
"""How long VROOM may take for its first answer."""
RUN_SECONDS = 60.0
"""How long a whole search takes."""

DISTRICT_TASKS = 500
META = Meta(engine="vroom", matrix="great-circle", seed=1, seconds=0, first_cost=0, best_cost=0, trace=[])

Work = Callable[[], Any]
"""What is measured. It returns what shall stay in memory while that is read; its `notes`, if it has any, are
kept with the measurements."""


@dataclass
class Large:
    """A large problem and what the stages make of it, each made when it is first asked for."""

    jobs: int
    vehicles: int

    @cached_property
    def body(self) -> bytes:
        return body_of(self.jobs, self.vehicles)

    @cached_property
    def problem(self) -> Problem:
        most = self.jobs + self.vehicles
        return parse_problem(self.body, Limits(locations=most, vehicles=self.vehicles))

    @cached_property
    def travel(self) -> TravelSource:
        return travel_source(self.problem)

    @cached_property
    def model(self) -> Model:
        return build_model(self.problem, self.travel)

    @cached_property
    def plan(self) -> Plan:
        return plan_of(self.model)

    @cached_property
    def part(self) -> Part:
        return cut(self.model, self.plan, [], max(1, self.jobs // PART_TASKS), random.Random(1))[0]

    @cached_property
    def solution(self) -> Solution:
        return solution_of(self.model, timed_routes(self.model, self.plan) or [], META)

    @cached_property
    def encoding(self) -> Encoding:
        return Encoding(self.model)

    def request(self) -> Request:
        return request_of(self.model, [Effort(None)], 1, LIMIT_SECONDS)


def parse(large: Large) -> Work:
    _ = large.body
    return lambda: large.problem


def matrix(large: Large) -> Work:
    _ = large.problem
    return lambda: large.travel


def model(large: Large) -> Work:
    _ = large.travel
    return lambda: large.model


def expressible(large: Large) -> Work:
    _ = large.problem
    return lambda: inability("pyvrp", large.problem)


def impossible(large: Large) -> Work:
    _ = large.model
    return lambda: unservable(large.model)


def pyvrp_matrices(large: Large) -> Work:
    load_pyvrp()
    _ = large.model
    return lambda: large.encoding.fleet.matrices


def pyvrp_data(large: Large) -> Work:
    load_pyvrp()
    _ = large.encoding
    return lambda: large.encoding.data(complete=True)


def pyvrp_neighbours(large: Large) -> Work:
    load_pyvrp()
    from pyvrp import search

    data = large.encoding.data(complete=True)
    return lambda: search.compute_neighbours(data, search.NeighbourhoodParams())


def part_cut(large: Large) -> Work:
    _ = large.plan
    return lambda: large.part


def part_encoding(large: Large) -> Work:
    load_pyvrp()
    _ = large.part
    return lambda: Encoding(large.part.model).data(complete=True)


def part_request(large: Large) -> Work:
    _ = large.part
    return lambda: request_of(large.part.model, [Effort(1)], 1, LIMIT_SECONDS)


def request(large: Large) -> Work:
    _ = large.model
    return large.request


def vroom_input(large: Large) -> Work:
    vroom, asked = load_vroom(), large.request()
    return lambda: input_of(vroom, asked)


def plan_mode(large: Large) -> Work:
    asked = input_of(load_vroom(), with_steps(large.request(), steps_of(large.model, large.plan)))
    check: Work = asked.check
    return check


class _FirstAnswer:
    """VROOM's first answer, from its own process."""

    def __init__(self, large: Large) -> None:
        self._model = large.model
        self.notes: dict[str, float] = {}

    def __call__(self) -> Any:
        session = VroomEngine(self._model, []).session(0, 1)
        deadline = time.monotonic() + LIMIT_SECONDS
        try:
            routes = session.propose(
                Assignment(self._model, deadline, lambda: False, lambda _: None), "construction", 1
            )
        finally:
            session.close()
        if not routes:
            raise RuntimeError("VROOM gave no answer")
        self.notes = {"cost": sum(route.cost for route in routes)}
        return routes


class _Districts:
    """A first answer district by district, from one process."""

    def __init__(self, large: Large) -> None:
        self._model = large.model
        self.notes: dict[str, float] = {}

    def __call__(self) -> Solution:
        process = VroomProcess()
        plan: Plan = []
        try:
            for part in districts(self._model, DISTRICT_TASKS, random.Random(1)):
                asked = request_of(part.model, [Effort(None)], 1, LIMIT_SECONDS)
                output = next(iter(list(process.answers(asked))))
                for route in routes_of(part.model, output):
                    tasks = tuple(stop.number for stop in route.stops if stop.number is not None)
                    plan += part.in_whole([PlannedRoute(route.vehicle, tasks)])
        finally:
            process.close()
        found = solution_of(self._model, timed_routes(self._model, plan) or [], META)
        self.notes = {"cost": found.summary.cost, "unassigned": found.summary.unassigned}
        return found


class _Run:
    """All of a search, as the worker calls it."""

    def __init__(self, large: Large) -> None:
        self._problem = large.problem
        self.notes: dict[str, float] = {}

    def __call__(self) -> Solution:
        started = time.monotonic()

        def on_best(best: Solution) -> None:
            self.notes.setdefault("first_seconds", round(time.monotonic() - started, 2))
            self.notes.setdefault("first_cost", best.summary.cost)

        found = solve(
            self._problem,
            deadline=started + RUN_SECONDS,
            on_best=on_best,
            should_stop=lambda: False,
            seed=1,
        )
        self.notes |= {"cost": found.summary.cost, "unassigned": found.summary.unassigned}
        return found


def run(large: Large) -> Work:
    load_pyvrp()
    return _Run(large)


def first_answer(large: Large) -> Work:
    return _FirstAnswer(large)


def first_in_districts(large: Large) -> Work:
    return _Districts(large)


def schedule(large: Large) -> Work:
    _ = large.plan
    return lambda: timed_routes(large.model, large.plan)


def verify(large: Large) -> Work:
    _ = large.solution

    def work() -> Verifier:
        verifier = Verifier(large.problem, large.travel)
        faults = verifier.faults(large.solution)
        if faults:
            raise RuntimeError(faults[0])
        return verifier

    return work


def incumbent(large: Large) -> Work:
    routes = timed_routes(large.model, large.plan) or []
    kept = Incumbent(large.model, 1, 0.0, lambda _: None)

    def work() -> Incumbent:
        if not kept.consider("vroom", routes):
            raise RuntimeError("the plan is no answer")
        return kept

    return work


def result(large: Large) -> Work:
    _ = large.solution
    return lambda: pack(large.solution.to_json())


def read_result(large: Large) -> Work:
    stored = large.solution.to_json()
    return lambda: Solution.model_validate_json(stored)


STAGES: dict[str, Callable[[Large], Work]] = {
    "the body's JSON, its types and rules": parse,
    "great-circle matrices": matrix,
    "the model": model,
    "which engine can say it": expressible,
    "tasks that cannot be served": impossible,
    "the request to VROOM": request,
    "VROOM's input": vroom_input,
    "VROOM's first answer, in its process": first_answer,
    f"the same, district by district of {DISTRICT_TASKS}": first_in_districts,
    "VROOM's plan mode": plan_mode,
    "PyVRP's matrices, whole": pyvrp_matrices,
    "PyVRP's data, whole": pyvrp_data,
    "PyVRP's neighbours, whole": pyvrp_neighbours,
    "a cut into parts": part_cut,
    f"PyVRP's data of a part of {PART_TASKS}": part_encoding,
    f"VROOM's request of a part of {PART_TASKS}": part_request,
    "the schedule of all routes": schedule,
    "the verifier": verify,
    "a better answer, with its verification": incumbent,
    "the result's JSON, packed": result,
    "the best of an earlier attempt, read": read_result,
    f"a run of {RUN_SECONDS:.0f} s": run,
}
"""By the name that the table gives each."""


def enough(jobs: int) -> int:
    """Vehicles for so many jobs, with a fifth to spare."""
    return -(-jobs * 6 // (5 * STOPS))
