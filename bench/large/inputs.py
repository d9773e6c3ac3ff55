"""A large problem, and the data that the stages derive from it before they are measured."""

import random
from dataclasses import dataclass
from functools import cached_property

from bench.large.problems import body_of, plan_of
from milkrun.schema.parse import parse_problem
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Meta, Solution
from milkrun.settings import Limits
from milkrun_solver.answer.solution import solution_of, timed_routes
from milkrun_solver.decomposition.parts import Part, cut
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.vroom.child_request import Request
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.model.problem import Model, build_model
from milkrun_solver.model.travel import TravelSource, travel_source
from milkrun_solver.model.visits import Plan
from milkrun_solver.routes.timed_route import TimedRoute

PART_TASKS = 500
LIMIT_SECONDS = 600.0
"""Seconds that VROOM may take for its first answer."""
META = Meta(engine="vroom", matrix="great-circle", seed=1, seconds=0, first_cost=0, best_cost=0, trace=[])


@dataclass
class Large:
    """A large problem and the data derived from it, each computed at its first use."""

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
        return solution_of(self.model, timed(self.model, self.plan), META)

    @cached_property
    def encoding(self) -> Encoding:
        return Encoding(self.model)

    def request(self) -> Request:
        return request_of(self.model, [Effort(None)], 1, LIMIT_SECONDS)


def timed(model: Model, plan: Plan) -> list[TimedRoute]:
    """A plan's routes with their times. Raises RuntimeError if one misses a time window."""
    routes = timed_routes(model, plan)
    if routes is None:
        raise RuntimeError("the plan misses a time window")
    return routes
