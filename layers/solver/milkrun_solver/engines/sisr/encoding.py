"""A problem, or a part of it, as the flat arrays of the compiled search."""

import math
from collections.abc import Collection, Iterable, Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.grids import Grid, grid
from milkrun_solver.engines.sisr.interface import NEVER, RELATIONS, Arrays
from milkrun_solver.engines.sisr.plan_prices import PlanPrices
from milkrun_solver.model.driver_rules import DriverRules
from milkrun_solver.model.problem import Model
from milkrun_solver.model.relations import Relation
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.travel import Cells
from milkrun_solver.model.units import COST_UNIT, DISTANCE_COST, HUNDREDTHS
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.model.visits import BreakVisit, Plan, PlannedRoute, ReloadVisit, placed_among, tasks_among
from milkrun_solver.model.windows import Window

_LATEST = NEVER - 1
"""The last moment that the search knows."""
_MOST_COST = 2**29
"""Costs of legs are scaled down to this."""

_Ints = npt.NDArray[np.int64]


class Encoding:
    """A problem in the terms of the search.

    Times are counted from the first moment at which a vehicle may start, in the longest unit in which all of
    them are whole. Costs are counted in the largest unit in which all of them are whole, or in a larger one
    if they would not fit into 32 bits.

    Args:
        impossible: Tasks that no vehicle can serve. The search leaves them out.

    Attributes:
        arrays: The problem as arrays.
        scale: Cost units in one unit of the search's costs.
    """

    def __init__(self, model: Model, impossible: Collection[int] = ()) -> None:
        self._model = model
        self._unit = reduce(math.gcd, (it.duration_factor for it in model.vehicles), HUNDREDTHS)
        self._origin = min(0 if it.window is None else it.window[0] for it in model.vehicles)
        self._places = _Places(model)
        self._kinds, kind_of = _kinds(model)
        prices = PlanPrices(model, self._unit)
        soft = [it for task in model.tasks if (it := task.soft) is not None]
        hourly = [rate * self._unit for it in soft for rate in (it.early, it.late)]
        matrices = _Matrices(self._kinds, self._places, self._unit, [*prices.costs, *hourly])
        counts = {
            "tasks": len(model.tasks),
            "places": len(self._places.rows),
            "matrices": len(matrices.durations),
            "amounts": model.amounts,
            "types": len(model.types),
            "kinds": len(self._kinds),
            "vehicles": len(model.vehicles),
            "fewest_routes": min(model.fewest_routes, len(model.vehicles)),
            "most_routes": min(len(model.vehicles), model.most_routes or len(model.vehicles)),
        }
        arrays: dict[str, npt.ArrayLike] = {
            "durations": matrices.durations,
            "costs": matrices.costs,
            "distances": matrices.distances,
            **self._slots(matrices),
            "kind_of": kind_of,
            "kind_matrix": matrices.of_kind,
            "allowed": self._allowed(frozenset(impossible)),
        }
        arrays |= self._tasks() | self._soft_windows(matrices) | self._vehicles(matrices)
        arrays |= self._drivers() | self._breaks() | self._reloads()
        arrays |= prices.arrays(matrices.cost)
        arrays |= self._fixed_steps() | self._relations()
        self.arrays = Arrays(counts, arrays)
        self.scale = matrices.scale / COST_UNIT

    def routes(self, plan: Plan) -> dict[int, list[int]]:
        """A plan as the search reads it."""
        return {route.vehicle: list(route.tasks) for route in plan}

    def plan(self, routes: dict[int, list[int]]) -> Plan:
        """Routes of the search as a plan."""
        return [
            PlannedRoute(vehicle, tuple(self._visit(vehicle, code) for code in codes))
            for vehicle, codes in routes.items()
        ]

    def _visit(self, vehicle: int, code: int) -> int | BreakVisit | ReloadVisit:
        if code >= 0:
            return code
        breaks = len(self._model.vehicles[vehicle].source.breaks)
        rank = -1 - code
        return BreakVisit(rank) if rank < breaks else ReloadVisit(rank - breaks)

    def _duration(self, seconds: int) -> int:
        """Seconds in units of time."""
        return min(NEVER // 2, seconds * HUNDREDTHS // self._unit)

    def _moment(self, seconds: int) -> int:
        return max(0, min(_LATEST, (seconds - self._origin) * HUNDREDTHS // self._unit))

    def _limit(self, seconds: int | None) -> int:
        return NEVER if seconds is None else min(NEVER, seconds * HUNDREDTHS // self._unit)

    def _tasks(self) -> dict[str, npt.ArrayLike]:
        tasks, types = self._model.tasks, range(len(self._model.types))
        own: dict[str, npt.ArrayLike] = {
            "task_place": [self._places.rank[task.place] for task in tasks],
            "partner": [-1 if task.partner is None else task.partner for task in tasks],
            "is_pickup": [task.kind == "pickup" for task in tasks],
            "priority": [task.priority for task in tasks],
            "release": [self._moment(task.release) if task.release else 0 for task in tasks],
            "setup": [[self._duration(task.setup[rank]) for task in tasks] for rank in types],
            "service": [[self._duration(task.service[rank]) for task in tasks] for rank in types],
            "unloaded": [list(task.delivery) for task in tasks],
            "loaded": [list(task.pickup) for task in tasks],
        }
        return own | self._windows("window", [self._task_windows(task) for task in tasks])

    def _task_windows(self, task: Task) -> list[Window]:
        return [(start, end) for start, end in task.windows if end >= self._origin] or list(task.windows)

    def _windows(self, name: str, lists: Iterable[Sequence[Window]]) -> dict[str, npt.ArrayLike]:
        begin, opens, closes = [0], list[int](), list[int]()
        for windows in lists:
            for start, end in windows:
                if opens and len(opens) > begin[-1] and self._moment(start) <= closes[-1]:
                    closes[-1] = self._moment(end)  # beyond what the search counts, windows meet
                    continue
                opens.append(self._moment(start))
                closes.append(self._moment(end))
            begin.append(len(opens))
        return {f"{name}_begin": begin, f"{name}_open": opens, f"{name}_close": closes}

    def _slots(self, matrices: "_Matrices") -> dict[str, npt.ArrayLike]:
        return {
            "slot_begin": np.cumsum([0, *(len(slots) for slots in matrices.slots)]),
            "slot_start": [self._moment(start) for slots in matrices.slots for start, _ in slots],
            "slot_durations": [durations for slots in matrices.slots for _, durations in slots],
        }

    def _soft_windows(self, matrices: "_Matrices") -> dict[str, npt.ArrayLike]:
        soft = [task.soft for task in self._model.tasks]
        return {
            "soft_start": [0 if it is None else self._moment(it.start) for it in soft],
            "soft_end": [_LATEST if it is None else self._moment(it.end) for it in soft],
            "early_cost": [0 if it is None else matrices.cost(it.early * self._unit) for it in soft],
            "late_cost": [0 if it is None else matrices.cost(it.late * self._unit) for it in soft],
        }

    def _drivers(self) -> dict[str, npt.ArrayLike]:
        rules = [vehicle.driver_rules for vehicle in self._kinds]
        parts = [() if it is None else it.parts for it in rules]
        return {
            "kind_max_duration": [NEVER if it is None else self._limit(it.duty_left) for it in rules],
            "kind_max_driving": [
                NEVER if it is None else self._limit(it.driving_before_break) for it in rules
            ],
            "kind_rest": [0 if it is None else self._duration(it.break_length) for it in rules],
            "kind_rest_first": [self._duration(it[0]) if it else 0 for it in parts],
            "kind_rest_second": [self._duration(it[1]) if it else 0 for it in parts],
            "kind_driven": [0 if it is None else self._driven(it) for it in rules],
        }

    def _driven(self, rules: DriverRules) -> int:
        """Driving since the last break before the route starts. With more than the rules allow, as with just
        so much, a break comes before anything else."""
        most = rules.driving_before_break
        driven = rules.driven_since_break
        return self._duration(driven if most is None else min(driven, most))

    def _vehicles(self, matrices: "_Matrices") -> dict[str, npt.ArrayLike]:
        kinds = self._kinds
        sources = [vehicle.source for vehicle in kinds]
        nowhere = self._places.nowhere
        return {
            "kind_type": [vehicle.type_rank for vehicle in kinds],
            "kind_start": [nowhere if it.start is None else self._places.rank[it.start] for it in kinds],
            "kind_end": [nowhere if it.end is None else self._places.rank[it.end] for it in kinds],
            "kind_earliest": [0 if it.window is None else self._moment(it.window[0]) for it in kinds],
            "kind_latest": [_LATEST if it.window is None else self._moment(it.window[1]) for it in kinds],
            "kind_capacity": [[min(NEVER, amount) for amount in vehicle.capacity] for vehicle in kinds],
            "kind_max_tasks": [NEVER if it.max_tasks is None else min(NEVER, it.max_tasks) for it in sources],
            "kind_max_travel": [self._limit(_most_travel(it)) for it in kinds],
            "kind_max_distance": [
                NEVER if it.max_distance is None else min(NEVER, it.max_distance) for it in sources
            ],
            "kind_shift": [self._limit(it.shift_duration) for it in sources],
            "kind_max_overtime": [self._limit(it.max_overtime) for it in sources],
            "kind_fixed_cost": [matrices.cost(it.costs.fixed * COST_UNIT) for it in sources],
            "kind_work_cost": [matrices.cost(it.costs.per_task_hour * self._unit) for it in sources],
            "kind_overtime_cost": [matrices.cost(it.costs.per_overtime_hour * self._unit) for it in sources],
            "kind_travel_cost": [
                0 if it.travel.costs is not None else matrices.cost(it.source.costs.per_hour * self._unit)
                for it in kinds
            ],
            "kind_max_reloads": [
                NEVER if it.max_reloads is None else min(NEVER, it.max_reloads) for it in sources
            ],
        }

    def _breaks(self) -> dict[str, npt.ArrayLike]:
        breaks = [pause for vehicle in self._kinds for pause in vehicle.source.breaks]
        unlimited = [NEVER] * self._model.amounts
        windows = [sorted((it.start, it.end) for it in pause.time_windows) for pause in breaks]
        own: dict[str, npt.ArrayLike] = {
            "break_begin": np.cumsum([0, *(len(vehicle.source.breaks) for vehicle in self._kinds)]),
            "break_length": [self._duration(pause.service) for pause in breaks],
            "break_max_load": [
                [min(NEVER, amount) for amount in pause.max_load] if pause.max_load else unlimited
                for pause in breaks
            ],
        }
        return own | self._windows("break_window", windows)

    def _reloads(self) -> dict[str, npt.ArrayLike]:
        reloads = [reload for vehicle in self._kinds for reload in vehicle.reloads]
        return {
            "reload_begin": np.cumsum([0, *(len(vehicle.reloads) for vehicle in self._kinds)]),
            "reload_place": [self._places.rank[reload.place] for reload in reloads],
            "reload_length": [self._duration(reload.service) for reload in reloads],
        }

    def _fixed_steps(self) -> dict[str, npt.ArrayLike]:
        required = np.zeros(len(self._model.tasks), dtype=np.bool_)
        for vehicle in self._model.vehicles:
            for number in (*tasks_among(vehicle.first), *vehicle.in_order):
                partner = self._model.tasks[number].partner
                required[[number, number if partner is None else partner]] = True
        firsts = [vehicle.first for vehicle in self._kinds]
        return {
            "required": required,
            "first_begin": np.cumsum([0, *map(len, firsts)]),
            "first_visit": [
                -1 - visit.reload if isinstance(visit, ReloadVisit) else visit
                for first in firsts
                for visit in placed_among(first)
            ],
        }

    def _relations(self) -> dict[str, npt.ArrayLike]:
        """The relations, with those of the fixed steps in order: fixed tasks are on their vehicle anyway."""
        orders = (vehicle.in_order for vehicle in self._model.vehicles if len(vehicle.in_order) > 1)
        relations = [*self._model.relations, *(Relation("sequence", tasks) for tasks in orders)]
        return {
            "relation_type": [RELATIONS.index(it.kind) for it in relations],
            "relation_begin": np.cumsum([0, *(len(it.tasks) for it in relations)]),
            "relation_task": [task for it in relations for task in it.tasks],
        }

    def _allowed(self, impossible: frozenset[int]) -> npt.NDArray[np.bool_]:
        """Whether vehicles of each kind have the skills for each task."""
        tasks = self._model.tasks
        sets = {skills: rank for rank, skills in enumerate(dict.fromkeys(task.skills for task in tasks))}
        of_task = np.array([sets[task.skills] for task in tasks], dtype=np.intp)
        able = np.array([[skills <= kind.skills for skills in sets] for kind in self._kinds], dtype=np.bool_)
        allowed = able[:, of_task]
        allowed[:, sorted(impossible)] = False
        return allowed


def matrix_bytes(model: Model) -> int:
    """Size of the search's matrices: times, costs and the transposes of both, for each way of travelling."""
    ways = {_way(vehicle) for vehicle in model.vehicles}
    cells: int = len(ways) * len(_Places(model).rows) ** 2
    return 4 * np.dtype(np.int32).itemsize * cells


class _Places:
    """The matrix rows that a problem uses. The last one is nowhere, if a route may start or end there.

    Attributes:
        rows: The row of each place; None for nowhere.
        rank: The place of each row.
        nowhere: The place of nowhere.
    """

    def __init__(self, model: Model) -> None:
        used = {task.place for task in model.tasks}
        ends = {place for vehicle in model.vehicles for place in (vehicle.start, vehicle.end)}
        used |= {reload.place for vehicle in model.vehicles for reload in vehicle.reloads}
        used |= {place for place in ends if place is not None}
        self.rows: list[int | None] = [*sorted(used)]
        self.rank = {row: rank for rank, row in enumerate(self.rows) if row is not None}
        self.nowhere = len(self.rows)
        if None in ends:
            self.rows.append(None)


class _Matrices:
    """The matrices of each way of travelling: durations in units of time, costs in units of cost, metres.

    Attributes:
        of_kind: The rank of each kind's matrices.
    """

    def __init__(self, kinds: Sequence[Vehicle], places: _Places, unit: int, prices: Iterable[int]) -> None:
        ways = {_way(kind): kind for kind in kinds}
        ranks = {way: rank for rank, way in enumerate(ways)}
        self.of_kind = [ranks[_way(kind)] for kind in kinds]
        self.durations: list[Grid] = []
        self.distances: list[Grid] = []
        self.slots: list[list[tuple[int, Grid]]] = []
        costs: list[Grid] = []
        limited = any(kind.source.max_distance is not None for kind in kinds)
        for kind in ways.values():
            travel, rows = kind.travel, places.rows
            durations = _durations(kind, travel.durations, rows, unit)
            cost = grid(_cost_terms(kind), rows)
            slots = [(it.start, _durations(kind, it.durations, rows, unit)) for it in travel.slots]
            if travel.closed is not None:
                closed = grid([(travel.closed.astype(np.uint32), 1)], rows) > 0
                for cells in (durations, cost, *(slot for _, slot in slots)):
                    cells[closed] = -1
            self.durations.append(durations)
            self.slots.append([(start, _within(slot)) for start, slot in slots])
            costs.append(cost)
            if limited and travel.distances is not None:
                self.distances.append(np.minimum(grid([(travel.distances, 1)], rows), NEVER))
            elif limited:
                self.distances.append(np.zeros_like(durations))
        self.scale = _scale(costs, kinds, unit, prices)
        self.costs = [_within(np.where(it < 0, -1, self._scaled(it))) for it in costs]
        self.durations = [_within(it) for it in self.durations]

    def cost(self, cost: int) -> int:
        """A cost in VROOM's internal unit, in units of cost."""
        return round(cost / self.scale)

    def _scaled(self, costs: Grid) -> Grid:
        if isinstance(self.scale, int):
            return costs // self.scale
        scaled: Grid = np.rint(costs / self.scale).astype(np.int64)
        return scaled


def _within(cells: Grid) -> Grid:
    """Cells that the search can count. Closed legs are negative until then."""
    cells = np.minimum(cells, NEVER - 1)
    cells[cells < 0] = NEVER
    return cells


def _durations(kind: Vehicle, durations: Cells, rows: Sequence[int | None], unit: int) -> Grid:
    """Durations in units of time. Where they depend on the time of day, they are whole seconds."""
    if not kind.travel.slots:
        return grid([(durations, kind.duration_factor // unit)], rows)
    return -(-grid([(durations, kind.duration_factor)], rows) // HUNDREDTHS) * (HUNDREDTHS // unit)


def _most_travel(vehicle: Vehicle) -> int | None:
    """The longest travel of a route in seconds; None if there is no limit."""
    rules = vehicle.driver_rules
    limits = vehicle.source.max_travel_time, None if rules is None else rules.driving_left
    return min((limit for limit in limits if limit is not None), default=None)


def _scale(costs: Sequence[Grid], kinds: Sequence[Vehicle], unit: int, prices: Iterable[int]) -> int | float:
    """What one unit of cost is, in VROOM's internal unit: a whole number if costs of legs then fit."""
    common = math.gcd(*prices)
    for kind in kinds:
        rates = kind.source.costs
        hourly = rates.per_task_hour, rates.per_overtime_hour, rates.per_hour if kind.travel.slots else 0
        common = math.gcd(common, rates.fixed * COST_UNIT, *(rate * unit for rate in hourly))
    most = 0
    for cells in costs:
        opened = np.maximum(cells, 0)
        common = math.gcd(common, int(np.gcd.reduce(opened, axis=None)))
        most = max(most, int(opened.max(initial=0)))
    common = common or 1
    return common if most // common <= _MOST_COST else most / _MOST_COST


def _cost_terms(kind: Vehicle) -> list[tuple[npt.NDArray[np.uint32] | None, int]]:
    travel = kind.travel
    if travel.costs is not None:
        return [(travel.costs, COST_UNIT)]
    terms: list[tuple[npt.NDArray[np.uint32] | None, int]] = [(travel.durations, kind.cost_factor)]
    if kind.source.costs.per_km:
        terms.append((travel.distances, DISTANCE_COST * kind.source.costs.per_km))
    return terms


def _way(kind: Vehicle) -> tuple[int, int, int, int]:
    """What decides a vehicle's times and costs of travel."""
    return id(kind.travel), kind.duration_factor, kind.cost_factor, kind.source.costs.per_km


def _kinds(model: Model) -> tuple[list[Vehicle], list[int]]:
    """One vehicle of each kind, and the kind of each vehicle."""
    ranks: dict[tuple[object, ...], int] = {}
    kinds: list[Vehicle] = []
    of_vehicle: list[int] = []
    for vehicle in model.vehicles:
        traits = _traits(vehicle)
        if traits not in ranks:
            ranks[traits] = len(kinds)
            kinds.append(vehicle)
        of_vehicle.append(ranks[traits])
    return kinds, of_vehicle


def _traits(vehicle: Vehicle) -> tuple[object, ...]:
    """All that the search knows of a vehicle."""
    it = vehicle.source
    breaks = tuple(
        (pause.service, tuple((w.start, w.end) for w in pause.time_windows), tuple(pause.max_load or ()))
        for pause in it.breaks
    )
    reloads = tuple((reload.place, reload.service) for reload in vehicle.reloads)
    costs = it.costs.fixed, it.costs.per_task_hour, it.costs.per_overtime_hour
    limits = (
        it.max_tasks,
        it.max_travel_time,
        it.max_distance,
        it.shift_duration,
        it.max_overtime,
        it.max_reloads,
    )
    way = vehicle.start, vehicle.end, vehicle.window, vehicle.type_rank, vehicle.capacity, vehicle.skills
    begins = it.id if vehicle.first else None  # a kind whose routes begin with given visits has one vehicle
    return *_way(vehicle), *way, *costs, *limits, vehicle.driver_rules, breaks, reloads, begins
