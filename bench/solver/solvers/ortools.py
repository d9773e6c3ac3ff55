"""OR-Tools' routing solver, set up as in its guides: parallel cheapest insertion, then guided local
search."""

from datetime import timedelta
from importlib.metadata import version
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from bench.solver.instances import Instance
from bench.solver.registry import Found


class OrTools:
    """One problem as a routing model. OR-Tools uses only one thread for it."""

    def __init__(self, instance: Instance) -> None:
        self.version = version("ortools")
        self._customers = instance.customers
        self._manager = pywrapcp.RoutingIndexManager(len(instance.demand), len(instance.fleet), 0)
        self._routing = pywrapcp.RoutingModel(self._manager)
        self._add_costs_and_capacity(instance)
        if instance.windows is not None:
            self._add_windows(instance, instance.windows)

    def _add_costs_and_capacity(self, instance: Instance) -> None:
        routing = self._routing
        routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(instance.distances.tolist()))
        demand = routing.RegisterUnaryTransitVector(instance.demand.tolist())
        routing.AddDimension(demand, 0, instance.fleet[0].capacity, True, "load")

    def _add_windows(self, instance: Instance, windows: Any) -> None:
        routing, end = self._routing, int(windows[0, 1])
        taken = instance.distances + instance.service[:, None]
        np.fill_diagonal(taken, 0)
        routing.AddDimension(routing.RegisterTransitMatrix(taken.tolist()), end, end, False, "time")
        time = routing.GetDimensionOrDie("time")
        for row in instance.rows:
            time.CumulVar(self._manager.NodeToIndex(row)).SetRange(*windows[row].tolist())
        for vehicle in range(len(instance.fleet)):
            time.CumulVar(routing.Start(vehicle)).SetRange(*windows[0].tolist())
            time.CumulVar(routing.End(vehicle)).SetRange(*windows[0].tolist())

    def search(self, seconds: float, seed: int, found: Found) -> None:
        """Searches in this thread."""
        routing = self._routing
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        strategies = routing_enums_pb2.FirstSolutionStrategy
        parameters.first_solution_strategy = strategies.PARALLEL_CHEAPEST_INSERTION
        heuristics = routing_enums_pb2.LocalSearchMetaheuristic
        parameters.local_search_metaheuristic = heuristics.GUIDED_LOCAL_SEARCH
        parameters.time_limit.FromTimedelta(timedelta(seconds=seconds))
        best: float = np.inf

        def at_solution() -> None:
            nonlocal best
            cost = routing.CostVar().Max()
            if cost < best:
                best = cost
                found(self._routes())

        routing.AddAtSolutionCallback(at_solution)
        routing.solver().ReSeed(seed)
        routing.SolveWithParameters(parameters)

    def _routes(self) -> list[list[int]]:
        """The routes of the current solution."""
        routing = self._routing
        routes = []
        for vehicle in range(routing.vehicles()):
            route = []
            index = routing.NextVar(routing.Start(vehicle)).Value()
            while not routing.IsEnd(index):
                route.append(self._manager.IndexToNode(index))
                index = routing.NextVar(index).Value()
            routes.append(route)
        return [route for route in routes if route]


def make(instance: Instance, cores: int) -> OrTools:  # noqa: ARG001  # it uses one thread
    """OR-Tools, ready to search."""
    return OrTools(instance)
