"""The optimiser's own view of a problem: tasks and vehicles by number, places as matrix rows."""

from dataclasses import dataclass
from functools import cached_property

from milkrun.schema import problem as schema
from milkrun.schema.priced import compact, is_priced
from milkrun.schema.times import is_timed
from milkrun_solver.model.amounts import amount_count
from milkrun_solver.model.permits import Permits
from milkrun_solver.model.relations import Relation, numbered
from milkrun_solver.model.tasks import Task, tasks_of, with_neighbours
from milkrun_solver.model.travel import TravelSource
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle, vehicle_of, with_fixed_steps


@dataclass(frozen=True)
class Model:
    """A whole problem.

    Attributes:
        amounts: The number of entries in each amount.
        timed: Whether anything binds in time. If nothing does, VROOM rounds costs differently.
        relations: What tasks have to do with each other.
        fewest_routes: No plan has fewer routes, unless it has fewer jobs and shipments.
        most_routes: No plan has more routes. None: as many as vehicles.
    """

    problem: schema.Problem
    travel: TravelSource
    tasks: tuple[Task, ...]
    vehicles: tuple[Vehicle, ...]
    types: tuple[str | None, ...]
    amounts: int
    timed: bool
    relations: tuple[Relation, ...] = ()
    fewest_routes: int = 0
    most_routes: int | None = None

    @cached_property
    def is_priced(self) -> bool:
        """Whether the problem has a priced term, so that answers state their costs by component."""
        return is_priced(self.problem)

    @cached_property
    def at_plain_speed(self) -> bool:
        """Whether every vehicle is as fast as the matrices say."""
        return all(vehicle.duration_factor == HUNDREDTHS for vehicle in self.vehicles)

    @cached_property
    def work_cost_depends_on_vehicle(self) -> bool:
        """Whether the cost of time on the spot differs between vehicles."""
        rates = {vehicle.source.costs.per_task_hour for vehicle in self.vehicles}
        return len(rates) > 1 or (rates != {0} and any(task.work_depends_on_type for task in self.tasks))


def build_model(problem: schema.Problem, travel: TravelSource) -> Model:
    """The model of a problem that has passed the checks at submit."""
    types = tuple(dict.fromkeys(vehicle.type for vehicle in problem.vehicles))
    amounts = amount_count(problem)
    permits = Permits(problem)
    tasks = tuple(tasks_of(problem, travel, types, amounts, permits))
    numbers: dict[tuple[str, int], int] = {(it.kind, it.source.id): n for n, it in enumerate(tasks)}
    vehicles = tuple(
        with_fixed_steps(vehicle_of(vehicle, travel, types, amounts, permits), numbers)
        for vehicle in problem.vehicles
    )
    if next(compact(problem), None) is not None:
        tasks = with_neighbours(tasks, vehicles[0].travel)
    by_time_of_day = any(it.slots for it in travel.profiles.values())
    timed = by_time_of_day or is_timed((task.source for task in tasks), problem.vehicles)
    relations = numbered(problem.relations, numbers)
    return Model(
        problem,
        travel,
        tasks,
        vehicles,
        types,
        amounts,
        timed,
        relations,
        fewest_routes=problem.options.min_vehicles,
        most_routes=problem.options.max_vehicles,
    )
