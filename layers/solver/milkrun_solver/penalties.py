"""What PyVRP charges a broken rule while it searches: the price at which breaking it hardly pays."""

from typing import Any

import numpy as np
import numpy.typing as npt

Penalties = tuple[list[float], float, float]
"""Cost of a unit of each load, of a second and of a metre too much, in PyVRP's units."""

UPDATES = {"solutions_between_updates": 100, "penalty_increase": 1.2, "penalty_decrease": 0.85}
"""PyVRP's own steps, after every 500 iterations, suit minutes: here a search has a few thousand in all."""
_LOAD, _TIME = 5.0, 10.0
"""What it costs at first to carry one typical amount too much, or to be a typical leg too late, in legs."""
_NEAREST, _SAMPLE = 20, 100
"""A leg is typical between places and the nearest others; so many places are looked at."""


def first_penalties(data: Any) -> Penalties:
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


def _typical(matrix: npt.NDArray[np.int64]) -> float:
    rows = matrix[:: max(1, len(matrix) // _SAMPLE)]
    nearest = min(_NEAREST, matrix.shape[1] - 1)
    return max(1.0, float(np.partition(rows, nearest, axis=1)[:, : nearest + 1].mean()))


def _mean(amounts: npt.NDArray[np.int64]) -> float:
    some = amounts[amounts > 0]
    return float(some.mean()) if len(some) else 1.0
