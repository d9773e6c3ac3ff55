"""A search of problems with breaks, by an engine whose plans say where breaks are taken."""

import random
from dataclasses import dataclass, field

import pytest

from milkrun.schema.engines import EngineName
from milkrun_solver.answer.solution import planned, solution_of, timed_routes
from milkrun_solver.decomposition import cuts
from milkrun_solver.engines.protocol import Assignment, Depth, Engine, Neighbourhood, Routes, Session
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import BreakVisit, Plan
from milkrun_solver.routes.objective import objective
from milkrun_solver.routes.schedule import schedule
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.search.improver import Improver
from milkrun_solver.search.operators import Operator, Operators
from tests.nonempty import nonempty
from tests.solver.helpers import META, faults, model_of
from tests.solver.problems import random_problem
from tests.waiting import PATIENCE

JOBS, SECONDS = 40, 40
SEARCHES: list[tuple[Neighbourhood, ...]] = [
    ("whole", "route elimination"),
    ("whole", "parts", "route elimination"),
    ("whole", "subproblems"),
]
ASKED = [
    {"nothing", "whole", "a route fewer"},
    {"nothing", "part", "a route fewer"},
    {"nothing", "whole", "part"},
]
"""What each of these searches asks for."""


class Ticking:
    """A clock that a question moves on, so that a search depends on no machine's speed."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.01
        return self.now


@dataclass
class Seen:
    """What a search has asked of the engine, and the routes that it ended with."""

    neighbourhoods: tuple[Neighbourhood, ...]
    routes: list[TimedRoute] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    starts: list[tuple[Model, Plan]] = field(default_factory=list)


class Mover(Session):
    """Moves one job at a time to a random place, if that makes routes no worse."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def propose(self, assignment: Assignment, _depth: Depth, _threads: int) -> Routes | None:
        self._seen.kinds.add("nothing")
        return self._moved(assignment, {})

    def improve(self, assignment: Assignment, start: Plan) -> Routes | None:
        self._seen.starts.append((assignment.model, start))
        kind = "whole" if len(assignment.model.tasks) == JOBS else "part"
        self._seen.kinds.add("a route fewer" if assignment.must_serve_all else kind)
        routes = timed_routes(assignment.model, start)
        assert routes is not None
        return self._moved(assignment, {route.vehicle: route for route in routes})

    def _moved(self, assignment: Assignment, routes: dict[int, TimedRoute]) -> Plan:
        model, rng = assignment.model, random.Random(assignment.seed)
        best = objective(model, list(routes.values()))
        while not assignment.is_over():
            task, target = rng.randrange(len(model.tasks)), rng.randrange(len(model.vehicles))
            orders = {route.vehicle: list(route.tasks) for route in planned(routes.values())}
            changed = {vehicle for vehicle, tasks in orders.items() if task in tasks} | {target}
            for vehicle in changed:
                orders[vehicle] = [other for other in orders.get(vehicle, []) if other != task]
            orders[target].insert(rng.randint(0, len(orders[target])), task)
            new = {
                vehicle: schedule(model, vehicle, orders[vehicle]) for vehicle in changed if orders[vehicle]
            }
            kept = {vehicle: route for vehicle, route in routes.items() if vehicle not in changed}
            candidate = kept | {vehicle: route for vehicle, route in new.items() if route is not None}
            value = objective(model, list(candidate.values()))
            if value <= best and None not in new.values():
                routes, best = candidate, value
                assignment.found(planned(routes.values()))
        return planned(routes.values())


class Moving(Engine):
    name: EngineName = "sisr"
    neighbourhoods: tuple[Neighbourhood, ...] = ("whole", "parts", "subproblems", "route elimination")

    def __init__(self, model: Model, seen: Seen) -> None:
        super().__init__(model, [])
        self._seen = seen

    def session(self, _number: int, _seed: int) -> Session:
        return Mover(self._seen)


@pytest.fixture(scope="module")
def model() -> Model:
    features = {"breaks", "windows", "working hours", "great circle", "fleet"}
    return model_of(random_problem(3, features, jobs=JOBS, vehicles=12))


@pytest.fixture(scope="module", params=SEARCHES, ids=lambda it: it[1])
def searched(model: Model, request: pytest.FixtureRequest) -> Seen:
    """A search of one thread until its deadline."""
    seen = Seen(request.param)
    engine = Moving(model, seen)
    operators = Operators([Operator(it, "sisr") for it in seen.neighbourhoods])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cuts, "LEAST_CUT", JOBS // 2 if "parts" in seen.neighbourhoods else JOBS + 1)
        patch.setattr(cuts, "LEAST_PART", JOBS // 4)
        improver = Improver(
            model, {"sisr": engine}, operators, engine.possible, lambda _: None, SECONDS, 1, Ticking()
        )
        improver.start(1)
        improver.join(PATIENCE)
    seen.routes = improver.take() or []
    return seen


def test_the_engine_is_asked_for_every_neighbourhood(searched: Seen) -> None:
    assert searched.kinds == ASKED[SEARCHES.index(searched.neighbourhoods)]


def test_each_start_says_where_the_breaks_are_taken(searched: Seen) -> None:
    for model, start in nonempty(searched.starts):
        for route in nonempty(start):
            pauses = [visit.pause for visit in route.visits if isinstance(visit, BreakVisit)]
            assert sorted(pauses) == list(range(len(model.vehicles[route.vehicle].source.breaks)))


def test_the_routes_keep_all_rules_and_serve_what_can_be_served(model: Model, searched: Seen) -> None:
    solution = solution_of(model, searched.routes, META)
    assert faults(model, solution) == []
    assert solution.summary.unassigned == 0
    assert sum(step.type == "break" for route in solution.routes for step in route.steps) > 1


def test_a_plan_of_the_routes_has_the_same_times(model: Model, searched: Seen) -> None:
    assert timed_routes(model, planned(searched.routes)) == searched.routes
