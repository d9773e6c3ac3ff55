"""Rules on `fixed` steps of vehicles. Each yields where a problem breaks it and why."""

from collections.abc import Iterator

from milkrun.schema.paths import Breach, Path
from milkrun.schema.problem import Problem
from milkrun.schema.tasks import Job, Shipment
from milkrun.schema.vehicles import Vehicle, VehicleStep

_Task = tuple[str, int]


class FixedSteps:
    """The fixed steps of a problem.

    Attributes:
        vehicle_of: The id of the vehicle that each fixed task is fixed on.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._places: dict[_Task, tuple[int, int]] = {
            (step.type, step.id): (v, i)
            for v, vehicle in enumerate(problem.vehicles)
            for i, step in enumerate(vehicle.steps)
            if step.fixed is not None and step.id is not None and step.type != "reload"
        }
        self.vehicle_of: dict[_Task, int] = {
            task: problem.vehicles[v].id for task, (v, _) in self._places.items()
        }

    def breaches(self) -> Iterator[Breach]:
        """All broken rules of fixed steps. That the steps exist is checked elsewhere."""
        orders: dict[tuple[str, int | None], Job | Shipment] = {}
        if any(vehicle.steps for vehicle in self._problem.vehicles):
            orders |= {("job", job.id): job for job in self._problem.jobs}
            for it in self._problem.shipments:
                orders |= {("pickup", it.pickup.id): it, ("delivery", it.delivery.id): it}
        for v, vehicle in enumerate(self._problem.vehicles):
            leading = True
            for i, step in enumerate(vehicle.steps):
                path: Path = ("vehicles", v, "steps", i, "fixed")
                if step.fixed is not None:
                    order = orders.get((step.type, step.id))
                    yield from _step(path, step, leading)
                    yield from _ability(path, vehicle, order)
                    yield from self._after_its_pickup(path, step, order, (v, i))
                leading &= step.fixed == "position" or step.type in ("start", "break")

    def _after_its_pickup(
        self, path: Path, step: VehicleStep, order: Job | Shipment | None, place: tuple[int, int]
    ) -> Iterator[Breach]:
        """A pickup that is fixed comes before its delivery, and a delivery's position needs one."""
        if not isinstance(order, Shipment) or step.type != "delivery":
            return
        pickup = self._places.get(("pickup", order.pickup.id))
        if pickup is None:
            if step.fixed == "position":
                yield Breach(path, "its pickup must be fixed before it")
        elif pickup[0] != place[0] or pickup[1] > place[1]:
            yield Breach(path, "its pickup must be fixed before it, on the same vehicle")


def _step(path: Path, step: VehicleStep, leading: bool) -> Iterator[Breach]:
    if step.type in ("start", "break", "end"):
        yield Breach(path, f"a step of type {step.type!r} cannot be fixed")
    elif step.type == "reload" and step.fixed == "order":
        yield Breach(path, "a reload can only have a fixed `position`")
    elif step.fixed == "position" and not leading:
        yield Breach(path, "all tasks and reloads before it must have a fixed `position` too")


def _ability(path: Path, vehicle: Vehicle, order: Job | Shipment | None) -> Iterator[Breach]:
    if order is None:
        return
    if order.allowed_vehicles is not None and vehicle.id not in order.allowed_vehicles:
        yield Breach(path, "the vehicle is not among the `allowed_vehicles` of the task")
    if not set(order.skills) <= set(vehicle.skills):
        yield Breach(path, "the vehicle lacks a skill that the task needs")
