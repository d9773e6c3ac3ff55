"""Rules for the drivers of small problems, to be added to bodies of `random_body`."""

import random
from typing import Any


def with_drivers(body: dict[str, Any], rng: random.Random) -> None:
    """Gives each vehicle `driver_rules` that bind. Duty is limited only where nothing has a time window,
    because every second is tried as a start there."""
    tasks = [*body["jobs"], *(it[end] for it in body["shipments"] for end in ("pickup", "delivery"))]
    is_timed = any(task.get("time_windows") for task in tasks)
    for vehicle in body["vehicles"]:
        vehicle["driver_rules"] = _rules(rng, may_limit_duty=not is_timed)


def _rules(rng: random.Random, may_limit_duty: bool) -> dict[str, Any]:
    rules: dict[str, Any] = {
        "max_driving_before_break": rng.randint(700, 2_000),
        "break_duration": rng.randint(300, 900),
    }
    if rng.random() < 0.5:
        rules["break_parts"] = [rng.randint(60, 150), rng.randint(150, 299)]
    else:
        rules["waiting_is_break"] = rng.random() < 0.5
    if rng.random() < 0.5:
        rules["max_driving"] = rng.randint(2_500, 6_000)
    if may_limit_duty and rng.random() < 0.7:
        rules["max_duty"] = rng.randint(4_000, 8_000)
    if rng.random() < 0.4:
        rules["driven"] = rng.randint(1, 1_500)
    return rules
