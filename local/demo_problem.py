"""The demo's problem: one day of a grocery shop's deliveries in Delft."""

import random
from typing import Any

DEPOT = (4.3845, 51.9910)  # [lon, lat], by the motorway
NEIGHBOURHOODS = (
    (4.3571, 52.0116),
    (4.3415, 52.0010),
    (4.3680, 51.9985),
    (4.3745, 52.0190),
    (4.3300, 52.0150),
    (4.3560, 51.9850),
)
DELIVERIES = 80
VANS = 7
OPENING, CLOSING = 8 * 3600, 18 * 3600  # seconds of the day
WINDOWS = tuple((start * 3600, end * 3600) for start, end in ((8, 11), (10, 13), (12, 15), (14, 18)))


def delivery_problem(seed: int, time_limit: float) -> dict[str, Any]:
    """The body of a request: 80 households, half of them with a window, and vans of two sizes.

    Amounts are crates; `time_limit` is in seconds. The same seed gives the same problem.
    """
    chance = random.Random(seed)
    return {
        "vehicles": [_van(number) for number in range(1, VANS + 1)],
        "jobs": [_delivery(number, chance) for number in range(1, DELIVERIES + 1)],
        "options": {"time_limit": time_limit, "seed": seed, "speed_kmh": 30},
    }


def _van(number: int) -> dict[str, Any]:
    large = number > VANS - 2
    return {
        "id": number,
        "description": f"{'large' if large else 'small'} van",
        "start": DEPOT,
        "end": DEPOT,
        "capacity": [60 if large else 40],
        "time_window": [OPENING, CLOSING],
        "costs": {"fixed": 1800 if large else 1200},
    }


def _delivery(number: int, chance: random.Random) -> dict[str, Any]:
    lon, lat = chance.choice(NEIGHBOURHOODS)
    delivery: dict[str, Any] = {
        "id": number,
        "location": (round(chance.gauss(lon, 0.009), 5), round(chance.gauss(lat, 0.006), 5)),
        "delivery": [chance.choice((1, 1, 2, 2, 3, 4, 6))],
        "service": chance.choice((240, 360, 480, 600)),
    }
    if chance.random() < 0.5:
        delivery["time_windows"] = [chance.choice(WINDOWS)]
    return delivery
