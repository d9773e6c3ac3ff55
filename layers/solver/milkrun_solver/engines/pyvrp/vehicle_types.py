"""PyVRP's vehicle types: vehicles that are alike."""

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class TypeArguments:
    """The arguments of PyVRP's `VehicleType`, in PyVRP's units. None leaves PyVRP's default."""

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
        """The arguments that are not None, with lists for tuples: PyVRP accepts only lists."""
        given = ((it.name, getattr(self, it.name)) for it in fields(self))
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in given
            if value is not None
        }


@dataclass(frozen=True, slots=True)
class VehicleType:
    """A vehicle type, and the numbers of its vehicles."""

    arguments: TypeArguments
    vehicles: list[int] = field(default_factory=list)
