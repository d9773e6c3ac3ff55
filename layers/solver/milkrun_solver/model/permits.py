"""Skills that stand for lists of vehicles: whoever may serve a task has the skill, and nobody else.

Engines, rules and districts then know `allowed_vehicles` without having heard of it. A task that is a fixed
step of a vehicle is for this vehicle alone.
"""

from itertools import chain

from milkrun.schema.problem import Problem
from milkrun.schema.tasks import Job, Shipment
from milkrun.schema.vehicles import Vehicle

_SKILLS = range(2**32)
"""Skills that VROOM accepts."""


class Permits:
    """The skills of a problem's tasks and vehicles, with one of its own for each list of allowed vehicles."""

    def __init__(self, problem: Problem) -> None:
        orders: list[Job | Shipment] = [*problem.jobs, *problem.shipments]
        known = set(chain.from_iterable(it.skills for it in (*orders, *problem.vehicles)))
        unknown = (skill for skill in _SKILLS if skill not in known)
        self._fixed_on = {
            (step.type, step.id): vehicle.id
            for vehicle in problem.vehicles
            for step in vehicle.steps
            if step.fixed is not None
        }
        lists = dict.fromkeys(allowed for it in orders if (allowed := self._allowed(it)) is not None)
        self._skill_of = dict(zip(lists, unknown, strict=False))
        self._held: dict[int, set[int]] = {}
        for vehicles, skill in self._skill_of.items():
            for vehicle in vehicles:
                self._held.setdefault(vehicle, set()).add(skill)

    def needed(self, order: Job | Shipment) -> frozenset[int]:
        """The skills that a job or shipment needs."""
        allowed = self._allowed(order)
        skills = frozenset(order.skills)
        return skills if allowed is None else skills | {self._skill_of[allowed]}

    def held(self, vehicle: Vehicle) -> frozenset[int]:
        """The skills that a vehicle has."""
        return frozenset(vehicle.skills).union(self._held.get(vehicle.id, ()))

    def _allowed(self, order: Job | Shipment) -> frozenset[int] | None:
        """The vehicles that may serve a job or shipment; None if all may."""
        if isinstance(order, Job):
            fixed = self._fixed_on.get(("job", order.id))
        else:
            fixed = self._fixed_on.get(("pickup", order.pickup.id))
            if fixed is None:
                fixed = self._fixed_on.get(("delivery", order.delivery.id))
        if fixed is not None:
            return frozenset((fixed,))
        return None if order.allowed_vehicles is None else frozenset(order.allowed_vehicles)
