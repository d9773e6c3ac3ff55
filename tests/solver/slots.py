"""Random problems with travel times by the time of day, and answers to them, for the solver's tests."""

import random
from typing import Any

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.timed_route import Stop, TimedRoute
from tests.solver.exhaustive.time_of_day import Clock
from tests.solver.helpers import META, model_of
from tests.solver.problems import problem_of, random_body

BORDERS = range(600, 9_000)
"""When slots may begin."""


def slotted_problem(seed: int, jobs: int = 8, vehicles: int = 2) -> Problem:
    """A problem with two to four slots, in which legs take up to three times as long."""
    rng = random.Random(f"slots {seed}")
    body = random_body(seed, {"shipments"} if rng.random() < 0.5 else set(), jobs, vehicles)
    for vehicle in body["vehicles"][1:]:
        vehicle["speed_factor"] = rng.choice((1, 0.8))
    body["matrices"]["car"]["slots"] = slots(body["matrices"]["car"]["durations"], rng)
    return problem_of(body)


def slots(durations: list[list[int]], rng: random.Random) -> list[dict[str, Any]]:
    """Slots in which each leg takes its seconds times a random factor."""
    return [
        {"start": start, "durations": [[round(it * rng.uniform(0.5, 3)) for it in row] for row in durations]}
        for start in sorted(rng.sample(BORDERS, rng.randint(2, 4)))
    ]


def answer(problem: Problem, seed: int) -> tuple[Model, Solution]:
    """An answer with random routes that serve every task, and wait here and there. Only vehicles at plain
    speed drive."""
    model, rng = model_of(problem), random.Random(f"answer {seed}")
    able = [n for n, vehicle in enumerate(problem.vehicles) if vehicle.speed_factor == 1]
    visits: dict[int, list[int]] = {}
    for number, task in sorted(enumerate(model.tasks), key=lambda _: rng.random()):
        if task.kind != "delivery":
            ends = [number] if task.partner is None else [number, task.partner]
            visits.setdefault(rng.choice(able), []).extend(ends)
    routes = [_timed(model, vehicle, tasks, rng) for vehicle, tasks in sorted(visits.items())]
    return model, solution_of(model, routes, META)


def _timed(model: Model, number: int, tasks: list[int], rng: random.Random) -> TimedRoute:
    vehicle = model.vehicles[number]
    matrices = model.problem.matrices or {}
    clock = Clock(matrices[vehicle.source.profile])
    now, place, driven, metres = rng.randrange(6_000), vehicle.start, 0, 0
    load = (0,) * model.amounts
    stops = [Stop("start", None, now, 0, 0, load)]
    for task in (*tasks, None):
        target = vehicle.end if task is None else model.tasks[task].place
        leg = None if place is None or target is None else (place, target)
        arrival = clock.arrival(leg, now)
        driven += arrival - now
        if leg is not None and vehicle.travel.distances is not None:
            metres += int(vehicle.travel.distances[leg])
        kind = "end" if task is None else model.tasks[task].kind
        stop = Stop(kind, task, arrival, driven, metres, load)
        if task is not None:
            stop.service = model.tasks[task].service[vehicle.type_rank]
            stop.waiting = rng.choice((0, 0, rng.randrange(900)))
        stops.append(stop)
        now, place = arrival + stop.waiting + stop.service, target
    costs = vehicle.source.costs
    return TimedRoute(number, stops, costs.fixed + (2 * driven * costs.per_hour + 3_600) // 7_200)
