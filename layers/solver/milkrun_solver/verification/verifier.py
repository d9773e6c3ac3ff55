"""The verifier: does an answer keep every rule of the problem, and do its numbers add up?

It reads the plain problem and the plain solution and shares no code with what makes schedules, so that a
mistake there cannot hide itself. Its work is linear in the number of stops.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milkrun.schema.problem import Job, Problem, Shipment, ShipmentStep, Vehicle
from milkrun.schema.solution import Route, Solution, Step
from milkrun_solver.model.travel import TravelSource
from milkrun_solver.verification.accumulator import Tally, binds_in_time
from milkrun_solver.verification.breaks import break_faults, inside
from milkrun_solver.verification.trips import release_faults, reload_faults, shift_faults


@dataclass(frozen=True, slots=True)
class _Work:
    """A job, or one end of a shipment, with what it shares with the other end."""

    step: Job | ShipmentStep
    place: int
    skills: frozenset[int]
    priority: int
    loaded: Sequence[int]
    unloaded: Sequence[int]


class Verifier:
    """Checks answers of one problem."""

    def __init__(self, problem: Problem, travel: TravelSource) -> None:
        self._travel = travel
        self._timed = binds_in_time(problem)
        self._vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
        self._partners = {s.delivery.id: s.pickup.id for s in problem.shipments}
        self._releases = {job.id: job.release_time for job in problem.jobs}
        self._amounts = _amount_length(problem)
        self._work: dict[tuple[str, int], _Work] = {}
        for job in problem.jobs:
            self._work["job", job.id] = self._describe(job, job, job.pickup, job.delivery)
        for shipment in problem.shipments:
            pickup, delivery, amount = shipment.pickup, shipment.delivery, shipment.amount
            self._work["pickup", pickup.id] = self._describe(pickup, shipment, amount, [])
            self._work["delivery", delivery.id] = self._describe(delivery, shipment, [], amount)

    def _describe(
        self, step: Job | ShipmentStep, owner: Job | Shipment, loaded: list[int], unloaded: list[int]
    ) -> _Work:
        place = self._travel.place(step.location, step.location_index)
        nothing = [0] * self._amounts
        return _Work(
            step, place, frozenset(owner.skills), owner.priority, loaded or nothing, unloaded or nothing
        )

    def faults(self, solution: Solution) -> list[str]:
        """Broken rules, as sentences; empty for a good answer. Stops at the first route that is broken."""
        found = list(self._coverage(solution))
        if found:
            return found
        for route in solution.routes:
            vehicle = self._vehicles[route.vehicle]
            found = [f"vehicle {route.vehicle}: {fault}" for fault in self._route(vehicle, route)]
            if found:
                return found
        return list(self._totals(solution))

    def _coverage(self, solution: Solution) -> Iterator[str]:
        """Each task stands in exactly one place, each vehicle drives at most once, shipments stay whole."""
        seen = [(step.type, step.id) for route in solution.routes for step in _tasks(route)]
        left = [(task.type, task.id) for task in solution.unassigned]
        places = [*seen, *left]
        if len(set(places)) != len(places):
            yield "a task stands in more than one place"
        if set(places) != set(self._work):
            yield f"tasks missing or unknown: {sorted(map(str, set(places) ^ set(self._work)))[:5]}"
        vehicles = [route.vehicle for route in solution.routes]
        if len(set(vehicles)) != len(vehicles) or not set(vehicles) <= set(self._vehicles):
            yield "a vehicle is unknown or drives two routes"
        dropped = set(left)
        for delivery, pickup in self._partners.items():
            if (("delivery", delivery) in dropped) != (("pickup", pickup) in dropped):
                yield f"half of the shipment with the delivery {delivery} is unassigned"

    def _route(self, vehicle: Vehicle, route: Route) -> Iterator[str]:
        steps = route.steps
        shape = len(steps) >= 3 and steps[0].type == "start" and steps[-1].type == "end"
        if not shape or any(step.type in ("start", "end") for step in steps[1:-1]):
            yield "the steps are not a start, stops and an end"
            return
        if not any(True for _ in _tasks(route)):
            yield "a route without a task"
            return
        found = list(reload_faults(vehicle, route))
        if found:
            yield from found
            return
        yield from self._suitability(vehicle, route)
        yield from self._order(route)
        yield from release_faults(route, self._releases)
        yield from shift_faults(vehicle, route)
        yield from self._load(vehicle, route)
        yield from break_faults(vehicle, route)
        yield from self._times(vehicle, route)
        yield from self._sums(route)
        yield from self._travel_and_cost(vehicle, route)

    def _suitability(self, vehicle: Vehicle, route: Route) -> Iterator[str]:
        skills = set(vehicle.skills)
        for step in _tasks(route):
            if not self._of(step).skills <= skills:
                yield f"{step.type} {step.id} needs skills that the vehicle lacks"
        if vehicle.max_tasks is not None and sum(1 for _ in _tasks(route)) > vehicle.max_tasks:
            yield f"more than {vehicle.max_tasks} tasks"

    def _order(self, route: Route) -> Iterator[str]:
        on_board: set[int] = set()
        for step in route.steps:
            if step.type == "reload" and on_board:
                yield f"reload {step.id} with shipments on board"
            elif step.type == "pickup" and step.id is not None:
                on_board.add(step.id)
            elif step.type == "delivery" and step.id is not None:
                pickup = self._partners[step.id]
                if pickup not in on_board:
                    yield f"delivery {step.id} without its pickup before it"
                on_board.discard(pickup)
        if on_board:
            yield f"pickups without their delivery: {sorted(on_board)}"

    def _load(self, vehicle: Vehicle, route: Route) -> Iterator[str]:
        count = self._amounts
        if not count:
            return
        capacity = vehicle.capacity or [0] * count
        trips = iter(self._loaded(route))
        load = next(trips)
        for step in route.steps:
            if step.type == "reload":
                load = next(trips)
            elif step.type in _TASK_TYPES:
                work = self._of(step)
                load = [load[i] - work.unloaded[i] + work.loaded[i] for i in range(count)]
            if any(load[i] > capacity[i] for i in range(count)):
                yield f"over capacity after {step.type} {step.id}"
            if step.load != load:
                yield f"the load after {step.type} {step.id} is {load}, not {step.load}"

    def _loaded(self, route: Route) -> list[list[int]]:
        """What is loaded for the jobs of each trip."""
        trips = [[0] * self._amounts]
        for step in route.steps:
            if step.type == "reload":
                trips.append([0] * self._amounts)
            elif step.type == "job":
                for i, amount in enumerate(self._of(step).unloaded):
                    trips[-1][i] += amount
        return trips

    def _times(self, vehicle: Vehicle, route: Route) -> Iterator[str]:
        place = self._start(vehicle)
        for step in route.steps:
            if step.waiting_time < 0:
                yield f"{step.type} {step.id} waits a negative time"
            if step.type not in _TASK_TYPES:
                if step.type in ("start", "end") and (step.setup or step.service or step.waiting_time):
                    yield f"time is spent at the {step.type}"
                if step.type == "reload":
                    place = self._reload(vehicle, step)
                continue
            work = self._of(step)
            if not inside(step.arrival + step.waiting_time, work.step.time_windows):
                yield f"{step.type} {step.id} starts outside its time windows"
            setup = _for_type(vehicle, work.step.setup, work.step.setup_per_type)
            if step.setup != (0 if work.place == place else setup):
                yield f"{step.type} {step.id} has a wrong setup time"
            if step.service != _for_type(vehicle, work.step.service, work.step.service_per_type):
                yield f"{step.type} {step.id} has a wrong service time"
            place = work.place
        window = vehicle.time_window
        if window and not (window.start <= route.steps[0].arrival and route.steps[-1].arrival <= window.end):
            yield "outside the working hours of the vehicle"

    def _travel_and_cost(self, vehicle: Vehicle, route: Route) -> Iterator[str]:
        """Follows the route leg by leg: clock, cumulated values, limits, and the cost they come to."""
        travel = self._travel.profiles[vehicle.profile]
        tally = Tally(travel, vehicle, self._timed)
        previous = route.steps[0]
        place = self._start(vehicle)
        if previous.duration or previous.distance:
            yield "travel before the start"
        clock = parts = driven = 0
        for step in route.steps[1:]:
            left = previous.arrival + previous.waiting_time + previous.setup + previous.service
            moved = step.arrival - left
            if moved < 0:
                yield f"{step.type} {step.id} is reached before the stop before it is left"
            clock, parts, driven = clock + moved, parts + 1, driven + moved
            if step.duration != driven:
                yield f"{step.type} {step.id} is {driven} s of travel from the start, not {step.duration} s"
            if step.type != "break":
                target = self._target(vehicle, step)
                if tally.is_closed(place, target):
                    yield f"no way leads to {step.type} {step.id}"
                if not tally.add(place, target, clock, parts):
                    yield f"travel to {step.type} {step.id} cannot take {clock} s"
                if travel.distances is not None and step.distance != tally.metres:
                    yield f"{step.type} {step.id} is {tally.metres} m from the start, not {step.distance}"
                place, clock, parts = target, 0, 0
            previous = step
        if vehicle.max_travel_time is not None and tally.hundredths > 100 * vehicle.max_travel_time:
            yield "more travel time than the vehicle may have"
        if vehicle.max_distance is not None and tally.metres > vehicle.max_distance:
            yield "a longer way than the vehicle may go"
        if travel.distances is not None and route.distance != tally.metres:
            yield f"the route is {tally.metres} m long, not {route.distance}"
        low, high = tally.cost_between(route)
        if not low <= route.cost <= high:
            yield f"the route costs {low} to {high}, not {route.cost}"

    def _target(self, vehicle: Vehicle, step: Step) -> int | None:
        if step.type == "end":
            return self._end(vehicle)
        return self._reload(vehicle, step) if step.type == "reload" else self._of(step).place

    def _sums(self, route: Route) -> Iterator[str]:
        steps = route.steps
        work = [self._of(step) for step in _tasks(route)]
        yield from _compare("setup", route.setup, sum(step.setup for step in steps))
        yield from _compare("service", route.service, sum(step.service for step in steps))
        yield from _compare("waiting time", route.waiting_time, sum(step.waiting_time for step in steps))
        yield from _compare("priority", route.priority, sum(task.priority for task in work))
        yield from _compare("duration", route.duration, steps[-1].duration)
        for i in range(self._amounts):
            unloaded, loaded = sum(task.unloaded[i] for task in work), sum(task.loaded[i] for task in work)
            yield from _compare("delivery", _amount(route.delivery, i), unloaded)
            yield from _compare("pickup", _amount(route.pickup, i), loaded)

    def _totals(self, solution: Solution) -> Iterator[str]:
        summary, routes = solution.summary, solution.routes
        yield from _compare("routes in all", summary.routes, len(routes))
        yield from _compare("unassigned in all", summary.unassigned, len(solution.unassigned))
        shifts = any(vehicle.shift_duration is not None for vehicle in self._vehicles.values())
        overtime = sum(route.overtime or 0 for route in routes) if shifts else None
        if summary.overtime != overtime:
            yield f"overtime in all is {overtime}, not {summary.overtime}"
        for name in ("cost", "setup", "service", "duration", "waiting_time", "priority"):
            total = sum(getattr(route, name) for route in routes)
            yield from _compare(f"{name} in all", getattr(summary, name), total)
        if summary.distance is not None:
            yield from _compare("distance in all", summary.distance, sum(r.distance or 0 for r in routes))

    def _of(self, step: Step) -> _Work:
        if step.id is None:
            raise ValueError("a task without an id passed the check of coverage")
        return self._work[step.type, step.id]

    def _reload(self, vehicle: Vehicle, step: Step) -> int:
        found = next(place for place in vehicle.reloads if place.id == step.id)
        return self._travel.place(found.location, found.location_index)

    def _start(self, vehicle: Vehicle) -> int | None:
        return self._depot((vehicle.start, vehicle.start_index))

    def _end(self, vehicle: Vehicle) -> int | None:
        return self._depot((vehicle.end, vehicle.end_index))

    def _depot(self, given: tuple[tuple[float, float] | None, int | None]) -> int | None:
        is_open = given[1 if self._travel.kind == "custom" else 0] is None
        return None if is_open else self._travel.place(*given)


_TASK_TYPES = frozenset(("job", "pickup", "delivery"))


def _tasks(route: Route) -> Iterator[Step]:
    return (step for step in route.steps if step.type in _TASK_TYPES)


def _amount_length(problem: Problem) -> int:
    lengths = {len(vehicle.capacity) for vehicle in problem.vehicles}
    lengths |= {max(len(job.delivery), len(job.pickup)) for job in problem.jobs}
    lengths |= {len(shipment.amount) for shipment in problem.shipments}
    return max(lengths)


def _amount(amounts: list[int] | None, dimension: int) -> int:
    return amounts[dimension] if amounts and dimension < len(amounts) else 0


def _for_type(vehicle: Vehicle, default: int, special: dict[str, int]) -> int:
    return default if vehicle.type is None else special.get(vehicle.type, default)


def _compare(name: str, stated: int, actual: int) -> Iterator[str]:
    if stated != actual:
        yield f"{name} is {actual}, not {stated}"
