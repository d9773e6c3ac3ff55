"""Travel times of a problem that names a road network."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from milkrun.schema.problem import Coordinates, Problem
from milkrun_solver.errors import LocationOffNetworkError, LocationUnreachableError
from milkrun_solver.network.compiled import Integers
from milkrun_solver.network.roads import UNREACHABLE, RoadNetwork
from milkrun_solver.network.streets import Streets
from milkrun_solver.places import distinct_coordinates, task_places, vehicle_places
from milkrun_solver.travel import Travel, TravelSource


def network_source(problem: Problem, roads: RoadNetwork, is_over: Callable[[], bool]) -> TravelSource:
    """Shortest ways by time, between the junctions nearest to the locations.

    A profile's matrices have every place of the problem, so that all profiles share their rows; only tasks
    and the depots of its own vehicles are looked up, the rest is 0.

    Raises:
        ProfileNotInNetworkError: A vehicle's profile has no roads.
        LocationOffNetworkError: A location is too far from all junctions.
        LocationUnreachableError: No way leads from one location to another.
        NoAnswerError: `is_over` said so.
    """
    rows = distinct_coordinates(problem)
    profiles: dict[str, Travel] = {}
    junctions: dict[str, Integers] = {}
    for profile in sorted({vehicle.profile for vehicle in problem.vehicles}):
        names = _named_places(problem, profile)
        own = np.array([rows[place] for place in names])
        snapped = _snapped(roads, profile, names)
        junctions[profile] = np.zeros(len(rows), dtype=np.int32)
        junctions[profile][own] = snapped
        profiles[profile] = _travel(roads, profile, names, snapped, own, len(rows), is_over)
    seconds = {profile: travel.durations for profile, travel in profiles.items()}
    return TravelSource("network", profiles, rows, Streets(roads, junctions, seconds))


_Names = dict[Coordinates, str]


def _named_places(problem: Problem, profile: str) -> _Names:
    """Where vehicles of a profile may have to go, each place with a name in a message."""
    vehicles = [vehicle for vehicle in problem.vehicles if vehicle.profile == profile]
    named = [*task_places(problem), *(place for vehicle in vehicles for place in vehicle_places(vehicle))]
    names: _Names = {}
    for name, place in named:
        if place is not None:
            names.setdefault(place, name)
    return names


def _snapped(roads: RoadNetwork, profile: str, names: _Names) -> Integers:
    junctions, metres = roads.snap(profile, np.array(list(names), dtype=np.float64))
    worst = int(metres.argmax())
    if metres[worst] > roads.snap_limit_m:
        raise LocationOffNetworkError(list(names.values())[worst], profile, metres[worst], roads.snap_limit_m)
    return junctions


def _travel(
    roads: RoadNetwork,
    profile: str,
    names: _Names,
    junctions: Integers,
    own: npt.NDArray[np.intp],
    size: int,
    is_over: Callable[[], bool],
) -> Travel:
    seconds, metres = roads.matrices(profile, junctions, is_over)
    cut_off = np.argwhere(seconds == UNREACHABLE)
    if len(cut_off):
        origin, target = (list(names.values())[place] for place in cut_off[0].tolist())
        raise LocationUnreachableError(origin, target, profile)
    if len(own) == size:
        order = np.argsort(own)
        return Travel(seconds[np.ix_(order, order)], metres[np.ix_(order, order)])
    durations = np.zeros((size, size), dtype=np.uint32)
    distances = np.zeros_like(durations)
    durations[np.ix_(own, own)], distances[np.ix_(own, own)] = seconds, metres
    return Travel(durations, distances)
