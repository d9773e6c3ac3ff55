"""Days of a delivery service as problems of Milkrun, made from a seed: the same ones every time.

Seconds are also the unit of distance. The days of `balance_day` with the seeds 1 to 10 were fixed before
balance was built.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]

_HOUR = 3_600
_SIDE = 2_000
"""Seconds that a vehicle takes along a side of the square."""
_SHIPMENTS_EACH = 9
"""A vehicle for so many shipments leaves out few of them."""
_JOBS_EACH = 12


def shipments_day(shipments: int, seed: int) -> dict[str, Any]:
    """Shipments between random places, with windows of one to two hours in a day of eight to ten."""
    rng = np.random.default_rng([shipments, seed])
    places = np.vstack(([_SIDE // 2] * 2, rng.integers(0, _SIDE, (2 * shipments, 2))))
    travel = _travel(places)
    day = int(rng.integers(8 * _HOUR, 10 * _HOUR))
    return {
        "vehicles": _vehicles(-(-shipments // _SHIPMENTS_EACH), day, capacity=10),
        "shipments": [_shipment(rng, number, travel, day) for number in range(shipments)],
        "matrices": {"car": {"durations": travel.tolist()}},
    }


def _shipment(rng: np.random.Generator, number: int, travel: Places, day: int) -> dict[str, Any]:
    """A shipment that a vehicle can serve if it serves no other."""
    origin, target = 2 * number + 1, 2 * number + 2
    loading, unloading = rng.integers(60, 300, 2).tolist()
    way = loading + int(travel[origin, target])
    back = unloading + int(travel[target, 0])
    earliest = int(travel[0, origin])
    begin = int(rng.integers(earliest, day - way - back))
    handed_over = int(rng.integers(begin + way, day - back + 1))
    return {
        "amount": [int(rng.integers(1, 5))],
        "pickup": {
            "id": number,
            "location_index": origin,
            "service": loading,
            "time_windows": [_window(rng, begin, day)],
        },
        "delivery": {
            "id": number,
            "location_index": target,
            "service": unloading,
            "time_windows": [_window(rng, handed_over, day)],
        },
    }


def _window(rng: np.random.Generator, moment: int, day: int) -> list[int]:
    """A window of one to two hours around a moment, within the day."""
    length = int(rng.integers(_HOUR, 2 * _HOUR))
    begin = min(max(0, moment - int(rng.integers(0, length))), day - length)
    return [begin, begin + length]


def balance_day(seed: int) -> dict[str, Any]:
    """Jobs around towns of different sizes, some with windows: the cheapest routes differ in length."""
    rng = np.random.default_rng(seed)
    jobs = int(rng.integers(60, 100))
    towns = rng.integers(0, _SIDE, (5, 2))
    chosen = towns[rng.choice(len(towns), jobs, p=[0.4, 0.25, 0.15, 0.12, 0.08])]
    around = np.clip(chosen + rng.normal(0, _SIDE / 12, (jobs, 2)), 0, _SIDE).astype(np.int64)
    places = np.vstack(([_SIDE // 2] * 2, around))
    day = int(rng.integers(8 * _HOUR, 10 * _HOUR))
    return {
        "vehicles": _vehicles(-(-jobs // _JOBS_EACH) + 1, day, capacity=3 * _JOBS_EACH),
        "jobs": [_job(rng, row, day) for row in range(1, jobs + 1)],
        "matrices": {"car": {"durations": _travel(places).tolist()}},
    }


def _job(rng: np.random.Generator, row: int, day: int) -> dict[str, Any]:
    job = {
        "id": row,
        "location_index": row,
        "service": int(rng.integers(300, 1_200)),
        "delivery": [int(rng.integers(1, 5))],
    }
    moment = int(rng.integers(day // 4, 3 * day // 4))
    window = _window(rng, moment, day)
    return {**job, "time_windows": [window]} if row % 3 == 0 else job


def _vehicles(count: int, day: int, capacity: int) -> list[dict[str, Any]]:
    vehicle = {"start_index": 0, "end_index": 0, "capacity": [capacity], "time_window": [0, day]}
    return [{"id": number, **vehicle} for number in range(count)]


def _travel(places: Places) -> Places:
    legs = places[:, None] - places[None, :]
    travel: Places = np.rint(np.hypot(legs[..., 0], legs[..., 1])).astype(np.int64)
    return travel
