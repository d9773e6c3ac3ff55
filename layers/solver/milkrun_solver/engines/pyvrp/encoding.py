"""Encodes a problem as PyVRP's data, and translates between plans and PyVRP's solutions.

A job becomes a client, or a group of alternative clients if it has several time windows. A shipment becomes
a shipment. Required skills and `max_tasks` become further load dimensions. If not every task can be served,
each has a prize.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from milkrun_solver.engines.libraries import load_pyvrp
from milkrun_solver.engines.pyvrp.closed_legs import without_closed_legs
from milkrun_solver.engines.pyvrp.duration_limits import lasts_too_long, priced_limits, with_prices
from milkrun_solver.engines.pyvrp.empty_trips import without_empty_trips
from milkrun_solver.engines.pyvrp.fleet import Fleet
from milkrun_solver.engines.pyvrp.prizes import prizes
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.visits import PlacedVisit, Plan, PlannedRoute, ReloadVisit
from milkrun_solver.model.windows import Window
from milkrun_solver.routes.schedule import schedule

if TYPE_CHECKING:
    import pyvrp

Neighbours = dict["pyvrp.Activity", list["pyvrp.Activity"]]


class Encoding:
    """One problem in PyVRP's terms.

    Args:
        known: Routes that keep the rules.

    Attributes:
        possible: Numbers of the tasks that some vehicle can serve.
        impossible: The other tasks, which are left out, each with the rule that forbids it.
        fleet: Vehicles, locations and matrices.
    """

    def __init__(self, model: Model, known: Sequence[PlannedRoute] = ()) -> None:
        self._model = model
        self._pyvrp: Any = load_pyvrp()
        served = _served(known)
        self.impossible = {number: it for number, it in unservable(model).items() if number not in served}
        self.possible = [number for number in range(len(model.tasks)) if number not in self.impossible]
        self.fleet = Fleet(model, self.possible)
        self._limits = priced_limits(model, self.fleet)
        self._clients: dict[int, list[int]] = {}
        self._shipments: dict[int, int] = {}
        self._number_activities()
        self._shared: dict[bool, tuple[pyvrp.ProblemData, Neighbours]] = {}
        self._sharing = threading.Lock()

    def _number_activities(self) -> None:
        """Numbers PyVRP's clients, one for each time window of a job, and PyVRP's shipments."""
        count = 0
        for number in self.possible:
            task = self._model.tasks[number]
            if task.kind == "job":
                alternatives = max(1, len(task.windows))
                self._clients[number] = list(range(count, count + alternatives))
                count += alternatives
            elif task.kind == "pickup":
                self._shipments[number] = len(self._shipments)

    def knows(self, plan: Plan) -> bool:
        """Whether a plan serves only tasks that PyVRP knows. In a very large problem, another engine may
        serve more: see `milkrun_solver.feasibility.detours`."""
        return _served(plan).issubset(self.possible)

    @property
    def knows_all(self) -> bool:
        """Whether some vehicle can serve each of the problem's tasks."""
        return len(self.possible) == len(self._model.tasks)

    def is_complete(self, plan: Plan) -> bool:
        """Whether a plan serves every task that some vehicle can serve."""
        return _served(plan).issuperset(self.possible)

    def shared(self, complete: bool) -> "tuple[pyvrp.ProblemData, Neighbours]":
        """PyVRP's data and the neighbours of each activity. They never change, so all threads share them."""
        with self._sharing:
            if complete not in self._shared:
                data = self.data(complete)
                search = self._pyvrp.search
                self._shared[complete] = data, search.compute_neighbours(data, search.NeighbourhoodParams())
            return self._shared[complete]

    def data(self, complete: bool) -> "pyvrp.ProblemData":
        """PyVRP's data: with every task required, or with a prize for each."""
        vrp, fleet = self._pyvrp, self.fleet
        possible = self.possible
        worth = dict.fromkeys(possible, 0) if complete else prizes(self._model, fleet, possible)
        clients: list[Any] = []
        groups: list[Any] = []
        for number, alternatives in self._clients.items():
            group = None
            if len(alternatives) > 1:
                group = len(groups)
                groups.append(vrp.ClientGroup(alternatives, required=complete))
            required = complete and group is None
            windows = self._model.tasks[number].windows or (None,)
            clients += [self._client(number, w, group, required, worth[number]) for w in windows]
        most = max(1, len(possible))
        types = [
            vrp.VehicleType(
                num_available=min(len(kind.vehicles), most),
                **without_closed_legs(kind.arguments, fleet.closings).as_keywords(),
            )
            for kind in fleet.types
        ]
        data: pyvrp.ProblemData = vrp.ProblemData(
            locations=[vrp.Location(0, 0) for _ in fleet.locations.rows],
            clients=clients,
            depots=self._depots(),
            vehicle_types=types,
            distance_matrices=fleet.matrices[0],
            duration_matrices=fleet.matrices[1],
            groups=groups,
            shipments=[self._shipment(n, complete, worth[n] + worth[n + 1]) for n in self._shipments],
        )
        return with_prices(data, self._limits, complete)

    def _depots(self) -> list[Any]:
        depots = [self._pyvrp.Depot(location) for location in self.fleet.locations.depots.values()]
        unit = self.fleet.time_unit if self._model.timed else 0
        depots += [
            self._pyvrp.Depot(location, service_duration=unit * service)
            for (_, service), location in self.fleet.locations.reloads.items()
        ]
        return depots

    def _client(
        self, number: int, window: Window | None, group: int | None, required: bool, prize: int
    ) -> Any:
        task = self._model.tasks[number]
        return self._pyvrp.Client(
            location=self.fleet.locations.of_task[number],
            delivery=self.fleet.loads(task, task.delivery),
            pickup=[*task.pickup, *([0] * self.fleet.extra_dimensions)],
            service_duration=self._service(task),
            release_time=self.fleet.time_unit * task.release,
            required=required,
            prize=prize,
            group=group,
            **self._window("", window),
        )

    def _shipment(self, number: int, complete: bool, prize: int) -> Any:
        pickup, delivery = self._model.tasks[number], self._model.tasks[number + 1]
        return self._pyvrp.Shipment(
            self.fleet.locations.of_task[number],
            self.fleet.locations.of_task[number + 1],
            pickup_service_duration=self._service(pickup),
            delivery_service_duration=self._service(delivery),
            amount=self.fleet.loads(pickup, pickup.pickup),
            required=complete,
            prize=prize,
            **self._window("pickup_", next(iter(pickup.windows), None)),
            **self._window("delivery_", next(iter(delivery.windows), None)),
        )

    def _service(self, task: Task) -> int:
        """Time on the spot in PyVRP's units; 0 if nothing binds in time or the matrices include it."""
        if not self._model.timed or self.fleet.service_on_edges:
            return 0
        return self.fleet.time_unit * task.action(self._model.vehicles[0].type_rank)

    def _window(self, prefix: str, window: Window | None) -> dict[str, int]:
        if window is None:
            return {}
        unit = self.fleet.time_unit
        return {f"{prefix}tw_early": unit * window[0], f"{prefix}tw_late": unit * window[1]}

    def keeps_rules(self, solution: "pyvrp.Solution") -> bool:
        """Whether a solution keeps all rules, including those that PyVRP is given as a price."""
        in_time = not self._limits or all(map(self.route_keeps_rules, solution.routes()))
        return in_time and bool(solution.is_feasible())

    def route_keeps_rules(self, route: "pyvrp.Route") -> bool:
        """Whether a route keeps all rules."""
        return bool(route.is_feasible()) and not lasts_too_long(route, self._limits)

    def plan(
        self, solution: "pyvrp.Solution", wanted: Callable[["pyvrp.Route"], bool] = lambda _: True
    ) -> Plan:
        """The plan of PyVRP's solution, with only the routes for which `wanted` is True."""
        jobs = {client: number for number, clients in self._clients.items() for client in clients}
        pickups = list(self._shipments)
        spare = [list(kind.vehicles) for kind in self.fleet.types]

        def visit_of(activity: "pyvrp.Activity", reloads: list[int]) -> PlacedVisit:
            if activity.is_depot():
                return ReloadVisit(reloads.index(activity.idx))
            if activity.is_client():
                return jobs[activity.idx]
            return pickups[activity.idx] + (1 if activity.is_delivery() else 0)

        plan: Plan = []
        for route in filter(wanted, solution.routes()):
            vehicle = spare[route.vehicle_type()].pop(0)
            reloads = self.fleet.locations.reload_depots(self._model.vehicles[vehicle])
            visits = tuple(visit_of(activity, reloads) for activity in route.schedule()[1:-1])
            plan.append(without_empty_trips(self._model, PlannedRoute(vehicle, visits)))
        return plan

    def solution(self, data: "pyvrp.ProblemData", plan: Plan) -> "pyvrp.Solution":
        """PyVRP's solution for a plan of the same problem."""
        vrp = self._pyvrp
        types = {number: rank for rank, kind in enumerate(self.fleet.types) for number in kind.vehicles}
        routes = [vrp.Route(data, self._activities(it), types[it.vehicle]) for it in plan]
        solution: pyvrp.Solution = vrp.Solution(data, routes)
        return solution

    def _activities(self, planned: PlannedRoute) -> list[Any]:
        chosen = zip(planned.placed, self._chosen_windows(planned), strict=True)
        return [self._activity(planned.vehicle, visit, window) for visit, window in chosen]

    def _activity(self, vehicle: int, visit: PlacedVisit, window: int) -> Any:
        activity, kinds = self._pyvrp.Activity, self._pyvrp.ActivityType
        if isinstance(visit, ReloadVisit):
            reloads = self.fleet.locations.reload_depots(self._model.vehicles[vehicle])
            return activity(kinds.DEPOT, reloads[visit.reload])
        kind = self._model.tasks[visit].kind
        if kind == "job":
            return activity(kinds.CLIENT, self._clients[visit][window])
        if kind == "pickup":
            return activity(kinds.PICKUP, self._shipments[visit])
        return activity(kinds.DELIVERY, self._shipments[visit - 1])

    def _chosen_windows(self, planned: PlannedRoute) -> list[int]:
        """The rank of the time window in which each stop of a route starts."""
        windows = [
            self._model.tasks[visit].windows if isinstance(visit, int) else () for visit in planned.placed
        ]
        timed = None
        if any(len(several) > 1 for several in windows):
            timed = schedule(self._model, planned.vehicle, planned.visits)
        if timed is None:
            return [0] * len(windows)
        starts = [stop.arrival + stop.waiting for stop in timed.stops[1:-1]]
        return [
            next((i for i, (first, last) in enumerate(several) if first <= start <= last), 0)
            for several, start in zip(windows, starts, strict=True)
        ]


def _served(plan: Sequence[PlannedRoute]) -> set[int]:
    return {task for route in plan for task in route.tasks}
