"""What each engine can express, judged by the problem alone.

SISR supports everything, VROOM all of its own format, and PyVRP reloads, release times and the duration of
shifts beside most of that. `FEATURES` is the one table of what an engine lacks. The refusal of problems that
no engine can solve, the choice of engines, and the table in `docs/engines.md` come from it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import get_args

from milkrun.schema.engines import EngineName
from milkrun.schema.paths import Breach, Path, tasks
from milkrun.schema.priced import balance, compact, soft_windows
from milkrun.schema.problem import Problem
from milkrun.schema.tasks import Task
from milkrun.schema.times import is_timed, merged_windows
from milkrun.schema.vehicles import Reload, Vehicle

ENGINES: tuple[EngineName, ...] = get_args(EngineName)
"""The first engine is asked first, because it is the quickest to tell what it lacks."""
_SPELLED = {"vroom": "VROOM", "pyvrp": "PyVRP", "sisr": "SISR"}

_Place = tuple[float, float] | int | None


@dataclass(frozen=True)
class Feature:
    """Something that not every engine can express.

    Attributes:
        name: What it is, in Markdown.
        engines: The engines that can express it.
        places: Finds where a problem uses it.
        refusal: What a caller is told if no engine can express the problem. `{others}` are the features that
            rule out the engines of this one.
    """

    name: str
    engines: tuple[EngineName, ...]
    places: Callable[[Problem], Iterator[Path]]
    refusal: str = "cannot be combined with {others}"

    def is_used(self, problem: Problem) -> bool:
        """Whether a problem uses it."""
        return next(self.places(problem), None) is not None


def inability(engine: EngineName, problem: Problem) -> str | None:
    """What an engine cannot express of a problem, in a sentence; None if it can express everything."""
    lacking = _lacking(engine, problem)
    return f"{spelled(engine)} does not support {_listed(lacking)}" if lacking else None


def spelled(engine: EngineName) -> str:
    """The name of an engine as a sentence spells it."""
    return _SPELLED.get(engine, engine)


def refusals(problem: Problem) -> Iterator[Breach]:
    """Finds the features that no engine can express in combination with the rest of a problem.

    They are those that the last engine lacks, if each other engine lacks something too. Engines are asked in
    order until one lacks nothing.
    """
    lacking: list[Feature] = []
    others: list[Feature] = []
    for engine in ENGINES:
        others += lacking
        lacking = _lacking(engine, problem)
        if not lacking:
            return
    beside = [feature for feature in dict.fromkeys(others) if feature not in lacking]
    told: set[Path] = set()
    for feature in lacking:
        message = feature.refusal.format(others=_listed(beside)) if beside else "is supported by no engine"
        for path in feature.places(problem):
            if path not in told:
                told.add(path)
                yield Breach(path, message)


def _lacking(engine: EngineName, problem: Problem) -> list[Feature]:
    return [it for it in FEATURES if engine not in it.engines and it.is_used(problem)]


def _listed(features: list[Feature]) -> str:
    *first, last = [feature.name for feature in features]
    return f"{', '.join(first)} or {last}" if first else last


def _reloads(problem: Problem) -> Iterator[Path]:
    return (("vehicles", v, "reloads") for v, it in enumerate(problem.vehicles) if it.reloads)


def _releases(problem: Problem) -> Iterator[Path]:
    return (("jobs", i, "release_time") for i, job in enumerate(problem.jobs) if job.release_time)


def _shifts(problem: Problem) -> Iterator[Path]:
    shifts = (v for v, it in enumerate(problem.vehicles) if it.shift_duration is not None)
    return (("vehicles", v, "shift_duration") for v in shifts)


def _breaks(problem: Problem) -> Iterator[Path]:
    return (("vehicles", v, "breaks") for v, it in enumerate(problem.vehicles) if it.breaks)


def _driver_rules(problem: Problem) -> Iterator[Path]:
    ruled = (v for v, it in enumerate(problem.vehicles) if it.driver_rules is not None)
    return (("vehicles", v, "driver_rules") for v in ruled)


def _windows_of_shipments(problem: Problem) -> Iterator[Path]:
    """Windows that meet count as one."""
    for path, task in tasks(problem) if problem.shipments else ():
        several = path[0] == "shipments" and len(task.time_windows) > 1
        if several and len(merged_windows(task.time_windows)) > 1:
            yield (*path, "time_windows")


def _setups(problem: Problem) -> Iterator[Path]:
    """A setup is skipped after a stop at the same place. If a place has several stops, their order
    matters."""
    types = {vehicle.type for vehicle in problem.vehicles}
    setups = [(path, task) for path, task in tasks(problem) if _needs_setup(task, types)]
    if not setups:
        return
    custom = problem.matrices is not None

    def place(stop: Task | Reload) -> _Place:
        return stop.location_index if custom else stop.location

    found = Counter(place(task) for _, task in tasks(problem))
    left = {vehicle.start_index if custom else vehicle.start for vehicle in problem.vehicles}
    left |= {place(reload) for vehicle in problem.vehicles for reload in vehicle.reloads}
    for path, task in setups:
        if found[place(task)] > 1 or place(task) in left:
            yield (*path, "setup" if task.setup else "setup_per_type")


def _needs_setup(task: Task, types: set[str | None]) -> bool:
    """Whether any vehicle needs it. Checks only the types that the task names: there may be 2,000 others."""
    if not task.setup_per_type:
        return task.setup > 0
    named = types & task.setup_per_type.keys()
    by_name = any(seconds for kind, seconds in task.setup_per_type.items() if kind in named)
    return by_name or (task.setup > 0 and len(named) < len(types))


def _relations(problem: Problem) -> Iterator[Path]:
    return (("relations", r) for r in range(len(problem.relations)))


def _fixed_steps(problem: Problem) -> Iterator[Path]:
    for v, vehicle in enumerate(problem.vehicles):
        for i, step in enumerate(vehicle.steps):
            if step.fixed is not None:
                yield "vehicles", v, "steps", i, "fixed"


def _vehicle_counts(problem: Problem) -> Iterator[Path]:
    if problem.options.min_vehicles > 1:  # an answer that serves anything has a route
        yield "options", "min_vehicles"
    most = problem.options.max_vehicles
    if most is not None and most < len(problem.vehicles):
        yield "options", "max_vehicles"


def _max_tasks_with_shipments(problem: Problem) -> Iterator[Path]:
    limited = _with_max_tasks(problem) if problem.shipments else ()
    return (("vehicles", v, "max_tasks") for v, _ in limited)


def _max_tasks_with_reloads(problem: Problem) -> Iterator[Path]:
    return (("vehicles", v, "max_tasks") for v, vehicle in _with_max_tasks(problem) if vehicle.reloads)


def _with_max_tasks(problem: Problem) -> Iterator[tuple[int, Vehicle]]:
    """The vehicles whose `max_tasks` is less than the number of tasks."""
    count = len(problem.jobs) + 2 * len(problem.shipments)
    for v, vehicle in enumerate(problem.vehicles):
        if vehicle.max_tasks is not None and vehicle.max_tasks < count:
            yield v, vehicle


def _limits(problem: Problem) -> Iterator[Path]:
    """PyVRP limits the sum of a matrix. So what is limited must be proportional to costs or, if nothing is
    timed, use the matrix that times would need."""
    limited = [(v, keys) for v, it in enumerate(problem.vehicles) if (keys := _limits_of(it))]
    if not limited:
        return
    timed = is_timed((task for _, task in tasks(problem)), problem.vehicles)
    plain_work = not _work_cost_depends_on_vehicle(problem)
    for v, keys in limited:
        vehicle = problem.vehicles[v]
        matrix = (problem.matrices or {}).get(vehicle.profile)
        plain = plain_work and (matrix is None or matrix.costs is None)
        if not (plain and _is_cost(vehicle, keys) if timed else plain or len(keys) == 1):
            yield ("vehicles", v, keys[-1])


def _slots(problem: Problem) -> Iterator[Path]:
    matrices = problem.matrices or {}
    used = dict.fromkeys(it.profile for it in problem.vehicles if it.profile in matrices)
    return (("matrices", profile, "slots") for profile in used if matrices[profile].slots)


def _limits_of(vehicle: Vehicle) -> list[str]:
    return [key for key in ("max_travel_time", "max_distance") if getattr(vehicle, key) is not None]


def _is_cost(vehicle: Vehicle, keys: list[str]) -> bool:
    """Whether the cost of travel is proportional to what is limited."""
    costs = vehicle.costs
    if keys == ["max_travel_time"]:
        return not costs.per_km
    return keys == ["max_distance"] and not costs.per_hour and costs.per_km > 0


def _work_cost_depends_on_vehicle(problem: Problem) -> bool:
    rates = {vehicle.costs.per_task_hour for vehicle in problem.vehicles}
    types = {vehicle.type for vehicle in problem.vehicles}
    return len(rates) > 1 or (
        rates != {0} and any(_work_depends_on_type(task, types) for _, task in tasks(problem))
    )


def _work_depends_on_type(task: Task, types: set[str | None]) -> bool:
    """Checks the types that the task names, and all others as one: there may be 2,000."""
    named = types & (task.setup_per_type.keys() | task.service_per_type.keys())
    actions = {_action(task, kind) for kind in named}
    if len(named) < len(types):
        actions.add(_action(task, None))
    return len(actions) > 1


def _action(task: Task, kind: str | None) -> int:
    if kind is None:
        return task.setup + task.service
    return task.setup_per_type.get(kind, task.setup) + task.service_per_type.get(kind, task.service)


FEATURES = (
    Feature("`reloads`", ("pyvrp", "sisr"), _reloads),
    Feature("`release_time`", ("pyvrp", "sisr"), _releases),
    Feature("`shift_duration`", ("pyvrp", "sisr"), _shifts),
    Feature("`breaks`", ("vroom", "sisr"), _breaks),
    Feature(
        "several `time_windows` of a pickup or a delivery",
        ("vroom", "sisr"),
        _windows_of_shipments,
        "cannot be combined with {others}: with these, a pickup or delivery may have only one time window",
    ),
    Feature(
        "`setup` at a place with several stops",
        ("vroom", "sisr"),
        _setups,
        "cannot be combined with {others} because another task, a start or a reload is at the same place",
    ),
    Feature(
        "`max_tasks` with shipments",
        ("vroom", "sisr"),
        _max_tasks_with_shipments,
        "cannot be combined with {others} in a problem with shipments. Leave out `max_tasks` or the "
        "shipments",
    ),
    Feature(
        "`max_tasks` of a vehicle with `reloads`",
        ("sisr",),
        _max_tasks_with_reloads,
        "cannot be combined with `reloads` of the same vehicle. Leave out one of them",
    ),
    Feature(
        "`max_travel_time` or `max_distance` where travel costs are not proportional to what it limits",
        ("vroom", "sisr"),
        _limits,
        "cannot be combined with {others}. Use one limit per vehicle, make travel costs proportional to "
        "the time or distance that it limits, and give all vehicles the same `per_task_hour`",
    ),
    Feature("`relations`", ("sisr",), _relations),
    Feature("`fixed` steps", ("sisr",), _fixed_steps),
    Feature("`min_vehicles` or `max_vehicles`", ("sisr",), _vehicle_counts),
    Feature("`soft_time_window`", ("sisr",), soft_windows),
    Feature("`options.balance`", ("sisr",), balance),
    Feature("`options.compact`", ("sisr",), compact),
    Feature("`slots` of a matrix", ("sisr",), _slots),
    Feature("`driver_rules`", ("sisr",), _driver_rules),
)
