"""Small problems with rules on who serves what, to be solved by looking at all plans.

Each rule is added to a body by a function of its own, so that any of them go together and with others.
"""

import random
from collections.abc import Callable, Iterable
from typing import Any

from milkrun.schema.problem import Problem
from tests.solver.problems import problem_of, random_body

Body = dict[str, Any]
Adds = Callable[[Body, random.Random], None]

KINDS = ("same_vehicle", "different_vehicles", "sequence", "direct_sequence", "not_together")
BASES: tuple[set[str], ...] = (
    {"capacity"},
    {"capacity", "windows"},
    {"shipments", "capacity"},
    {"shipments", "windows", "priorities"},
    {"setups", "fleet"},
    {"breaks", "capacity"},
    {"shipments", "max tasks", "open routes"},
)
"""What the problems have beside the rules, one after another."""


def small_problem(seed: int, rules: Iterable[str]) -> Problem:
    """At most five tasks and two vehicles, with these rules of `RULES`. A problem may have no plan at all."""
    rng = random.Random(f"small {seed}")
    body = random_body(seed, BASES[seed % len(BASES)], jobs=5, vehicles=2)
    for rule in rules:
        RULES[rule](body, rng)
    return problem_of(body)


def _related(kind: str) -> Adds:
    def add(body: Body, rng: random.Random) -> None:
        steps = _steps(body, rng, rng.choice((2, 2, 3)), both_ends=kind == "same_vehicle")
        body.setdefault("relations", []).append({"type": kind, "steps": steps})
        if kind == "not_together":  # it would be `different_vehicles` otherwise
            places = [{"id": 1, "location_index": 0, "service": 60}]
            body["vehicles"][0] |= {"reloads": places, "max_reloads": 1}

    return add


def _steps(body: Body, rng: random.Random, count: int, both_ends: bool) -> list[Body]:
    """Tasks in random order, of each shipment one end or both."""
    steps = [{"type": "job", "id": job["id"]} for job in body["jobs"]]
    for shipment in body["shipments"]:
        ends = [{"type": end, "id": shipment[end]["id"]} for end in ("pickup", "delivery")]
        steps += ends if both_ends else [rng.choice(ends)]
    return rng.sample(steps, count)


def _allowed(body: Body, rng: random.Random) -> None:
    ids = [vehicle["id"] for vehicle in body["vehicles"]]
    for order in (*body["jobs"], *body["shipments"]):
        if rng.random() < 0.5:
            order["allowed_vehicles"] = [rng.choice(ids)]


def _counts(body: Body, rng: random.Random) -> None:
    options = rng.choice(({"min_vehicles": 2}, {"max_vehicles": 1}, {"min_vehicles": 2}))
    body["options"] = {**body.get("options", {}), **options}


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


RULES: dict[str, Adds] = {
    **{kind: _related(kind) for kind in KINDS},
    "allowed vehicles": _allowed,
    "vehicle counts": _counts,
    "fixed positions": _fixed("position"),
    "fixed order": _fixed("order"),
}
"""Rules that go together: each adds itself to a body of `random_body`."""
