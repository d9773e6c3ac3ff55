"""Generates a few small instances for a machine that has none, the same ones every time."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import vrplib

_SIDE = 1_000
_SERVICE = 20
_HORIZON = 5_000


def write_instances(folder: Path) -> None:
    """Writes two instances without time windows and one with them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for customers, timed in ((100, False), (300, False), (200, True)):
        write_instance(folder, customers, timed)


def write_instance(folder: Path, customers: int, timed: bool) -> Path:
    """Writes one instance: customers around a few towns, a depot in the middle, about ten stops per route."""
    rng = np.random.default_rng(customers)
    towns = rng.integers(0, _SIDE, (customers // 25 + 2, 2))
    around = towns[rng.integers(0, len(towns), customers)] + rng.normal(0, _SIDE / 20, (customers, 2))
    places = np.vstack(([_SIDE // 2] * 2, np.clip(around, 0, _SIDE))).astype(int)
    demand = np.array([0, *rng.integers(1, 30, customers)])
    name = f"generated-{'windows' if timed else 'capacity'}-n{customers}"
    data: dict[str, Any] = {
        "NAME": name,
        "TYPE": "VRPTW" if timed else "CVRP",
        "DIMENSION": customers + 1,
        "EDGE_WEIGHT_TYPE": "EUC_2D",
        "CAPACITY": 150,
        **({"SERVICE_TIME": _SERVICE} if timed else {}),
        "NODE_COORD_SECTION": places.tolist(),
        "DEMAND_SECTION": demand.tolist(),
        **({"TIME_WINDOW_SECTION": _windows(rng, places).tolist()} if timed else {}),
        "DEPOT_SECTION": [1, -1],
    }
    path = folder / f"{name}.vrp"
    vrplib.write_instance(path, data)
    return path


def _windows(rng: np.random.Generator, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Time windows, each of which a vehicle can keep if it visits only that customer."""
    away = np.ceil(np.hypot(*(places - places[0]).T)).astype(int)
    earliest, latest = away, _HORIZON - away - _SERVICE - 1
    first = rng.integers(earliest, latest)
    last = np.minimum(first + rng.integers(100, 600, len(places)), latest)
    windows = np.stack((first, last), axis=1)
    windows[0] = (0, _HORIZON)
    return windows
