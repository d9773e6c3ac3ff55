"""Small problems under any of the rules that planners ask for, to be solved by looking at all plans.

Each rule adds itself to a body by a function of its own, so that any of them go together. Where times have a
price, or travel depends on the time of day, the day is so short that every second can be looked at.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations, count
from typing import Any

from milkrun.schema.problem import Problem
from tests.solver.problems import problem_of, random_body

Body = dict[str, Any]
Adds = Callable[[Body, random.Random], None]

LONG_BASES: tuple[set[str], ...] = (
    {"capacity"},
    {"capacity", "windows"},
    {"shipments", "capacity"},
    {"shipments", "windows", "priorities"},
    {"setups", "fleet"},
    {"breaks", "capacity"},
    {"shipments", "max tasks", "open routes"},
    {"setups", "types", "pickups"},
    {"windows", "several windows", "working hours"},
    {"capacity", "breaks", "open routes"},
)
"""What problems have beside the rules, one after another."""
SHORT_BASES: tuple[set[str], ...] = (
    set(),
    {"windows"},
    {"shipments"},
    {"windows", "several windows", "working hours"},
    {"shipments", "windows", "priorities"},
    {"open routes", "fixed costs", "working hours"},
)
"""The same of problems with a short day."""
DAY = 60
"""The last second of a short day at which anything changes."""
NEEDS_SHORT_DAY = {"soft windows", "slots", "drivers"}
APART = [{"slots", "drivers"}]
"""Rules that do not go together."""


def small_problem(seed: int, rules: Sequence[str]) -> Problem:
    """A problem with five tasks, now and then six or seven, two vehicles and these of `RULES`. A rule of
    several kinds has one after another, and a rule that is named twice two kinds of it.

    There may be no plan at all.
    """
    for attempt in count():
        rng = random.Random(f"small {seed} {attempt} {' '.join(rules)}")
        body = _body(seed, rng, rules)
        for add in kinds(seed, rules):
            add(body, rng)
        try:
            return problem_of(body)
        except ValueError:  # the rules contradict each other, which a submit refuses
            continue
    raise AssertionError


def kinds(seed: int, rules: Sequence[str]) -> Iterator[Adds]:
    """Of each rule one kind. The kinds of two rules meet in every way, one way after another."""
    left = list(rules)
    while left:
        rule = left.pop(0)
        if rule in left:
            left.remove(rule)
            choices: list[tuple[Adds, ...]] = [*combinations(RULES[rule], 2)]
        else:
            choices = [(kind,) for kind in RULES[rule]]
        yield from choices[seed % len(choices)]
        seed //= len(choices)


def _body(seed: int, rng: random.Random, rules: Sequence[str]) -> Body:
    """A body without the rules. All plans of drivers take longer."""
    tasks = (7 if seed % 50 == 49 else 6 if seed % 10 == 4 else 5) - ("drivers" in rules)
    if NEEDS_SHORT_DAY & {*rules}:
        return _short_body(rng, rng.choice(SHORT_BASES), tasks)
    return random_body(rng.randrange(2**32), rng.choice(LONG_BASES), jobs=tasks, vehicles=2)


def _short_body(rng: random.Random, features: set[str], tasks: int) -> Body:
    """A short day with these features. Nothing needs rounding: each second has a whole price."""
    works = [_short_task(rng, number, features) for number in range(1, tasks + 1)]
    pairs = 4 if "shipments" in features else 0
    shipments: list[Body] = [
        {"pickup": one, "delivery": other, "amount": [rng.randint(1, 4)]}
        for one, other in zip(works[0:pairs:2], works[1:pairs:2], strict=True)
    ]
    jobs: list[Body] = [{**it, "delivery": [rng.randint(1, 3)]} for it in works[pairs:]]
    for order in (*jobs, *shipments):
        if "priorities" in features:
            order["priority"] = rng.choice((0, 0, 1, 10))
    return {
        "vehicles": [_short_vehicle(rng, number, features) for number in (10, 20)],
        "jobs": jobs,
        "shipments": shipments,
        "matrices": {"car": {"durations": _cells(rng, tasks + 1)}},
    }


def _short_vehicle(rng: random.Random, number: int, features: set[str]) -> Body:
    vehicle: Body = {"id": number, "start_index": 0, "end_index": 0, "capacity": [rng.randint(6, 12)]}
    if "open routes" in features:
        del vehicle[rng.choice(("start_index", "end_index"))]
    if "fixed costs" in features:
        vehicle["costs"] = {"fixed": rng.randint(0, 20), "per_hour": 3_600 * rng.randint(0, 2)}
    if "working hours" in features:
        vehicle["time_window"] = [rng.randint(0, DAY // 4), rng.randint(DAY // 2, DAY)]
    return vehicle


def _short_task(rng: random.Random, number: int, features: set[str]) -> Body:
    task: Body = {"id": number, "location_index": number, "service": rng.randint(0, 4)}
    if "windows" in features and rng.random() < 0.5:
        edges = sorted(rng.sample(range(DAY), 4 if "several windows" in features else 2))
        task["time_windows"] = [*zip(edges[0::2], edges[1::2], strict=True)]
    return task


def _cells(rng: random.Random, places: int) -> list[list[int]]:
    return [[0 if a == b else rng.randint(1, DAY // 6) for b in range(places)] for a in range(places)]


def _tasks(body: Body) -> list[Body]:
    ends = chain.from_iterable((it["pickup"], it["delivery"]) for it in body["shipments"])
    return [*body["jobs"], *ends]


def _longest(body: Body) -> int:
    """The longest leg."""
    matrices: list[list[list[int]]] = [matrix["durations"] for matrix in body["matrices"].values()]
    return max(cell for cells in matrices for row in cells for cell in row)


def _options(body: Body) -> Body:
    found: Body = body.setdefault("options", {})
    return found


def _share_out(body: Body, rng: random.Random) -> None:
    """Lets one vehicle alone seldom serve all tasks."""
    for vehicle in body["vehicles"]:
        vehicle.setdefault("max_tasks", len(_tasks(body)) - rng.randint(0, 2))


def _related(kind: str) -> Adds:
    def add(body: Body, rng: random.Random) -> None:
        steps = _steps(body, rng, rng.choice((2, 2, 3)), both_ends=kind == "same_vehicle")
        body.setdefault("relations", []).append({"type": kind, "steps": steps})
        if kind == "not_together":  # it would be `different_vehicles` otherwise
            places = [{"id": 1, "location_index": 0, "service": _longest(body) // 10}]
            body["vehicles"][0] |= {"reloads": places, "max_reloads": 1}

    return add


def _steps(body: Body, rng: random.Random, number: int, both_ends: bool) -> list[Body]:
    """Tasks in random order, of each shipment one end or both."""
    steps = [{"type": "job", "id": job["id"]} for job in body["jobs"]]
    for shipment in body["shipments"]:
        ends = [{"type": end, "id": shipment[end]["id"]} for end in ("pickup", "delivery")]
        steps += ends if both_ends else [rng.choice(ends)]
    return rng.sample(steps, min(number, len(steps)))


def _allowed(body: Body, rng: random.Random) -> None:
    ids = [vehicle["id"] for vehicle in body["vehicles"]]
    for order in (*body["jobs"], *body["shipments"]):
        if rng.random() < 0.5:
            order["allowed_vehicles"] = [rng.choice(ids)]


def _counted(**limit: int) -> Adds:
    return lambda body, _rng: _options(body).update(limit)


def _fixed(how: str) -> Adds:
    def add(body: Body, rng: random.Random) -> None:
        vehicle = rng.choice(body["vehicles"])
        steps = [{"type": "job", "id": job["id"]} for job in body["jobs"]]
        steps = rng.sample(steps, min(len(steps), rng.choice((1, 2))))
        if body["shipments"] and rng.random() < 0.5:
            ends = body["shipments"][0]
            steps.insert(rng.randint(0, len(steps)), {"type": "pickup", "id": ends["pickup"]["id"]})
        vehicle["steps"] = [{**step, "fixed": how} for step in steps]

    return add


def _drivers(body: Body, rng: random.Random) -> None:
    """Gives each vehicle `driver_rules` that bind. On long days duty is limited only where nothing has a time
    window, because every second is tried as a start there."""
    is_timed = any(task.get("time_windows") for task in _tasks(body))
    may_limit_duty = _longest(body) <= DAY or not is_timed
    for vehicle in body["vehicles"]:
        vehicle["driver_rules"] = _driver(rng, _longest(body), may_limit_duty and not vehicle.get("breaks"))


def _driver(rng: random.Random, longest: int, may_limit_duty: bool) -> Body:
    def about(least: float, most: float) -> int:
        return max(1, round(longest * rng.uniform(least, most)))

    rules: Body = {"max_driving_before_break": about(0.5, 1.4), "break_duration": about(0.45, 0.6)}
    if rng.random() < 0.5:
        rules["break_parts"] = [about(0.1, 0.2), about(0.2, 0.35)]
    else:
        rules["waiting_is_break"] = rng.random() < 0.5
    if rng.random() < 0.5:
        rules["max_driving"] = about(1.7, 4)
    if may_limit_duty and rng.random() < 0.6:
        rules["max_duty"] = about(3, 6)
    if rng.random() < 0.4:
        rules["driven"] = about(0, 1)
    return rules


def _soft_windows(body: Body, rng: random.Random) -> None:
    for task in _tasks(body):
        if rng.random() < 0.8:
            first, last = sorted(rng.sample(range(DAY), 2))
            early = {"start": first, "cost_per_hour_early": 3_600 * rng.randint(1, 3)}
            late = {"end": last, "cost_per_hour_late": 3_600 * rng.randint(1, 3)}
            task["soft_time_window"] = rng.choice((early, late, {**early, **late}))


def _balance(by: str, most: float) -> Adds:
    def add(body: Body, rng: random.Random) -> None:
        _share_out(body, rng)
        if not any("delivery" in job for job in body["jobs"]):
            for job in body["jobs"]:
                job["delivery"] = [rng.randint(0, 4), rng.randint(1, 6)]
            for vehicle in body["vehicles"]:
                vehicle["capacity"] = [rng.randint(10, 20), 40]
        cost = rng.randint(1, 4) * 3_600 if by == "duration" else rng.randint(1, round(most * _longest(body)))
        _options(body)["balance"] = {"by": by, "cost": cost}

    return add


def _compact(body: Body, rng: random.Random) -> None:
    _share_out(body, rng)
    _options(body)["compact"] = {"cost": rng.randint(1, max(9, _longest(body) // 5))}


def _slots(body: Body, rng: random.Random) -> None:
    for matrix in body["matrices"].values():
        starts = sorted(rng.sample(range(1, DAY), rng.randint(1, 3)))
        size = len(matrix["durations"])
        matrix["slots"] = [{"start": start, "durations": _cells(rng, size)} for start in starts]


RULES: dict[str, tuple[Adds, ...]] = {
    "relations": tuple(
        map(_related, ("same_vehicle", "different_vehicles", "sequence", "direct_sequence", "not_together"))
    ),
    "allowed vehicles": (_allowed,),
    "vehicle counts": (_counted(min_vehicles=2), _counted(max_vehicles=1)),
    "fixed steps": (_fixed("position"), _fixed("order")),
    "drivers": (_drivers,),
    "soft windows": (_soft_windows,),
    "balance": (_balance("duration", 4), _balance("tasks", 0.6), _balance("load", 0.2)),
    "compact": (_compact,),
    "slots": (_slots,),
}
"""The kinds of each rule."""
ALONE: list[tuple[str, ...]] = [(rule,) for rule in RULES]
PAIRS: list[tuple[str, ...]] = [
    *(pair for pair in combinations(RULES, 2) if {*pair} not in APART),
    ("relations", "relations"),
]
