"""What is to be done: jobs and shipments."""

from typing import Annotated

from pydantic import AliasChoices, Field

from milkrun.schema.fields import (
    Amounts,
    Coefficient,
    Coordinates,
    Id,
    Index,
    Listed,
    Model,
    Named,
    Seconds,
    Skills,
    Text,
    TimeWindow,
)
from milkrun.schema.two_ways import empty

Vehicles = Annotated[Listed[Id], Field(min_length=1)]
"""Ids of vehicles."""


class SoftTimeWindow(Model):
    """When the service of a task should begin. Each hour before `start` and after `end` has a price.

    Attributes:
        start, end: Seconds, on the clock of the time windows. None: no limit on this side.
        cost_per_hour_early, cost_per_hour_late: What an hour costs, charged by the second.
    """

    start: Seconds | None = None
    end: Seconds | None = None
    cost_per_hour_early: Coefficient = 0
    cost_per_hour_late: Coefficient = 0


class Task(Model):
    """What a job, a pickup and a delivery have in common."""

    id: Id
    description: Text | None = None
    location: Coordinates | None = None
    location_index: Index | None = None
    setup: Seconds = 0
    service: Seconds = 0
    setup_per_type: Named[Seconds] = empty(dict)
    service_per_type: Named[Seconds] = empty(dict)
    time_windows: Listed[TimeWindow] = empty(list)
    soft_time_window: SoftTimeWindow | None = None


class Job(Task):
    """A single place to visit. `delivery` is loaded at the vehicle's start, `pickup` is unloaded at its end.

    `amount` is the deprecated name of `delivery`.

    Attributes:
        allowed_vehicles: Ids of the vehicles that may serve it. None: all.
        release_time: When its goods are ready, in seconds. Its trip begins no earlier.
    """

    delivery: Amounts = empty(list, validation_alias=AliasChoices("delivery", "amount"))
    pickup: Amounts = empty(list)
    skills: Skills = empty(list)
    allowed_vehicles: Vehicles | None = None
    priority: int = Field(default=0, ge=0, le=100)
    release_time: Seconds = 0


class ShipmentStep(Task):
    """One end of a shipment."""


class Shipment(Model):
    """Goods that one vehicle takes from `pickup` to `delivery`.

    Attributes:
        allowed_vehicles: Ids of the vehicles that may serve it. None: all.
    """

    pickup: ShipmentStep
    delivery: ShipmentStep
    amount: Amounts = empty(list)
    skills: Skills = empty(list)
    allowed_vehicles: Vehicles | None = None
    priority: int = Field(default=0, ge=0, le=100)
