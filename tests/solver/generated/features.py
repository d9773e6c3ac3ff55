"""The features of a generated problem: a random choice of VROOM's features that go together."""

import random

SHARED = {
    "capacity": 0.75,
    "pickups": 0.25,
    "shipments": 0.3,
    "windows": 0.5,
    "several windows": 0.2,
    "working hours": 0.5,
    "skills": 0.35,
    "priorities": 0.35,
    "max tasks": 0.2,
    "max travel time": 0.15,
    "max distance": 0.15,
    "setups": 0.25,
    "types": 0.25,
    "speed": 0.25,
    "fixed costs": 0.3,
    "hour costs": 0.25,
    "km costs": 0.25,
    "distance alone costs": 0.08,
    "task costs": 0.2,
    "custom costs": 0.12,
    "profiles": 0.25,
    "open routes": 0.25,
    "several depots": 0.3,
    "mixed fleet": 0.35,
    "great circle": 0.25,
    "clusters": 0.6,
    "infeasible tasks": 0.15,
    "too few vehicles": 0.15,
}
"""Features, and the share of problems that have them."""

ALONE = {
    "breaks": {"working hours"},
    "breaks with max load": {"breaks", "working hours", "capacity"},
    "setups at shared places": {"setups"},
    "max tasks with shipments": {"max tasks", "shipments"},
    "shipments with several windows": {"shipments", "several windows"},
    "limits beside windows": {"max travel time", "max distance", "windows"},
}
"""Features that only VROOM can express, each with the features it needs."""

FEATURES = (*SHARED, *ALONE)


def random_features(rng: random.Random) -> set[str]:
    """A choice of features. Only VROOM can express about half of the problems."""
    chosen = {feature for feature, share in SHARED.items() if rng.random() < share}
    if rng.random() < 0.5:
        for feature in rng.sample(list(ALONE), rng.choice((1, 1, 2))):
            chosen |= {feature, *ALONE[feature]}
    else:
        _leave_to_both(chosen)
    if "custom costs" in chosen:
        chosen -= {"great circle", "hour costs", "km costs", "distance alone costs"}
    if "distance alone costs" in chosen:
        chosen -= {"hour costs", "km costs"}
    if "great circle" in chosen:
        chosen.discard("profiles")  # all profiles are equally fast on great circles
    return chosen


def _leave_to_both(chosen: set[str]) -> None:
    """Removes combinations that only VROOM can express."""
    if {"max tasks", "shipments"} <= chosen:
        chosen.discard("max tasks")
    limits = chosen & {"max travel time", "max distance"}
    if limits:
        chosen -= {"task costs", "custom costs"}
    if limits and chosen & {"windows", "several windows", "working hours"}:
        # With time windows, a limit must be one on cost: on travel time if that is the cost, or on distance.
        chosen -= {"hour costs", "km costs", "distance alone costs"}
        if "max distance" in chosen:
            chosen.discard("max travel time")
            chosen.add("distance alone costs")
