"""The verifier's own view of a problem and of one route of an answer, read from the plain problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from milkrun.schema.fields import Slot
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Route, Step
from milkrun.schema.tasks import Job, Shipment, ShipmentStep, Task
from milkrun.schema.vehicles import Vehicle
from milkrun_solver.model.travel import TravelSource
from milkrun_solver.verification.nearest import Nearest

TASK_TYPES = frozenset(("job", "pickup", "delivery"))


@dataclass(frozen=True, slots=True)
class Work:
    """A job, or one end of a shipment with what both ends have in common."""

    step: Job | ShipmentStep
    place: int
    allowed: frozenset[int] | None
    skills: frozenset[int]
    priority: int
    loaded: Sequence[int]
    unloaded: Sequence[int]


class Facts:
    """A problem, by the ids that an answer uses.

    Attributes:
        timed: Whether anything binds in time.
        vehicles: Vehicles by id.
        pickup_of: The pickup of each delivery.
        releases: When the goods of each job are ready.
        amounts: The number of entries in each amount.
        work: Tasks by type and id.
        relations: What tasks have to do with each other.
        options: The options of the problem.
        priced: Whether the problem has a soft time window, a balance or a compactness with a price.
    """

    def __init__(self, problem: Problem, travel: TravelSource) -> None:
        self.travel = travel
        self.timed = _binds_in_time(problem)
        self.vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
        self.pickup_of = {s.delivery.id: s.pickup.id for s in problem.shipments}
        self.releases = {job.id: job.release_time for job in problem.jobs}
        self.amounts = _amount_length(problem)
        self.relations = problem.relations
        self.options = problem.options
        self.priced = bool(
            (self.options.balance and self.options.balance.cost)
            or (self.options.compact and self.options.compact.cost)
            or any(_has_price(task) for task in _tasks(problem))
        )
        self.work: dict[tuple[str, int], Work] = {}
        for job in problem.jobs:
            self.work["job", job.id] = self._describe(job, job, job.pickup, job.delivery)
        for shipment in problem.shipments:
            pickup, delivery, amount = shipment.pickup, shipment.delivery, shipment.amount
            self.work["pickup", pickup.id] = self._describe(pickup, shipment, amount, [])
            self.work["delivery", delivery.id] = self._describe(delivery, shipment, [], amount)

    @cached_property
    def nearest(self) -> Nearest:
        """The nearest tasks of each task, by the travel times of the first vehicle's profile."""
        first = next(iter(self.vehicles.values()))
        ends = {("delivery", delivery): ("pickup", pickup) for delivery, pickup in self.pickup_of.items()}
        other_end = {**ends, **{pickup: delivery for delivery, pickup in ends.items()}}
        rows = {task: work.place for task, work in self.work.items()}
        return Nearest(self.travel.profiles[first.profile].durations, rows, other_end)

    def _describe(
        self, step: Job | ShipmentStep, owner: Job | Shipment, loaded: list[int], unloaded: list[int]
    ) -> Work:
        place = self.travel.place(step.location, step.location_index)
        nothing = [0] * self.amounts
        return Work(
            step,
            place,
            None if owner.allowed_vehicles is None else frozenset(owner.allowed_vehicles),
            frozenset(owner.skills),
            owner.priority,
            loaded or nothing,
            unloaded or nothing,
        )


@dataclass(frozen=True)
class RouteFacts:
    """One route of an answer, its vehicle, and the problem."""

    problem: Facts
    vehicle: Vehicle
    route: Route

    @cached_property
    def tasks(self) -> list[tuple[Step, Work]]:
        """The steps that are tasks, each with its task in the problem."""
        return [(step, self.work(step)) for step in self.route.steps if step.type in TASK_TYPES]

    @cached_property
    def legs(self) -> list[tuple[int, int]]:
        """The legs of the route as pairs of matrix rows, without those from or to an open end."""
        steps = [step for step in self.route.steps[1:] if step.type != "break"]
        places = [self.start, *map(self.target, steps)]
        pairs = pairwise(places)
        return [(origin, target) for origin, target in pairs if origin is not None and target is not None]

    def work(self, step: Step) -> Work:
        """The task of a step, as the problem states it."""
        if step.id is None:
            raise ValueError("a task in the answer has no id")
        return self.problem.work[step.type, step.id]

    def target(self, step: Step) -> int | None:
        """The matrix row of a step other than the start; None at an open end."""
        if step.type == "end":
            return self._depot((self.vehicle.end, self.vehicle.end_index))
        return self.reload(step) if step.type == "reload" else self.work(step).place

    def reload(self, step: Step) -> int:
        """The matrix row of a reload."""
        found = next(place for place in self.vehicle.reloads if place.id == step.id)
        return self.problem.travel.place(found.location, found.location_index)

    @property
    def start(self) -> int | None:
        """The matrix row of the start; None if that is open."""
        return self._depot((self.vehicle.start, self.vehicle.start_index))

    def _depot(self, given: tuple[tuple[float, float] | None, int | None]) -> int | None:
        is_open = given[1 if self.problem.travel.kind == "custom" else 0] is None
        return None if is_open else self.problem.travel.place(*given)


def inside(time: int, windows: Sequence[Slot]) -> bool:
    """Whether a time lies in one of the windows, or there are none."""
    return not windows or any(window.start <= time <= window.end for window in windows)


def is_charged(step: Step) -> bool:
    """Whether time at a step costs: at tasks and at the vehicle's own breaks, which have an id."""
    return step.type != "reload" and (step.type != "break" or step.id is not None)


def for_type(vehicle: Vehicle, default: int, special: dict[str, int]) -> int:
    """The seconds that a vehicle of this type takes."""
    return default if vehicle.type is None else special.get(vehicle.type, default)


def _binds_in_time(problem: Problem) -> bool:
    """Whether anything binds in time: a time window, hard or soft, a break, a release time, a shift, rules
    for drivers, or the time of day. VROOM then rounds costs differently. The verifier has its own version of
    `milkrun.schema.times.is_timed`."""
    matrices = problem.matrices or {}
    return (
        any(task.time_windows or _has_price(task) for task in _tasks(problem))
        or any(job.release_time for job in problem.jobs)
        or any(v.time_window or v.breaks or v.shift_duration is not None for v in problem.vehicles)
        or any(matrices[v.profile].slots for v in problem.vehicles if v.profile in matrices)
        or any(v.driver_rules is not None for v in problem.vehicles)
    )


def _tasks(problem: Problem) -> list[Task]:
    ends = [step for it in problem.shipments for step in (it.pickup, it.delivery)]
    return [*problem.jobs, *ends]


def _has_price(task: Task) -> bool:
    window = task.soft_time_window
    return window is not None and window.cost_per_hour_early + window.cost_per_hour_late > 0


def _amount_length(problem: Problem) -> int:
    lengths = {len(vehicle.capacity) for vehicle in problem.vehicles}
    lengths |= {max(len(job.delivery), len(job.pickup)) for job in problem.jobs}
    lengths |= {len(shipment.amount) for shipment in problem.shipments}
    return max(lengths)
