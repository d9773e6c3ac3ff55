"""Reads instances of the literature as whole numbers, the same for every solver.

`.vrp` files are in the VRPLIB format, `.txt` files in that of Solomon and of Homberger. Costs follow the
conventions of published solutions:

- with time windows, as DIMACS does: distances are travel times, truncated to tenths;
- without, as CVRPLIB does: Euclidean distances between whole coordinates are rounded to the nearest;
- other distances are kept if they are whole numbers, and rounded to thousandths if not;
- the variants that `bench.solver.variants` reads have conventions of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import vrplib

from bench.solver.conventions import Cells, convention_of
from bench.solver.fleets import VEHICLE_SECTIONS, Vehicle, read_fleet

Exact = npt.NDArray[np.float64]

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
    "release_time",
    "node_coord",
    "node_coord_type",
    "display_data",
    "display_data_type",
    "edge_weight",
    "edge_weight_type",
    "edge_weight_format",
    "edge_weight_unit_of_measurement",
} | VEHICLE_SECTIONS


Feature = Literal["windows", "kinds", "durations", "trips"]
"""Time windows, vehicles that differ, routes of a limited duration, and several trips with release times."""


class InstanceError(Exception):
    """A file that this benchmark cannot read as an instance."""


@dataclass(frozen=True)
class Instance:
    """Vehicles, depots in the first rows, and customers to visit once each.

    Attributes:
        name: The name of its file, without the extension.
        distances: Lengths and travel times of all legs, `[from, to]`.
        places: The coordinates of each row, in the file's units; None if the file has distances instead.
        demand: The demand of each row's customer; 0 for depots.
        service: The service time of each row's customer.
        windows: When service may start, `[row, (first, last)]`; in a depot's row, when its vehicles may leave
            and must be back. None if nothing is timed.
        release: When each row's goods are ready at the depot; 0 for most.
        fleet: The vehicles, one for each route. If any number may drive, there is one for each customer.
        depots: How many rows are depots.
        scale: How many of these units make one unit of published costs.
    """

    name: str
    distances: Cells
    places: Exact | None
    demand: Cells
    service: Cells
    windows: Cells | None
    release: Cells
    fleet: tuple[Vehicle, ...]
    depots: int
    scale: int

    @property
    def rows(self) -> range:
        """The rows of customers."""
        return range(self.depots, len(self.demand))

    @property
    def customers(self) -> int:
        """The number of customers."""
        return len(self.rows)

    @cached_property
    def kinds(self) -> dict[Vehicle, list[int]]:
        """The different vehicles, each with the numbers of those that are alike."""
        kinds: dict[Vehicle, list[int]] = {}
        for number, vehicle in enumerate(self.fleet):
            kinds.setdefault(vehicle, []).append(number)
        return kinds

    @cached_property
    def features(self) -> frozenset[Feature]:
        """What not every solver knows."""
        used: dict[Feature, bool] = {
            "windows": self.windows is not None,
            "kinds": len(self.kinds) > 1 or any(it.fixed or it.per_unit != 1 for it in self.kinds),
            "durations": any(it.longest is not None for it in self.kinds),
            "trips": any(it.reloads for it in self.kinds) or bool(np.any(self.release)),
        }
        return frozenset(feature for feature, is_used in used.items() if is_used)


@dataclass(frozen=True)
class BestKnown:
    """A published solution: its stated cost, and the rows of each vehicle's route. A depot's row within it
    is a reload."""

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
    depots = 1 + int(np.max(raw.get("depot", 0)))
    if not np.array_equal(np.ravel(raw.get("depot", 0)), np.arange(depots)):
        raise InstanceError(f"{path.name} has a depot other than its first places.")
    exact, places, whole = _distances(path, raw)
    service = np.array(np.broadcast_to(raw.get("service_time", 0), len(exact)))
    service[:depots] = 0
    windows = raw.get("time_window")
    if windows is None and np.any(service):
        raise InstanceError(f"{path.name} has service times but no time windows.")
    convention = convention_of(path, str(raw.get("type", "")), windows is not None, whole)
    units = convention.units
    fleet = read_fleet(raw, depots, len(exact) - depots, convention)
    if depots > 1 and "vehicles_depot" not in raw:
        raise InstanceError(f"{path.name} does not say which depots its vehicles have.")
    return Instance(
        name=path.stem,
        distances=units(exact),
        places=places,
        demand=np.asarray(raw["demand"], dtype=np.int64),
        service=units(service),
        windows=None if windows is None else units(windows),
        release=units(np.broadcast_to(raw.get("release_time", 0), len(exact))),
        fleet=fleet,
        depots=depots,
        scale=convention.scale,
    )


def _distances(path: Path, raw: dict[str, Any]) -> tuple[Exact, Exact | None, bool]:
    """The exact distances, the places, and whether the convention is whole numbers."""
    if raw.get("edge_weight_type", "EUC_2D") != "EUC_2D":
        given = np.asarray(vrplib.read_instance(path)["edge_weight"], dtype=np.float64)
        return given, None, bool(np.all(given == np.rint(given)))
    places = np.asarray(raw["node_coord"])
    legs = places[:, None] - places[None, :]
    distances = np.sqrt((legs**2).sum(axis=2))
    return distances, places.astype(np.float64), np.issubdtype(places.dtype, np.integer)
