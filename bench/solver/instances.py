"""Reads instances of the literature as whole numbers, the same for every solver.

`.vrp` files are in the VRPLIB format, `.txt` files in that of Solomon and of Homberger. Costs follow the
conventions of published solutions:

- with time windows, as DIMACS does: distances are travel times, truncated to tenths;
- without, as CVRPLIB does: Euclidean distances between whole coordinates are rounded to the nearest;
- other distances are kept if they are whole numbers, and rounded to thousandths if not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import vrplib

Cells = npt.NDArray[np.int64]

_TENTHS, _THOUSANDTHS = 10, 1_000
_UNDERSTOOD = {
    "name",
    "comment",
    "type",
    "dimension",
    "vehicles",
    "capacity",
    "demand",
    "depot",
    "time_window",
    "service_time",
    "node_coord",
    "node_coord_type",
    "display_data",
    "display_data_type",
    "edge_weight",
    "edge_weight_type",
    "edge_weight_format",
    "edge_weight_unit_of_measurement",
}


class InstanceError(Exception):
    """A file that this benchmark cannot read as an instance."""


@dataclass(frozen=True)
class Instance:
    """Identical vehicles, one depot in row 0, and customers to visit once each.

    Attributes:
        name: The name of its file, without the extension.
        distances: Costs and travel times, `[from, to]`.
        demand: The demand of each row's customer; 0 for the depot.
        capacity: The capacity of a vehicle.
        service: The service time of each row's customer.
        windows: When service may start, `[row, (first, last)]`; in row 0, when vehicles may leave and must be
            back. None if nothing is timed.
        vehicles: The most routes allowed; None for any number.
        scale: How many of these units make one unit of published costs.
    """

    name: str
    distances: Cells
    demand: Cells
    capacity: int
    service: Cells
    windows: Cells | None
    vehicles: int | None
    scale: int

    @property
    def customers(self) -> int:
        """The number of customers."""
        return len(self.demand) - 1

    @property
    def fleet(self) -> int:
        """The number of vehicles that solvers get."""
        return self.vehicles or self.customers


@dataclass(frozen=True)
class BestKnown:
    """A published solution: its stated cost, and its routes as rows of the instance."""

    cost: float
    routes: Sequence[Sequence[int]]


def instance_paths(folder: Path) -> list[Path]:
    """The instances in a folder, by name.

    Raises:
        InstanceError: The folder has none.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix in (".vrp", ".txt"))
    if not paths:
        raise InstanceError(f"There are no .vrp or .txt files in {folder}.")
    return paths


def read_best_known(path: Path) -> BestKnown | None:
    """The solution in the `.sol` file beside an instance; None if there is no such file."""
    beside = path.with_suffix(".sol")
    if not beside.exists():
        return None
    solution = vrplib.read_solution(beside)
    return BestKnown(float(solution["cost"]), solution["routes"])


def read_instance(path: Path) -> Instance:
    """Reads an instance.

    Raises:
        InstanceError: The file cannot be read, or has a section or feature that is not supported.
    """
    try:
        raw = vrplib.read_instance(
            path, "solomon" if path.suffix == ".txt" else "vrplib", compute_edge_weights=False
        )
        return _instance(path, raw)
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        raise InstanceError(f"{path.name} cannot be read: {error!r}") from error


def _instance(path: Path, raw: dict[str, Any]) -> Instance:
    unknown = set(raw) - _UNDERSTOOD
    if unknown:
        raise InstanceError(f"{path.name} has unsupported sections: {', '.join(sorted(unknown))}.")
    if np.any(raw.get("depot", [0]) != np.zeros(1)):
        raise InstanceError(f"{path.name} has a depot other than its first place.")
    exact, whole = _distances(path, raw)
    service = np.array(np.broadcast_to(raw.get("service_time", 0), len(exact)))
    service[0] = 0
    windows = raw.get("time_window")
    timed = windows is not None
    if timed:
        scale = _TENTHS
    elif np.any(service):
        raise InstanceError(f"{path.name} has service times but no time windows.")
    else:
        scale = 1 if whole else _THOUSANDTHS

    def units(values: Any) -> Cells:
        scaled = scale * np.asarray(values, dtype=np.float64)
        return np.floor(scaled if timed else scaled + 0.5).astype(np.int64)

    return Instance(
        name=path.stem,
        distances=units(exact),
        demand=np.asarray(raw["demand"], dtype=np.int64),
        capacity=int(raw["capacity"]),
        service=units(service),
        windows=units(windows) if timed else None,
        vehicles=int(raw["vehicles"]) if "vehicles" in raw else None,
        scale=scale,
    )


def _distances(path: Path, raw: dict[str, Any]) -> tuple[npt.NDArray[np.float64], bool]:
    """The exact distances, and whether the convention is whole numbers."""
    if raw.get("edge_weight_type", "EUC_2D") != "EUC_2D":
        given = np.asarray(vrplib.read_instance(path)["edge_weight"], dtype=np.float64)
        return given, bool(np.all(given == np.rint(given)))
    places = np.asarray(raw["node_coord"])
    legs = places[:, None] - places[None, :]
    return np.sqrt((legs**2).sum(axis=2)), np.issubdtype(places.dtype, np.integer)
