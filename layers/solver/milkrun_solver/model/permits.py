"""Skills that stand for lists of vehicles: whoever may serve a task has the skill, and nobody else.

Engines, rules and districts then know `allowed_vehicles` without having heard of it.
"""

from itertools import chain

from milkrun.schema.problem import Job, Problem, Shipment, Vehicle

_SKILLS = range(2**32)
"""Skills that VROOM accepts."""


class Permits:
    """The skills of a problem's tasks and vehicles, with one of its own for each list of allowed vehicles."""

    def __init__(self, problem: Problem) -> None:
        orders: list[Job | Shipment] = [*problem.jobs, *problem.shipments]
        known = set(chain.from_iterable(it.skills for it in (*orders, *problem.vehicles)))
        unknown = (skill for skill in _SKILLS if skill not in known)
        lists = dict.fromkeys(
            frozenset(it.allowed_vehicles) for it in orders if it.allowed_vehicles is not None
        )
        self._skill_of = dict(zip(lists, unknown, strict=False))
        self._held: dict[int, set[int]] = {}
        for vehicles, skill in self._skill_of.items():
            for vehicle in vehicles:
                self._held.setdefault(vehicle, set()).add(skill)

    def needed(self, order: Job | Shipment) -> frozenset[int]:
        """The skills that a job or shipment needs."""
        if order.allowed_vehicles is None:
            return frozenset(order.skills)
        return frozenset((*order.skills, self._skill_of[frozenset(order.allowed_vehicles)]))

    def held(self, vehicle: Vehicle) -> frozenset[int]:
        """The skills that a vehicle has."""
        return frozenset(vehicle.skills).union(self._held.get(vehicle.id, ()))
