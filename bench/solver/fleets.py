"""The vehicles of instances."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.solver.conventions import Convention

VEHICLE_SECTIONS = {
    "vehicles_depot",
    "vehicles_reload_depot",
    "vehicles_fixed_cost",
    "vehicles_unit_distance_cost",
    "vehicles_max_duration",
    "vehicles_allowed_clients",
}


@dataclass(frozen=True)
class Vehicle:
    """One vehicle.

    Attributes:
        capacity: What it may carry on each trip.
        depot: The row where it starts and ends, and where it reloads.
        fixed: Its cost if it drives.
        per_unit: Its cost for each unit of distance.
        longest: How long its route may last, with waiting and service; None for any duration.
        serves: The rows of the customers that it may serve; None for all.
        reloads: Whether it may make several trips.
    """

    capacity: int
    depot: int = 0
    fixed: int = 0
    per_unit: int = 1
    longest: int | None = None
    serves: frozenset[int] | None = None
    reloads: bool = False


def read_fleet(
    raw: dict[str, Any], depots: int, customers: int, convention: Convention
) -> tuple[Vehicle, ...]:
    """The vehicles of a file, in its order; one for each customer if it does not say how many.

    Args:
        raw: The file's sections.
        depots: How many rows are depots.
        customers: How many rows follow them.
        convention: How its numbers become ours.

    Raises:
        KeyError: It states no capacity.
        ValueError: A section has too few vehicles, or a vehicle reloads elsewhere than at its depot.
    """
    count = int(raw.get("vehicles", customers))

    def column(section: str, default: int) -> list[int]:
        return [int(cell) for cell in np.broadcast_to(raw.get(section, default), count)]

    homes = column("vehicles_depot", 1)
    reloads = "vehicles_reload_depot" in raw
    if (reloads and column("vehicles_reload_depot", 1) != homes) or max(homes) > depots:
        raise ValueError("a vehicle reloads elsewhere than at its depot, or has none")
    longest = convention.units(column("vehicles_max_duration", 0)).tolist()
    columns = zip(
        np.broadcast_to(raw["capacity"], count).tolist(),
        homes,
        (convention.per_unit * fixed for fixed in column("vehicles_fixed_cost", 0)),
        column("vehicles_unit_distance_cost", 1),
        longest if "vehicles_max_duration" in raw else [None] * count,
        _served(raw, count),
        strict=True,
    )
    return tuple(
        Vehicle(capacity, home - 1, fixed, per_unit, most, served, reloads)
        for capacity, home, fixed, per_unit, most, served in columns
    )


def _served(raw: dict[str, Any], count: int) -> list[frozenset[int] | None]:
    """The file counts rows from 1."""
    if "vehicles_allowed_clients" not in raw:
        return [None] * count
    return [
        frozenset(int(row) - 1 for row in np.atleast_1d(rows)) for rows in raw["vehicles_allowed_clients"]
    ]


def skills_of_customers(kinds: Iterable[Vehicle], rows: Iterable[int]) -> dict[int, int]:
    """The skills that express which vehicles may serve a customer, for solvers that know skills.

    Returns:
        The number of a skill for the row of each customer that only some vehicles may serve. Customers of the
        same vehicles need the same skill.
    """
    served = [vehicle.serves for vehicle in kinds]
    able = {row: tuple(some is None or row in some for some in served) for row in rows}
    numbers = {which: number for number, which in enumerate(dict.fromkeys(able.values()))}
    return {row: numbers[which] for row, which in able.items() if not all(which)}


def skills_of_vehicle(vehicle: Vehicle, needed: dict[int, int]) -> list[int]:
    """The skills of a vehicle, given those that customers need."""
    return sorted({skill for row, skill in needed.items() if vehicle.serves is None or row in vehicle.serves})
