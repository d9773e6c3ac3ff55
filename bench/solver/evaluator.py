"""Evaluates routes from the instance and the order of customers only, without any solver's code."""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, zip_longest

from bench.solver.conventions import Cells
from bench.solver.fleets import Vehicle
from bench.solver.instances import BestKnown, Instance

Routes = Sequence[Sequence[int]]
"""The customers of each route in order, as rows of the instance, without the depots at the ends. Route i is
driven by vehicle i, unless all vehicles are alike. A depot's row within a route is a reload."""
_CENT = 0.005
"""Published costs of fleets are rounded to two decimals."""


class BrokenRuleError(Exception):
    """The routes are not a solution."""


def evaluate(instance: Instance, routes: Routes) -> int:
    """The cost of routes, in the instance's units: all distances and the fixed costs of vehicles that drive.

    Raises:
        BrokenRuleError: A customer is not visited exactly once, there are more routes than vehicles, or a
            route carries too much, comes too late, lasts too long, has a customer that its vehicle may not
            serve, or makes trips that its vehicle may not make.
    """
    driven = [(vehicle, [trip for trip in trips if trip]) for vehicle, trips in _driven(instance, routes)]
    visited = sorted(chain.from_iterable(trip for _, trips in driven for trip in trips))
    if visited != list(instance.rows):
        raise BrokenRuleError(f"{len(visited)} visits are not one to each of {instance.customers} customers")
    return sum(_cost(instance, vehicle, trips) for vehicle, trips in driven if trips)


def _driven(instance: Instance, routes: Routes) -> Iterator[tuple[Vehicle, list[list[int]]]]:
    """Each vehicle with its trips."""
    used = [route for route in routes if route] if len(instance.kinds) == 1 else routes
    if len(used) > len(instance.fleet):
        raise BrokenRuleError(f"{len(used)} routes for {len(instance.fleet)} vehicles")
    for vehicle, route in zip_longest(instance.fleet, used, fillvalue=()):
        assert isinstance(vehicle, Vehicle)
        trips: list[list[int]] = [[]]
        for row in route or ():
            if vehicle.reloads and row == vehicle.depot:
                trips.append([])
            else:
                trips[-1].append(row)
        yield vehicle, trips


def _cost(instance: Instance, vehicle: Vehicle, trips: list[list[int]]) -> int:
    for trip in trips:
        load = sum(int(instance.demand[row]) for row in trip)
        if load > vehicle.capacity:
            raise BrokenRuleError(f"a load of {load} in a vehicle for {vehicle.capacity}")
        if vehicle.serves is not None and not vehicle.serves.issuperset(trip):
            raise BrokenRuleError(f"{min(set(trip) - vehicle.serves)} is not for this vehicle")
    if instance.windows is not None:
        _check_times(instance, instance.windows, vehicle, trips)
    depot = vehicle.depot
    legs = (leg for trip in trips for leg in pairwise([depot, *trip, depot]))
    return vehicle.fixed + vehicle.per_unit * sum(int(instance.distances[leg]) for leg in legs)


def _check_times(instance: Instance, windows: Cells, vehicle: Vehicle, trips: list[list[int]]) -> None:
    """Checks windows, releases and the duration for all departures at once.

    A vehicle that leaves at `t` is at a stop at `max(earliest, t + taken)`, and may leave until `latest`.
    """
    depot = vehicle.depot
    earliest, latest = (int(time) for time in windows[depot])
    taken = 0
    for trip in trips:
        earliest = max(earliest, *(int(instance.release[row]) for row in trip))
        for origin, target in pairwise([depot, *trip, depot]):
            step = int(instance.service[origin] + instance.distances[origin, target])
            first, last = (int(time) for time in windows[target])
            earliest, taken = max(first, earliest + step), taken + step
            if earliest > last:
                raise BrokenRuleError(f"at {target} at {earliest}, after {last}")
            latest = min(latest, last - taken)
    duration = max(earliest - latest, taken)
    if vehicle.longest is not None and duration > vehicle.longest:
        raise BrokenRuleError(f"a route of {duration} for at most {vehicle.longest}")


def check_convention(instance: Instance, best_known: BestKnown) -> None:
    """Checks that costs are computed as in the published solution; otherwise gaps would be meaningless.

    Raises:
        BrokenRuleError: The published routes do not have the published cost.
    """
    found = evaluate(instance, best_known.routes) / instance.scale
    legs = instance.customers + len(best_known.routes)
    # Tenths and whole numbers are the published convention. Thousandths round each leg.
    doubt = max(legs / 2 / instance.scale, _CENT) if instance.scale > 10 else 1e-6
    if abs(found - best_known.cost) > doubt:
        raise BrokenRuleError(
            f"the solution beside {instance.name} says {best_known.cost}, its routes {found}"
        )
