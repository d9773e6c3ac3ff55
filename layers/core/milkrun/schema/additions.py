"""Rules of what Milkrun adds to VROOM's format: reloads, release times of goods, overtime.

VROOM knows none of them, so a problem with any is PyVRP's alone. What PyVRP does not know cannot stand beside
them; these rules are `milkrun_solver.engines.pyvrp.expressible.reason_for_vroom`, told by the body alone.
"""

from collections import Counter
from collections.abc import Iterator

from milkrun.schema.paths import Breach, Path, tasks
from milkrun.schema.problem import Problem, Reload, Task, Vehicle

_Place = tuple[float, float] | int | None


def additions_of(problem: Problem) -> list[str]:
    """The additions that a problem makes use of, by the names of their keys."""
    used = {
        "reloads": any(vehicle.reloads for vehicle in problem.vehicles),
        "release_time": any(job.release_time for job in problem.jobs),
        "shift_duration": any(vehicle.shift_duration is not None for vehicle in problem.vehicles),
    }
    return [name for name, is_used in used.items() if is_used]


def addition_breaches(problem: Problem) -> Iterator[Breach]:
    """Broken rules of the additions alone, and of what cannot stand beside them."""
    for v, vehicle in enumerate(problem.vehicles):
        yield from _needed(("vehicles", v), vehicle)
    used = additions_of(problem)
    if used:
        conflict = "cannot be combined with " + ", ".join(f"`{name}`" for name in used)
        for path, why in _strangers(problem):
            yield Breach(path, conflict + why)


def _needed(path: Path, vehicle: Vehicle) -> Iterator[Breach]:
    if vehicle.max_reloads is not None and not vehicle.reloads:
        yield Breach((*path, "max_reloads"), "needs `reloads`, the places to reload at")
    if vehicle.max_overtime and vehicle.shift_duration is None:
        yield Breach((*path, "max_overtime"), "needs `shift_duration`, after which overtime begins")
    if vehicle.costs.per_overtime_hour and not vehicle.max_overtime:
        yield Breach((*path, "costs", "per_overtime_hour"), "needs `max_overtime`, which is 0 by default")


def _strangers(problem: Problem) -> Iterator[tuple[Path, str]]:
    """What PyVRP does not know, each with what is to be said of it beyond that."""
    timed, plain_work = _is_timed(problem), not _work_depends_on_vehicle(problem)
    for v, vehicle in enumerate(problem.vehicles):
        path: Path = ("vehicles", v)
        if vehicle.breaks:
            yield (*path, "breaks"), ""
        yield from _max_tasks(path, vehicle, problem)
        yield from _limits(path, vehicle, problem, timed, plain_work)
    for path, task in tasks(problem):
        if path[0] == "shipments" and len(task.time_windows) > 1:
            yield (*path, "time_windows"), ": an end of a shipment may have only one"
    yield from _setups(problem)


def _max_tasks(path: Path, vehicle: Vehicle, problem: Problem) -> Iterator[tuple[Path, str]]:
    all_tasks = len(problem.jobs) + 2 * len(problem.shipments)
    if vehicle.max_tasks is None or vehicle.max_tasks >= all_tasks:
        return
    if problem.shipments:
        yield (*path, "max_tasks"), " if there are shipments"
    elif vehicle.reloads:
        yield (*path, "max_tasks"), " on the same vehicle"


def _limits(
    path: Path, vehicle: Vehicle, problem: Problem, timed: bool, plain_work: bool
) -> Iterator[tuple[Path, str]]:
    """A limit on travel must be in proportion to costs, or be free to use the matrix that time would need."""
    limits = [key for key in ("max_travel_time", "max_distance") if getattr(vehicle, key) is not None]
    if not limits:
        return
    matrix = (problem.matrices or {}).get(vehicle.profile)
    custom = matrix is not None and matrix.costs is not None
    plain = not custom and plain_work
    costs = vehicle.costs
    if not timed:
        fits = plain or len(limits) == 1
    elif limits == ["max_travel_time"]:
        fits = plain and not costs.per_km
    else:
        fits = plain and limits == ["max_distance"] and not costs.per_hour and costs.per_km > 0
    if not fits:
        yield (*path, limits[-1]), ": travel costs must be proportional to what it limits"


def _is_timed(problem: Problem) -> bool:
    return (
        any(task.time_windows for _, task in tasks(problem))
        or any(job.release_time for job in problem.jobs)
        or any(v.time_window or v.shift_duration is not None for v in problem.vehicles)
    )


def _work_depends_on_vehicle(problem: Problem) -> bool:
    rates = {vehicle.costs.per_task_hour for vehicle in problem.vehicles}
    types = {vehicle.type for vehicle in problem.vehicles}
    return len(rates) > 1 or (
        rates != {0} and any(_work_depends_on_type(task, types) for _, task in tasks(problem))
    )


def _work_depends_on_type(task: Task, types: set[str | None]) -> bool:
    """Looks at the types that the task names, and at the others as one: there may be 2,000."""
    named = types & (task.setup_per_type.keys() | task.service_per_type.keys())
    actions = {_action(task, kind) for kind in named}
    if len(named) < len(types):
        actions.add(_action(task, None))
    return len(actions) > 1


def _action(task: Task, kind: str | None) -> int:
    if kind is None:
        return task.setup + task.service
    return task.setup_per_type.get(kind, task.setup) + task.service_per_type.get(kind, task.service)


def _setups(problem: Problem) -> Iterator[tuple[Path, str]]:
    """A setup falls away after a stop at the same place, so it depends on the order where a place repeats."""
    custom = problem.matrices is not None

    def place(stop: Task | Reload) -> _Place:
        return stop.location_index if custom else stop.location

    found = Counter(place(task) for _, task in tasks(problem))
    left = {vehicle.start_index if custom else vehicle.start for vehicle in problem.vehicles}
    left |= {place(reload) for vehicle in problem.vehicles for reload in vehicle.reloads}
    for path, task in tasks(problem):
        key = "setup" if task.setup else "setup_per_type"
        needs_setup = task.setup or any(task.setup_per_type.values())
        if needs_setup and (found[place(task)] > 1 or place(task) in left):
            yield (*path, key), " if another stop is at the same place"
