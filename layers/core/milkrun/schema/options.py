"""How a problem is to be solved, and the prices of a whole plan."""

from typing import Literal

from pydantic import Field

from milkrun.schema.fields import MAX_UINT32, Coefficient, Model

SLOWEST_KMH = 0.1
"""At a lower speed, travelling to the other side of the earth takes more seconds than 32 bits hold."""


class Balance(Model):
    """The price of the difference between the most and the least used vehicle of those that drive.

    Attributes:
        by: What counts as use: hours of travel, setup and service, tasks, or load.
        cost: The price of each hour, task, or unit of load.
    """

    by: Literal["duration", "tasks", "load"]
    cost: Coefficient


class Compact(Model):
    """The price of routes that interleave: `cost` for each task among a task's nearest that another vehicle
    serves."""

    cost: Coefficient


class Options(Model):
    """How to search.

    Attributes:
        time_limit: Seconds of solving, over all attempts and hand-overs together, 1 to 3,600.
        stall_limit: End after this many seconds without a better answer. None: only problems with a few
            stops end before their time limit.
        seed: Seed for all random choices. Under a time limit, the same seed may give different routes.
        speed_kmh: Speed on great circles, in km/h, if the problem has no travel times, 0.1 to 1,000.
        exploration_level: The highest effort that VROOM may spend on one search, 0 to 5.
        geometry: Add an encoded polyline to each route, if the problem has coordinates.
        threads: How many cores the run may use, 1 to 64. None: all of the function's.
        min_vehicles: The fewest vehicles that have a route; all jobs and shipments served may have one each.
        max_vehicles: The most vehicles that have a route. None: all.
        balance: The price of uneven routes.
        compact: The price of routes that interleave.
    """

    time_limit: float = Field(default=10, ge=1, le=3_600)
    stall_limit: float | None = Field(default=None, gt=0, le=3_600)
    seed: int = Field(default=1, ge=0, le=MAX_UINT32)
    speed_kmh: float = Field(default=50, ge=SLOWEST_KMH, le=1_000)
    exploration_level: int = Field(default=5, ge=0, le=5)
    geometry: bool = False
    threads: int | None = Field(default=None, ge=1, le=64)
    min_vehicles: int = Field(default=0, ge=0, le=MAX_UINT32)
    max_vehicles: int | None = Field(default=None, ge=1, le=MAX_UINT32)
    balance: Balance | None = None
    compact: Compact | None = None
