"""The demo's problem: one day of a grocery shop's deliveries in a generated town."""

import random
from typing import Any

from milkrun_solver.roads.compiled import CompiledNetwork

DELIVERIES = 80
VANS = 7
OPENING, CLOSING = 8 * 3600, 18 * 3600  # seconds of the day
MORNING, AFTERNOON = (OPENING, 13 * 3600), (12 * 3600, CLOSING)
_DOORSTEP = 0.0002  # approximate distance from a crossing to a house, in degrees


def delivery_problem(
    seed: int, time_limit: float, town: CompiledNetwork, network: str | None
) -> dict[str, Any]:
    """The body of a request: 80 households, half of them at home for half of the day, and vans of two sizes.

    Amounts are in crates, and `time_limit` is in seconds. The same seed and town give the same problem.

    Args:
        town: The town with the households. The shop is at its eastern end.
        network: The name of the town's streets in Neo4j; None to travel along great circles.
    """
    chance = random.Random(seed)
    depot = _junction(town, int(town.longitude.argmax()))
    problem = {
        "vehicles": [_van(number, depot) for number in range(1, VANS + 1)],
        "jobs": [_delivery(number, town, chance) for number in range(1, DELIVERIES + 1)],
        "options": {"time_limit": time_limit, "seed": seed, "speed_kmh": 30, "geometry": True},
    }
    return problem if network is None else {**problem, "network": network}


def _junction(town: CompiledNetwork, number: int) -> tuple[float, float]:
    return round(float(town.longitude[number]), 6), round(float(town.latitude[number]), 6)


def _van(number: int, depot: tuple[float, float]) -> dict[str, Any]:
    large = number > VANS - 2
    return {
        "id": number,
        "description": f"{'large' if large else 'small'} van",
        "start": depot,
        "end": depot,
        "capacity": [60 if large else 40],
        "time_window": [OPENING, CLOSING],
        "costs": {"fixed": 1800 if large else 1200},
    }


def _delivery(number: int, town: CompiledNetwork, chance: random.Random) -> dict[str, Any]:
    lon, lat = _junction(town, chance.randrange(len(town.longitude)))
    delivery: dict[str, Any] = {
        "id": number,
        "location": (round(chance.gauss(lon, _DOORSTEP), 6), round(chance.gauss(lat, _DOORSTEP), 6)),
        "delivery": [chance.choice((1, 1, 2, 2, 3, 4, 6))],
        "service": chance.choice((240, 360, 480, 600)),
    }
    if chance.random() < 0.5:
        delivery["time_windows"] = [chance.choice((MORNING, AFTERNOON))]
    return delivery
