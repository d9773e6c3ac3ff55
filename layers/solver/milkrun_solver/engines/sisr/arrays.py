"""A problem as the flat arrays of `sisr_problem`, which `native/api.h` declares."""

import ctypes
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]

NEVER = 2**30 - 1
"""No limit, or a closed leg."""

COUNTS = (
    *("tasks", "places", "matrices", "amounts", "types", "kinds", "vehicles"),
    *("fewest_routes", "most_routes"),
)
RELATIONS = ("same_vehicle", "different_vehicles", "sequence", "direct_sequence", "not_together")
"""The types of relations, by their numbers."""
_ARRAYS: dict[str, type[np.generic]] = dict.fromkeys(
    (
        *("durations", "costs", "distances", "slot_begin", "slot_start", "slot_durations"),
        *("task_place", "partner"),
        "is_pickup",
        *("priority", "release", "setup", "service", "window_begin", "window_open", "window_close"),
        *("soft_start", "soft_end", "early_cost", "late_cost"),
        *("unloaded", "loaded", "kind_of", "kind_matrix", "kind_type", "kind_start", "kind_end"),
        *("kind_earliest", "kind_latest", "kind_capacity", "kind_max_tasks", "kind_max_travel"),
        *("kind_max_distance", "kind_shift", "kind_max_overtime", "kind_max_duration"),
        *("kind_max_driving", "kind_rest", "kind_rest_first", "kind_rest_second", "kind_driven"),
        *("kind_fixed_cost", "kind_work_cost", "kind_overtime_cost", "kind_travel_cost", "allowed"),
        *("break_begin", "break_length", "break_max_load"),
        *("break_window_begin", "break_window_open", "break_window_close"),
        *("reload_begin", "reload_place", "reload_length", "kind_max_reloads"),
        *("balance_cost", "balance_use", "compact_cost", "near_begin", "near"),
        *("required", "first_begin", "first_visit"),
        *("relation_type", "relation_begin", "relation_task"),
    ),
    np.int32,
)
_ARRAYS |= dict.fromkeys(("is_pickup", "allowed", "required"), np.uint8)
_ARRAYS |= dict.fromkeys(
    (
        *("early_cost", "late_cost", "balance_cost", "compact_cost"),
        *("kind_fixed_cost", "kind_work_cost", "kind_overtime_cost", "kind_travel_cost"),
    ),
    np.int64,
)


class _Array(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("size", ctypes.c_int64))


class _Problem(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int32) for name in COUNTS),
        *((name, _Array) for name in _ARRAYS),
    )


class Arrays:
    """A problem as flat arrays.

    Args:
        counts: A number for each name in `COUNTS`.
        arrays: An array for each array of `sisr_problem`. Other types and shapes are converted.
    """

    def __init__(self, counts: Mapping[str, int], arrays: Mapping[str, npt.ArrayLike]) -> None:
        self._arrays: dict[str, Array] = {
            name: np.ascontiguousarray(arrays[name], dtype=kind).ravel() for name, kind in _ARRAYS.items()
        }
        self.vehicles = counts["vehicles"]
        visits = (
            counts["tasks"]
            + len(self._arrays["first_visit"])
            + sum(
                int(np.diff(self._arrays[begin])[self._arrays["kind_of"]].sum())
                for begin in ("break_begin", "reload_begin")
            )
        )
        self.most_visits = visits + counts["tasks"] if len(self._arrays["reload_place"]) else visits
        self.struct = _Problem(
            *(counts[name] for name in COUNTS),
            *(_Array(array.ctypes.data, array.size) for array in self._arrays.values()),
        )
