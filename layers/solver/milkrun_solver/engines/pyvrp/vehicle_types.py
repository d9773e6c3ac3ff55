"""Vehicles that are alike, as PyVRP is told of them."""

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class TypeArguments:
    """PyVRP's arguments for a vehicle type, by its names and in its units. None leaves PyVRP's default."""

    start_depot: int
    end_depot: int
    capacity: tuple[int, ...]
    fixed_cost: int
    unit_distance_cost: int
    unit_duration_cost: int
    profile: int
    tw_early: int | None = None
    tw_late: int | None = None
    max_distance: int | None = None
    shift_duration: int | None = None
    max_overtime: int = 0
    unit_overtime_cost: int = 0
    reload_depots: tuple[int, ...] = ()
    max_reloads: int | None = None

    def as_keywords(self) -> dict[str, Any]:
        """The arguments that are given, with lists for tuples: PyVRP takes lists alone."""
        given = ((it.name, getattr(self, it.name)) for it in fields(self))
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in given
            if value is not None
        }


@dataclass(frozen=True, slots=True)
class VehicleType:
    """The arguments of vehicles that are alike, and their numbers."""

    arguments: TypeArguments
    vehicles: list[int] = field(default_factory=list)
