"""Evaluates routes from the instance and the order of customers only, without any solver's code."""

from collections.abc import Sequence
from itertools import pairwise

from bench.solver.instances import BestKnown, Instance

Routes = Sequence[Sequence[int]]
"""The customers of each route in order, as rows of the instance, without the depot."""


class BrokenRuleError(Exception):
    """The routes are not a solution."""


def evaluate(instance: Instance, routes: Routes) -> int:
    """The sum of all distances, in the instance's units.

    Raises:
        BrokenRuleError: A customer is not visited exactly once, there are more routes than vehicles, or a
            route carries too much or comes too late.
    """
    used = [route for route in routes if route]
    visited = sorted(customer for route in used for customer in route)
    if visited != list(range(1, instance.customers + 1)):
        raise BrokenRuleError(f"{len(visited)} visits are not one to each of {instance.customers} customers")
    if instance.vehicles is not None and len(used) > instance.vehicles:
        raise BrokenRuleError(f"{len(used)} routes for {instance.vehicles} vehicles")
    return sum(_distance(instance, route) for route in used)


def _distance(instance: Instance, route: Sequence[int]) -> int:
    load = sum(int(instance.demand[customer]) for customer in route)
    if load > instance.capacity:
        raise BrokenRuleError(f"a load of {load} in a vehicle for {instance.capacity}")
    legs = list(pairwise([0, *route, 0]))
    if instance.windows is not None:
        now = int(instance.windows[0, 0])
        for origin, target in legs:
            first, last = (int(time) for time in instance.windows[target])
            now = max(first, now + int(instance.service[origin] + instance.distances[origin, target]))
            if now > last:
                raise BrokenRuleError(f"at {target} at {now}, after {last}")
    return sum(int(instance.distances[leg]) for leg in legs)


def check_convention(instance: Instance, best_known: BestKnown) -> None:
    """Checks that costs are computed as in the published solution; otherwise gaps would be meaningless.

    Raises:
        BrokenRuleError: The published routes do not have the published cost.
    """
    found = evaluate(instance, best_known.routes) / instance.scale
    legs = instance.customers + len(best_known.routes)
    # Tenths and whole numbers are the published convention. Thousandths round each leg.
    doubt = legs / 2 / instance.scale if instance.scale > 10 else 1e-6
    if abs(found - best_known.cost) > doubt:
        raise BrokenRuleError(
            f"the solution beside {instance.name} says {best_known.cost}, its routes {found}"
        )
