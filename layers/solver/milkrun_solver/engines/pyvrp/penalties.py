"""What PyVRP charges a broken rule while it searches: at first, and at most."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyvrp

Penalties = tuple[list[float], float, float]
"""Cost of a unit of each load, of a second and of a metre too much, in PyVRP's units."""

UPDATES = {"solutions_between_updates": 100, "penalty_increase": 1.2, "penalty_decrease": 0.85}
"""PyVRP's own steps, after every 500 iterations, suit minutes: here a search has a few thousand in all."""
_LOAD, _TIME = 5.0, 10.0
"""What it costs at first to carry one typical amount too much, or to be a typical leg too late, in legs."""
_NEAREST, _SAMPLE = 20, 100
"""A leg is typical between places and the nearest others; so many places are looked at."""
_TYPICAL_LEG = 1_000
"""Cost of a leg that PyVRP's default penalties suit."""
_MOST_COST = 2**61
"""Bound on what all broken rules of a solution cost together. PyVRP counts in 64 bits and does not look."""
UNLIMITED = 2**63 - 1
"""PyVRP's value of limits that are not given."""


def first_penalties(data: "pyvrp.ProblemData") -> Penalties:
    """Penalties of about the right size to begin with, from the typical leg of a problem.

    PyVRP's own start halfway to its bound, some thousand times too high: nothing but feasible solutions is
    looked at until they have come down, which takes tens of thousands of iterations.
    """
    kind = data.vehicle_type(0)
    distance = _typical(data.distance_matrix(kind.profile))
    duration = _typical(data.duration_matrix(kind.profile))
    leg = max(1.0, kind.unit_distance_cost * distance + kind.unit_duration_cost * duration)
    amounts = [np.maximum(client.delivery, client.pickup) for client in data.clients()]
    amounts += [np.array(shipment.amount) for shipment in data.shipments()]
    loads = np.array(amounts).reshape(len(amounts), data.num_load_dimensions)
    return [_LOAD * leg / _mean(load) for load in loads.T], _TIME * leg / duration, _TIME * leg / distance


def max_penalty(data: "pyvrp.ProblemData") -> float:
    """PyVRP's default bound, raised where costs are counted in smaller units or prizes are at stake, as far
    as 64 bits reach."""
    kind = data.vehicle_type(0)
    leg = float(data.distance_matrix(kind.profile).mean()) * kind.unit_distance_cost
    leg += float(data.duration_matrix(kind.profile).mean()) * kind.unit_duration_cost
    prizes = [client.prize for client in data.clients()]
    prizes += [shipment.prize for shipment in data.shipments()]
    wanted = float(max(100_000.0 * max(1.0, leg / _TYPICAL_LEG), *prizes))
    return min(wanted, _MOST_COST / _most_violation(data))


def _most_violation(data: "pyvrp.ProblemData") -> int:
    """A bound on what all routes of a solution can be too late, too long, and too full, in all."""
    stops = _stops(data)
    legs = 3 * len(stops)  # one into each stop, one to a reload after it, one to the end of its route
    longest = max(int(durations.max()) for durations in data.duration_matrices())
    total: int = legs * (longest + _most_waiting(data))
    total += sum(stop.service_duration for stop in stops)
    total += len(stops) * max(depot.service_duration for depot in data.depots())
    if any(kind.max_distance < UNLIMITED for kind in data.vehicle_types()):
        total += legs * max(int(distances.max()) for distances in data.distance_matrices())
    total += sum(sum(client.delivery) + sum(client.pickup) for client in data.clients())
    total += sum(sum(shipment.amount) for shipment in data.shipments())
    return max(1, total)


def _most_waiting(data: "pyvrp.ProblemData") -> int:
    """How long a stop can wait after one that was too late, since lateness turns the clock back."""
    stops, kinds = _stops(data), data.vehicle_types()
    opening = [stop.tw_early for stop in stops]
    closing = [timed.tw_late for timed in (*stops, *kinds)]
    if any(kind.max_duration < UNLIMITED for kind in kinds):
        closing += opening  # waiting makes a route too long
    opening += [kind.tw_early for kind in kinds] + [client.release_time for client in data.clients()]
    longest: int = max(opening) - min(closing)
    return max(0, longest)


def _stops(data: "pyvrp.ProblemData") -> list[Any]:
    ends = [end for shipment in data.shipments() for end in (shipment.pickup, shipment.delivery)]
    return [*data.clients(), *ends]


def _typical(matrix: "np.ndarray[Any, Any]") -> float:
    rows = matrix[:: max(1, len(matrix) // _SAMPLE)]
    nearest = min(_NEAREST, matrix.shape[1] - 1)
    return max(1.0, float(np.partition(rows, nearest, axis=1)[:, : nearest + 1].mean()))


def _mean(amounts: npt.NDArray[Any]) -> float:
    some = amounts[amounts > 0]
    return float(some.mean()) if len(some) else 1.0
