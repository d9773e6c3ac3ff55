"""Travel times of a problem that names a road network."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from milkrun.schema.fields import Coordinates
from milkrun.schema.problem import Problem
from milkrun_solver.errors import (
    LocationOffNetworkError,
    LocationUnreachableError,
    OffNetwork,
    ProfileNotInNetworkError,
)
from milkrun_solver.model.travel import Travel, TravelSource
from milkrun_solver.places import Place, distinct_coordinates, task_places, vehicle_places
from milkrun_solver.roads.compiled import Integers
from milkrun_solver.roads.network import UNREACHABLE, RoadNetwork
from milkrun_solver.roads.streets import Streets


def network_source(problem: Problem, roads: RoadNetwork, is_over: Callable[[], bool]) -> TravelSource:
    """Travel times and distances of the fastest paths between the junctions nearest to the locations.

    Each profile's matrices have a row for every place of the problem, so that all profiles share their rows.
    Cells are computed between tasks and the depots of the profile's own vehicles; all others are 0. Vehicles
    may name a profile as the network does, or as openrouteservice does.

    Raises:
        ProfileNotInNetworkError: A vehicle's profile has no roads.
        LocationOffNetworkError: Locations are too far from all junctions.
        LocationUnreachableError: One location cannot be reached from another.
        NoAnswerError: `is_over` returned True.
    """
    rows = distinct_coordinates(problem)
    profile_of = _profiles(problem, roads)
    stays = {profile: _places(problem, profile, profile_of) for profile in sorted(set(profile_of.values()))}
    snapped = _snapped(roads, stays)
    found: dict[str, Travel] = {}
    junctions: dict[str, Integers] = {}
    for profile, places in stays.items():
        own = np.array([rows[place] for place in places])
        junctions[profile] = np.zeros(len(rows), dtype=np.int32)
        junctions[profile][own] = snapped[profile]
        found[profile] = _travel(roads, profile, places, snapped[profile], own, len(rows), is_over)
    profiles = {name: found[profile] for name, profile in profile_of.items()}
    streets = Streets(
        roads,
        {name: junctions[profile] for name, profile in profile_of.items()},
        {name: travel.durations for name, travel in profiles.items()},
        profile_of,
    )
    return TravelSource("network", profiles, rows, streets)


_Places = dict[Coordinates, list[Place]]


def _profiles(problem: Problem, roads: RoadNetwork) -> dict[str, str]:
    """The network's profile by the name that vehicles use for it."""
    names = sorted({vehicle.profile for vehicle in problem.vehicles})
    found = {name: roads.profile_of(name) for name in names}
    missing = [(v, it.profile) for v, it in enumerate(problem.vehicles) if found[it.profile] is None]
    if missing:
        raise ProfileNotInNetworkError(missing[0][1], roads.profiles, missing)
    return {name: profile for name, profile in found.items() if profile is not None}


def _places(problem: Problem, profile: str, profile_of: Mapping[str, str]) -> _Places:
    """The coordinates that vehicles of a profile may visit, each with the places there."""
    vehicles = [v for v, it in enumerate(problem.vehicles) if profile_of[it.profile] == profile]
    depots = (place for v in vehicles for place in vehicle_places(problem, v))
    places: _Places = {}
    for place in (*task_places(problem), *depots):
        if place.coordinates is not None:
            places.setdefault(place.coordinates, []).append(place)
    return places


def _snapped(roads: RoadNetwork, stays: Mapping[str, _Places]) -> dict[str, Integers]:
    """The junctions nearest to the places of each profile."""
    snapped: dict[str, Integers] = {}
    off: list[OffNetwork] = []
    for profile, places in stays.items():
        snapped[profile], metres = roads.snap(profile, np.array(list(places), dtype=np.float64))
        off += [
            OffNetwork(place, profile, far)
            for there, far in zip(places.values(), metres.tolist(), strict=True)
            if far > roads.snap_limit_m
            for place in there
        ]
    if off:
        raise LocationOffNetworkError(off, roads.snap_limit_m)
    return snapped


def _travel(
    roads: RoadNetwork,
    profile: str,
    places: _Places,
    junctions: Integers,
    own: npt.NDArray[np.intp],
    size: int,
    is_over: Callable[[], bool],
) -> Travel:
    seconds, metres = roads.matrices(profile, junctions, is_over)
    if (seconds == UNREACHABLE).any():
        raise _unreachable(profile, list(places.values()), seconds != UNREACHABLE)
    if len(own) == size:
        order = np.argsort(own)
        return Travel(seconds[np.ix_(order, order)], metres[np.ix_(order, order)])
    durations = np.zeros((size, size), dtype=np.uint32)
    distances = np.zeros_like(durations)
    durations[np.ix_(own, own)], distances[np.ix_(own, own)] = seconds, metres
    return Travel(durations, distances)


def _unreachable(
    profile: str, places: list[list[Place]], leads: npt.NDArray[np.bool_]
) -> LocationUnreachableError:
    """The error that names all places that cannot be reached or cannot be left.

    Args:
        leads: Whether a path leads from one place to another, `[from, to]`.
    """
    both = leads & leads.T
    middle = int(both.sum(axis=1).argmax())
    name = places[middle][0].name
    cut_off = []
    for number in np.flatnonzero(~both[middle]).tolist():
        message = (
            f"{name} cannot be reached by {profile!r} from here"
            if leads[middle, number]
            else f"cannot be reached by {profile!r} from {name}"
        )
        cut_off += [(place, message) for place in places[number]]
    origin, target = (places[number][0].name for number in np.argwhere(~leads)[0].tolist())
    return LocationUnreachableError(origin, target, profile, cut_off)
