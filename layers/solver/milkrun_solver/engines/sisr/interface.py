"""The C interface of the compiled search, as declared in `native/api.h`."""

import ctypes
import threading
import weakref
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.sisr.arrays import Arrays
from milkrun_solver.errors import EngineError

Ints = npt.NDArray[np.int32]


class _Plan(ctypes.Structure):
    _fields_ = (("begin", ctypes.c_void_p), ("visits", ctypes.c_void_p), ("visits_size", ctypes.c_int64))


class Progress(ctypes.Structure):
    """How far a search has come: its iterations; what its best plan lacks, leaves out and costs, and the
    iteration that found it; and whether it is proven. A plan that lacks anything breaks a rule."""

    iterations: int
    missing: int
    priority_left: int
    tasks_left: int
    cost: int
    improved_at: int
    proven: int
    _fields_ = tuple(
        (name, ctypes.c_int64)
        for name in ("iterations", "missing", "priority_left", "tasks_left", "cost", "improved_at", "proven")
    )


class Loaded:
    """A problem in the library, which keeps a copy of its arrays. Searches in any thread may share it.

    Raises:
        EngineError: The library refuses the problem, or there is too little memory.
    """

    def __init__(self, library: ctypes.CDLL, arrays: Arrays) -> None:
        self.library = library
        self.vehicles = arrays.vehicles
        self.most_visits = arrays.most_visits
        self.handle = ctypes.c_void_p()
        given = ctypes.byref(arrays.struct)
        message = ctypes.create_string_buffer(200)
        if library.sisr_check(given, message, len(message)):
            raise EngineError(f"SISR refuses the problem: {message.value.decode()}")
        _succeed(library.sisr_load(given, ctypes.byref(self.handle)))
        weakref.finalize(self, library.sisr_unload, self.handle)


class Search:
    """A search of a problem.

    Args:
        start: The visits of each vehicle to start from: numbers of tasks. Others are ignored.

    Raises:
        EngineError: The library refuses the start, or there is too little memory.
    """

    def __init__(self, loaded: Loaded, start: Mapping[int, list[int]] | None, seed: int) -> None:
        self._library = loaded.library
        self._vehicles = loaded.vehicles
        self._most_visits = loaded.most_visits
        self._handle = ctypes.c_void_p()
        self._closing = threading.Lock()
        plan = None if start is None else self._plan(start)
        pointer = None if plan is None else ctypes.byref(plan[0])
        opened = ctypes.byref(self._handle)
        _succeed(self._library.sisr_open(loaded.handle, pointer, ctypes.c_uint64(seed), opened))

    def run(self, iterations: int, seconds: float, hot: float, cold: float) -> None:
        """Searches for so many iterations or seconds, whichever ends first. The temperature, in legs of
        typical length, falls from `hot` to `cold`. Other threads run meanwhile."""
        _succeed(
            self._library.sisr_run(
                self._handle,
                ctypes.c_int64(iterations),
                ctypes.c_double(seconds),
                ctypes.c_double(hot),
                ctypes.c_double(cold),
            )
        )

    def stop(self) -> None:
        """Ends the search, from any thread. One that is closed has ended."""
        with self._closing:
            if self._handle.value:
                self._library.sisr_stop(self._handle)

    def progress(self) -> Progress:
        """How far the search has come."""
        progress = Progress()
        self._library.sisr_read_progress(self._handle, ctypes.byref(progress))
        return progress

    def best(self) -> dict[int, list[int]]:
        """The visits of each vehicle in the best plan, coded as in `sisr_plan`."""
        return self._read(self._library.sisr_best)

    def current(self) -> dict[int, list[int]]:
        """The visits of each vehicle in the current plan, coded as in `sisr_plan`."""
        return self._read(self._library.sisr_current)

    def close(self) -> None:
        """Frees the search."""
        with self._closing:
            self._library.sisr_close(self._handle)
            self._handle = ctypes.c_void_p()

    def _plan(self, routes: Mapping[int, list[int]]) -> tuple[_Plan, Ints, Ints]:
        """The routes as `sisr_plan`, with the arrays that it points to."""
        lengths = [len(routes.get(vehicle, ())) for vehicle in range(self._vehicles)]
        begin = np.zeros(self._vehicles + 1, dtype=np.int32)
        begin[1:] = np.cumsum(lengths)
        visits = np.array(
            [visit for v in range(self._vehicles) for visit in routes.get(v, ())], dtype=np.int32
        )
        return _Plan(begin.ctypes.data, visits.ctypes.data, visits.size), begin, visits

    def _read(self, call: "ctypes._NamedFuncPointer") -> dict[int, list[int]]:
        begin = np.zeros(self._vehicles + 1, dtype=np.int32)
        visits = np.zeros(self._most_visits, dtype=np.int32)
        plan = _Plan(begin.ctypes.data, visits.ctypes.data, visits.size)
        _succeed(call(self._handle, ctypes.byref(plan)))
        flat, bounds = visits.tolist(), begin.tolist()
        return {
            vehicle: flat[bounds[vehicle] : bounds[vehicle + 1]]
            for vehicle in range(self._vehicles)
            if bounds[vehicle] < bounds[vehicle + 1]
        }


def _succeed(code: int) -> None:
    if code:
        raise EngineError("SISR has too little memory, or refuses its input.")
