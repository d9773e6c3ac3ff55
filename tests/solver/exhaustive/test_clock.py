"""A walk second by second against a look at every combination of seconds, which the verifier confirms."""

from collections.abc import Iterator, Sequence
from itertools import permutations

import pytest

from milkrun.schema.problem import Problem
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.routes.timed_route import Stop as TimedStop
from milkrun_solver.routes.timed_route import TimedRoute
from tests.nonempty import nonempty
from tests.solver.exhaustive.clock import ClockWalker
from tests.solver.exhaustive.days import short_day
from tests.solver.exhaustive.facts import Facts, Stop
from tests.solver.exhaustive.time_of_day import Clock
from tests.solver.helpers import META, faults, model_of
from tests.solver.problems import problem_of

Times = tuple[int, ...]
"""When a route starts, when each service begins, and when it ends."""


def all_times(problem: Problem, stops: Sequence[Stop], last: int) -> Iterator[tuple[int, int, Times]]:
    """Cost, driving and times of each way to serve these stops in this order by a second."""
    facts = Facts(problem)
    vehicle = problem.vehicles[0]
    clock = Clock(facts.matrix(vehicle))
    legs, actions = facts.legs(vehicle, stops), facts.seconds_at(vehicle, stops)

    def ways(number: int, now: int, cost: int, driven: int, times: Times) -> Iterator[tuple[int, int, Times]]:
        arrival = clock.arrival(legs[number], now)
        driven += arrival - now
        cost += arrival - now
        if number == len(stops):
            yield cost, driven, (*times, arrival)
            return
        task = facts.work[stops[number]].task
        soft = task.soft_time_window
        for begin in range(arrival, last):
            if task.time_windows and not any(it.start <= begin <= it.end for it in task.time_windows):
                continue
            price = 0
            if soft is not None and soft.start is not None:
                price += soft.cost_per_hour_early // 3_600 * max(0, soft.start - begin)
            if soft is not None and soft.end is not None:
                price += soft.cost_per_hour_late // 3_600 * max(0, begin - soft.end)
            yield from ways(number + 1, begin + actions[number], cost + price, driven, (*times, begin))

    for start in range(last):
        yield from ways(0, start, 0, 0, (start,))


def timed(problem: Problem, stops: Sequence[Stop], cost: int, times: Times) -> TimedRoute:
    """The route with these times."""
    model = model_of(problem)
    facts = Facts(problem)
    vehicle = problem.vehicles[0]
    clock = Clock(facts.matrix(vehicle))
    numbers: dict[tuple[str, int], int] = {
        (task.kind, task.source.id): n for n, task in enumerate(model.tasks)
    }
    legs, actions = facts.legs(vehicle, stops), [*facts.seconds_at(vehicle, stops), 0]
    load = (sum(facts.work[stop].unloaded[0] for stop in stops),)
    found, now, driven = [TimedStop("start", None, times[0], 0, 0, load)], times[0], 0
    for number, begin in enumerate(times[1:]):
        arrival = clock.arrival(legs[number], now)
        driven += arrival - now
        if number == len(stops):
            found.append(TimedStop("end", None, arrival, driven, 0, load))
            continue
        stop = stops[number]
        load = (load[0] - facts.work[stop].unloaded[0],)
        task = TimedStop("job", numbers[stop.type, stop.id], arrival, driven, 0, load)
        task.service, task.waiting = actions[number], begin - arrival
        found.append(task)
        now = begin + actions[number]
    return TimedRoute(0, found, cost)


KINDS = ({"soft windows"}, {"slots"}, {"soft windows", "slots", "windows"})


@pytest.mark.parametrize("kinds", KINDS, ids=lambda kinds: "+".join(sorted(kinds)))
def test_it_finds_the_least_of_all_costs_which_the_verifier_confirms(kinds: set[str]) -> None:
    compared = 0
    for seed in range(4):
        problem = short_day(seed, kinds, tasks=3, day=20)
        walker = ClockWalker(Facts(problem))
        for order in nonempty(permutations((1, 2, 3), 2)):
            stops = [Stop("job", number) for number in order]
            walk = walker.walk(problem.vehicles[0], stops)
            least = min(all_times(problem, stops, 30), default=None)
            if walk is None or walk.cost is None or least is None:
                assert least is None
                continue
            assert (walk.cost, walk.driven) == least[:2]
            model = model_of(problem)
            solution = solution_of(model, [timed(problem, stops, least[0], least[2])], META)
            assert faults(model, solution) == []
            compared += 1
    assert compared > 10


@pytest.mark.parametrize(("price", "cost"), [(1, 6 + 14), (3, 6 + 2 * 14)])
def test_a_shift_makes_waiting_dear(price: int, cost: int) -> None:
    """Job 1 should begin by 5, and job 2 from 40 on: 14 seconds too late for the shift."""
    softs = [
        {"end": 5, "cost_per_hour_late": 72_000},
        {"start": 40, "cost_per_hour_early": 3_600 * price},
    ]
    vehicle = {"shift_duration": 27, "max_overtime": 90, "costs": {"per_overtime_hour": 7_200}}
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
        "jobs": [{"id": n + 1, "location_index": 1, "soft_time_window": it} for n, it in enumerate(softs)],
        "matrices": {"car": {"durations": [[0, 3], [3, 0]]}},
    }
    problem = Problem.model_validate(body)
    walk = ClockWalker(Facts(problem)).walk(problem.vehicles[0], [Stop("job", 1), Stop("job", 2)])
    assert walk is not None
    assert walk.cost == cost


@pytest.mark.parametrize(
    "vehicle",
    [
        {"breaks": [{"id": 1, "time_windows": [[0, 9]]}]},
        {"max_travel_time": 9},
        {"costs": {"per_hour": 100}},
        {"time_window": [0, 9_000]},
    ],
)
def test_a_day_that_it_cannot_walk_is_refused(vehicle: dict[str, object]) -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, **vehicle}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 3], [3, 0]]}},
    }
    with pytest.raises(ValueError, match=r"the walker|the day"):
        ClockWalker(Facts(problem_of(body)))
