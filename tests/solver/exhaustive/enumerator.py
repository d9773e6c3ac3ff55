"""The best plan of a small problem, found by looking at all of them.

It shares no code with the solver. Seven tasks and two vehicles take up to a few seconds. A vehicle does not
reload twice in a row. It may reload before its end, which serves nothing but may be the shorter way.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from milkrun.schema.problem import Problem
from milkrun.schema.vehicles import Vehicle
from tests.solver.exhaustive.clock import ClockWalker, suits_clock
from tests.solver.exhaustive.driver import DriverWalker
from tests.solver.exhaustive.facts import Facts, Stop
from tests.solver.exhaustive.rules.registry import RULES
from tests.solver.exhaustive.rules.rule import Route, Rule

MOST_TASKS, MOST_VEHICLES = 7, 2


class Best(NamedTuple):
    """The best plan. Lower is better: priority and number of the tasks left out, then cost."""

    priority: int
    left: int
    cost: int
    routes: tuple[Route, ...] = ()

    @property
    def values(self) -> tuple[int, int, int]:
        """What is compared."""
        return self.priority, self.left, self.cost


class _Choice(NamedTuple):
    """Routes that serve the same tasks on the same vehicles, for each vehicle by cost; and the least that a
    plan of them may be."""

    least: tuple[int, int, int]
    routes: tuple[list[Route], ...]


class Enumerator:
    """All plans of a problem with at most seven tasks and two vehicles.

    Args:
        rules: What plans keep, beside what the walker knows.
    """

    def __init__(self, problem: Problem, rules: Sequence[type[Rule]] = RULES) -> None:
        self.facts = Facts(problem)
        if len(self.facts.work) > MOST_TASKS or len(problem.vehicles) > MOST_VEHICLES:
            raise ValueError("the problem has more plans than one can look at")
        self._rules = [rule(self.facts) for rule in rules]
        self._walker = (ClockWalker if suits_clock(self.facts) else DriverWalker)(self.facts)

    def best(self) -> Best | None:
        """The best plan; None if the rules allow none at all, not even the empty one."""
        found: Best | None = None
        for choice in sorted(self._choices(), key=lambda it: it.least):
            if found is not None and choice.least >= found.values:
                break
            for routes in product(*choice.routes):
                cost = sum(route.cost for route in routes)
                if found is not None and (*choice.least[:2], cost) >= found.values:
                    continue
                if all(rule.allows_plan(routes) for rule in self._rules):
                    cost += sum(rule.price(routes) for rule in self._rules)
                    if found is None or (*choice.least[:2], cost) < found.values:
                        found = Best(*choice.least[:2], cost, routes)
        return found

    def routes(self, vehicle: Vehicle) -> Iterator[Route]:
        """All allowed routes of a vehicle."""
        waiting: list[tuple[Stop, ...]] = [()]
        while waiting:
            stops = waiting.pop()
            for stop in self._next(vehicle, stops):
                longer = (*stops, stop)
                if not all(rule.may_begin(vehicle, longer) for rule in self._rules):
                    continue
                walk = self._walker.walk(vehicle, longer)
                if walk is None:
                    continue
                waiting.append(longer)
                if walk.cost is not None and not self._on_board(longer):
                    route = Route(vehicle, longer, walk, walk.cost)
                    if route.tasks and all(rule.allows(route) for rule in self._rules):
                        yield route

    def _next(self, vehicle: Vehicle, stops: tuple[Stop, ...]) -> Iterator[Stop]:
        on_board = self._on_board(stops)
        for stop in self.facts.work:
            if stop not in stops and (stop.type != "delivery" or self.facts.pickup_of[stop] in on_board):
                yield stop
        if not on_board and (not stops or stops[-1].type != "reload"):
            for place in vehicle.reloads:
                yield Stop("reload", place.id)

    def _on_board(self, stops: Sequence[Stop]) -> set[Stop]:
        """The pickups whose shipments have not been delivered."""
        picked = {stop for stop in stops if stop.type == "pickup"}
        return {pickup for pickup in picked if self.facts.delivery_of[pickup] not in stops}

    def _choices(self) -> Iterator[_Choice]:
        by_vehicle = [self._by_tasks(vehicle) for vehicle in self.facts.problem.vehicles]
        used: list[tuple[frozenset[Stop], tuple[list[Route], ...]]] = [(frozenset(), ())]
        for groups in by_vehicle:
            used += [
                (tasks | more, (*routes, group))
                for tasks, routes in used
                for more, group in groups.items()
                if not tasks & more
            ]
        for tasks, routes in used:
            left = [work.priority for stop, work in self.facts.work.items() if stop not in tasks]
            yield _Choice((sum(left), len(left), sum(group[0].cost for group in routes)), routes)

    def _by_tasks(self, vehicle: Vehicle) -> dict[frozenset[Stop], list[Route]]:
        """All ways to serve the same tasks, by cost. A route reloads where that costs least, whatever it does
        to prices of the plan: of equally cheap ways, where it drives least, and no more than it must."""
        cheapest: dict[tuple[Stop, ...], Route] = {}
        for route in sorted(self.routes(vehicle), key=lambda it: (it.cost, it.walk.driven, len(it.stops))):
            cheapest.setdefault(route.tasks, route)
        groups: dict[frozenset[Stop], list[Route]] = {}
        for route in cheapest.values():
            groups.setdefault(frozenset(route.tasks), []).append(route)
        return groups
