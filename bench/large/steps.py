"""Routes as VROOM's `steps`, which its plan mode checks and a search may start from."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from milkrun_solver.engines.vroom.child_request import Request
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan

Steps = list[dict[str, Any]]


def steps_of(model: Model, plan: Plan) -> dict[int, Steps]:
    """The steps of each vehicle that a plan uses, by the vehicle's id."""

    def step(number: int) -> dict[str, Any]:
        return {"type": model.tasks[number].kind, "id": model.tasks[number].source.id}

    return {
        model.vehicles[route.vehicle].source.id: [step(number) for number in route.tasks] for route in plan
    }


def with_steps(request: Request, steps: Mapping[int, Steps]) -> Request:
    """A request whose vehicles have these steps, and all others none."""
    vehicles = [{**vehicle, "steps": steps.get(vehicle["id"], [])} for vehicle in request.problem["vehicles"]]
    return replace(request, problem={**request.problem, "vehicles": vehicles})
