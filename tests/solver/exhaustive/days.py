"""Random problems with short days, in which every second can be looked at: soft time windows, slots, and
prices of the whole plan."""

import random
from typing import Any

from milkrun.schema.problem import Problem
from tests.solver.problems import problem_of

KINDS = ("soft windows", "slots", "balance", "compact", "windows", "shipments")
"""What a short day may have."""


def short_day(seed: int, kinds: set[str], tasks: int = 5, vehicles: int = 2, day: int = 60) -> Problem:
    """A problem with these kinds of rules. Nothing needs rounding: each second has a whole price.

    Args:
        day: The last second at which anything changes.
    """
    rng = random.Random(f"day {seed}")
    places = tasks + 1
    matrix: dict[str, Any] = {"durations": _cells(rng, places, day)}
    if "slots" in kinds:
        starts = sorted(rng.sample(range(1, day), rng.randint(1, 3)))
        matrix["slots"] = [{"start": start, "durations": _cells(rng, places, day)} for start in starts]
    works = [_task(rng, n, kinds, day) for n in range(1, tasks + 1)]
    pairs = 2 if "shipments" in kinds else 0
    shipments = [
        {"pickup": one, "delivery": other, "amount": [rng.randint(1, 3)]}
        for one, other in zip(works[0:pairs:2], works[1:pairs:2], strict=True)
    ]
    options: dict[str, Any] = {}
    if "balance" in kinds:
        by = rng.choice(("duration", "tasks", "load"))
        options["balance"] = {"by": by, "cost": rng.randint(1, 9) * (3_600 if by == "duration" else 1)}
    if "compact" in kinds:
        options["compact"] = {"cost": rng.randint(1, 9)}
    depot = {"start_index": 0, "end_index": 0}
    return problem_of(
        {
            "vehicles": [{"id": n, **depot, "capacity": [9]} for n in range(vehicles)],
            "jobs": [{**it, "delivery": [rng.randint(1, 2)]} for it in works[pairs:]],
            "shipments": shipments,
            "matrices": {"car": matrix},
            "options": options,
        }
    )


def _cells(rng: random.Random, places: int, day: int) -> list[list[int]]:
    return [[0 if a == b else rng.randint(1, day // 6) for b in range(places)] for a in range(places)]


def _task(rng: random.Random, number: int, kinds: set[str], day: int) -> dict[str, Any]:
    task: dict[str, Any] = {"id": number, "location_index": number, "service": rng.randint(0, 4)}
    first, last = sorted(rng.sample(range(day), 2))
    if "windows" in kinds and rng.random() < 0.4:
        task["time_windows"] = [[first, last]]
    first, last = sorted(rng.sample(range(day), 2))
    if "soft windows" in kinds and rng.random() < 0.8:
        early = {"start": first, "cost_per_hour_early": 3_600 * rng.randint(1, 3)}
        late = {"end": last, "cost_per_hour_late": 3_600 * rng.randint(1, 3)}
        task["soft_time_window"] = rng.choice((early, late, {**early, **late}))
    return task
