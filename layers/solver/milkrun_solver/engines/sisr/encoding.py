"""A problem, or a part of it, as the flat arrays of the compiled search."""

from collections.abc import Collection

import numpy.typing as npt

from milkrun_solver.engines.sisr.arrays import Arrays
from milkrun_solver.engines.sisr.clock import Clock
from milkrun_solver.engines.sisr.kinds import kinds_of
from milkrun_solver.engines.sisr.matrices import Matrices
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.engines.sisr.plan_prices import PlanPrices
from milkrun_solver.engines.sisr.scale import Scale
from milkrun_solver.engines.sisr.tasks import allowed, soft_arrays, task_arrays
from milkrun_solver.engines.sisr.ties import relation_arrays, step_arrays
from milkrun_solver.engines.sisr.vehicles import break_arrays, driver_arrays, reload_arrays, vehicle_arrays
from milkrun_solver.model.problem import Model
from milkrun_solver.model.units import COST_UNIT
from milkrun_solver.model.visits import BreakVisit, Plan, PlannedRoute, ReloadVisit


class Encoding:
    """A problem in the terms of the search.

    Args:
        impossible: Tasks that no vehicle can serve. The search leaves them out.

    Attributes:
        arrays: The problem as arrays.
        scale: Cost units in one unit of the search's costs.
    """

    def __init__(self, model: Model, impossible: Collection[int] = ()) -> None:
        self._model = model
        kinds, kind_of = kinds_of(model)
        clock, places = Clock(model.vehicles), Places(model)
        prices = PlanPrices(model, clock.unit)
        matrices = Matrices(kinds, places, clock)
        scale = Scale(model, kinds, clock.unit, matrices.costs, matrices.cost_unit, prices.costs)
        counts = {
            "tasks": len(model.tasks),
            "places": len(places.rows),
            "matrices": matrices.count,
            "amounts": model.amounts,
            "types": len(model.types),
            "kinds": len(kinds),
            "vehicles": len(model.vehicles),
            "fewest_routes": min(model.fewest_routes, len(model.vehicles)),
            "most_routes": min(len(model.vehicles), model.most_routes or len(model.vehicles)),
        }
        arrays: dict[str, npt.ArrayLike] = {
            "kind_of": kind_of,
            "allowed": allowed(model.tasks, kinds, impossible),
            **matrices.arrays(scale),
            **task_arrays(model, places, clock),
            **soft_arrays(model.tasks, clock, scale.cost),
            **vehicle_arrays(kinds, places, clock, scale.cost),
            **driver_arrays(kinds, clock),
            **break_arrays(kinds, model.amounts, clock),
            **reload_arrays(kinds, places, clock),
            **prices.arrays(scale.cost),
            **step_arrays(model, kinds),
            **relation_arrays(model),
        }
        self.arrays = Arrays(counts, arrays)
        self.scale = scale.unit / COST_UNIT

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
