"""VROOM in this process: it solves problems for the tests, and its plan mode gives a second opinion."""

import json
from collections.abc import Mapping
from typing import Any

from bench.large.steps import Steps, steps_of, with_steps
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.libraries import load_vroom
from milkrun_solver.engines.vroom.child import answer, input_of, output_of
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan


def vroom_output(model: Model, level: int | None = 1) -> dict[str, Any]:
    """VROOM's answer to a problem."""
    effort = Effort(level)
    request = request_of(model, [effort], threads=1, seconds=60)
    output: dict[str, Any] = json.loads(answer(load_vroom(), request, effort, 60))
    return output


def plan_mode(model: Model, plan: Plan) -> dict[str, Any]:
    """VROOM's plan mode on a plan: the times it chooses and every violation it reports."""
    return _checked(model, steps_of(model, plan))


def plan_mode_of_answer(model: Model, output: Mapping[str, Any]) -> dict[str, Any]:
    """VROOM's plan mode on an answer of VROOM, including its breaks."""
    steps = {
        route["vehicle"]: [
            {"type": step["type"], "id": step["id"]} for step in route["steps"] if "id" in step
        ]
        for route in output["routes"]
    }
    return _checked(model, steps)


def accepts_as_start(model: Model, plan: Plan) -> bool:
    """Whether VROOM starts a search from a plan. It refuses a plan that breaks a rule."""
    vroom, effort = load_vroom(), Effort(0)
    request = with_steps(request_of(model, [effort], threads=1, seconds=60), steps_of(model, plan))
    try:
        answer(vroom, request, effort, 60)
    except vroom._vroom.VroomInputException:
        return False
    return True


def _checked(model: Model, steps: Mapping[int, Steps]) -> dict[str, Any]:
    request = with_steps(request_of(model, [], threads=1, seconds=60), steps)
    output: dict[str, Any] = json.loads(output_of(input_of(load_vroom(), request)._check(1)))
    return output
