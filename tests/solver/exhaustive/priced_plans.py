"""Small problems with prices of the whole plan, to be solved by looking at all plans. Nothing needs
rounding."""

import random
from collections.abc import Callable, Iterable
from typing import Any

from milkrun.schema.problem import Problem
from tests.solver.problems import problem_of, random_body

Body = dict[str, Any]

BASES: tuple[set[str], ...] = (
    {"capacity"},
    {"capacity", "windows"},
    {"shipments", "capacity"},
    {"setups", "types", "pickups"},
    {"shipments", "capacity", "windows", "priorities"},
    {"capacity", "breaks", "open routes"},
)
"""What the problems have beside the prices, one after another."""


def priced_problem(seed: int, prices: Iterable[str], tasks: int = 6, reloads: bool = False) -> Problem:
    """A problem with these prices of `PRICES`. Of two vehicles, one alone seldom serves all tasks.

    Args:
        reloads: Whether vehicles may reload once, and have less capacity.
    """
    rng = random.Random(f"priced plan {seed}")
    body = random_body(seed, BASES[seed % len(BASES)], jobs=tasks, vehicles=2)
    for vehicle in body["vehicles"]:
        vehicle["max_tasks"] = tasks - rng.randint(0, 2)
        if reloads:
            vehicle["reloads"] = [{"id": 1, "location_index": 0, "service": 60}]
            vehicle |= {"max_reloads": 1, "capacity": [5, 12]}
    for price in prices:
        PRICES[price](body, rng)
    return problem_of(body)


def _balance(by: str, most: int) -> Callable[[Body, random.Random], None]:
    def add(body: Body, rng: random.Random) -> None:
        cost = rng.randint(1, most) * (3_600 if by == "duration" else 1)
        body.setdefault("options", {})["balance"] = {"by": by, "cost": cost}

    return add


def _compact(body: Body, rng: random.Random) -> None:
    body.setdefault("options", {})["compact"] = {"cost": rng.randint(1, 300)}


PRICES: dict[str, Callable[[Body, random.Random], None]] = {
    "balance of duration": _balance("duration", 4),
    "balance of tasks": _balance("tasks", 900),
    "balance of load": _balance("load", 300),
    "compact": _compact,
}
"""Each adds itself to a body of `random_body`. No two of the first three go together."""
