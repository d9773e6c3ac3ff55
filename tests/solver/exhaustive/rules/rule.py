"""What a rule of the enumerator may decide. Each rule is a small module of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.facts import Facts, Stop
from tests.solver.exhaustive.walk import Walk


@dataclass(frozen=True)
class Route:
    """A route of a plan: a vehicle, its stops in order, and what the walk found."""

    vehicle: Vehicle
    stops: tuple[Stop, ...]
    walk: Walk
    cost: int

    @property
    def tasks(self) -> tuple[Stop, ...]:
        """The stops without reloads."""
        return tuple(stop for stop in self.stops if stop.type != "reload")


class Rule:
    """One rule of a problem. It overrides what it has an opinion on; all else is allowed and free."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def may_begin(self, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
        """Whether any route of a vehicle may begin with these stops."""
        return True

    def allows(self, route: Route) -> bool:
        """Whether the route is allowed, whatever the others do."""
        return True

    def allows_plan(self, routes: Sequence[Route]) -> bool:
        """Whether these routes are allowed as a whole plan. Each of them is allowed by itself."""
        return True

    def price(self, routes: Sequence[Route]) -> int:
        """What the plan costs beside its routes, at least 0."""
        return 0
