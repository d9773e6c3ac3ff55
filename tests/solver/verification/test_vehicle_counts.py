import random

from tests.solver.exhaustive.rules.vehicle_counts import VehicleCounts
from tests.solver.verification.agreement import Body, agree


def limited(body: Body, rng: random.Random) -> None:
    """At least two or three vehicles, or at most one or two."""
    body["options"] = rng.choice(
        [{"min_vehicles": 2}, {"min_vehicles": 3}, {"max_vehicles": 1}, {"max_vehicles": 2}]
    )


def test_what_is_found_is_what_the_definition_says() -> None:
    agree(limited, VehicleCounts, "vehicles have a route")
