"""PyVRP's penalties for broken rules: their first values and their bound.

PyVRP adapts the penalties towards a target share of feasible solutions, as does T. Vidal, "Hybrid genetic
search for the CVRP: open-source implementation and SWAP* neighborhood", Computers & Operations Research 140
(2022). Here the first values and the bound come from the problem.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyvrp

Penalties = tuple[list[float], float, float]
"""Penalties per unit of excess load in each dimension, lateness and excess distance, in PyVRP's units."""

UPDATES = {"solutions_between_updates": 100, "penalty_increase": 1.2, "penalty_decrease": 0.85}
"""PyVRP's defaults update after every 500 iterations, which suits minutes. A search here has only a few
thousand iterations."""
_LOAD, _TIME = 5.0, 10.0
"""First penalties, in typical legs: for one typical amount too much, and for being late by a typical leg."""
_NEAREST, _SAMPLE = 20, 100
"""A typical leg is the mean over a sample of places and this many nearest neighbours of each."""
_TYPICAL_LEG = 1_000
"""Cost of a leg for which PyVRP's default penalties are suitable."""
_MOST_COST = 2**61
"""Bound on the sum of all penalties of a solution: PyVRP's 64-bit numbers overflow unnoticed."""
UNLIMITED = 2**63 - 1
"""PyVRP's value for a limit that is not set."""


def first_penalties(data: "pyvrp.ProblemData") -> Penalties:
    """First penalties of about the right size, from the typical leg of a problem.

    PyVRP starts halfway to its bound, about a thousand times too high. The search then sees only feasible
    solutions until the penalties have come down, which takes tens of thousands of iterations.
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
    """PyVRP's default bound on penalties, raised for legs that cost more than typical ones and for prizes, as
    far as 64 bits allow."""
    kind = data.vehicle_type(0)
    leg = float(data.distance_matrix(kind.profile).mean()) * kind.unit_distance_cost
    leg += float(data.duration_matrix(kind.profile).mean()) * kind.unit_duration_cost
    prizes = [client.prize for client in data.clients()]
    prizes += [shipment.prize for shipment in data.shipments()]
    wanted = float(max(100_000.0 * max(1.0, leg / _TYPICAL_LEG), *prizes))
    return min(wanted, _MOST_COST / _most_violation(data))


def _most_violation(data: "pyvrp.ProblemData") -> int:
    """A bound on the sum of lateness, excess distance and excess load over all routes of a solution."""
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
    """The longest wait after a late stop: PyVRP turns the clock back to the end of the missed window."""
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
