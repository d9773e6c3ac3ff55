"""The problem that a caller posts: VROOM's input format, with `network`, `options`, reloads, release times,
overtime, soft time windows and travel times by the time of day added.

Keys, units and meaning are those of VROOM's `docs/API.md`: times in seconds, distances in metres,
coordinates `[lon, lat]`, time windows inclusive at both ends. Types are strict and unknown keys are
refused. Rules that span several fields (indices, ids, shapes) live in `milkrun.schema.rules`.

The types of the fields are in `milkrun.schema.fields`.
"""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, StringConstraints

from milkrun.schema.driver_rules import DriverRules
from milkrun.schema.fields import (
    MAX_UINT32,
    MOST_NAMES,
    Amounts,
    Cells,
    Coefficient,
    Coordinates,
    Id,
    Index,
    Listed,
    Metres,
    Model,
    Name,
    Named,
    Seconds,
    Skills,
    Text,
    TimeWindow,
)
from milkrun.schema.two_ways import empty, few_keys

TaskType = Literal["job", "pickup", "delivery"]
Vehicles = Annotated[Listed[Id], Field(min_length=1)]
"""Ids of vehicles."""
DEFAULT_PER_HOUR = 3600
SLOWEST_KMH = 0.1
"""At a lower speed, travelling to the other side of the earth takes more seconds than 32 bits hold."""


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


class Costs(Model):
    """Costs: `fixed` if the vehicle is used, `per_hour` of travel, `per_task_hour` at tasks, `per_km`,
    and `per_overtime_hour` for each hour beyond the vehicle's `shift_duration`, in addition."""

    fixed: Coefficient = 0
    per_hour: Coefficient = DEFAULT_PER_HOUR
    per_task_hour: Coefficient = 0
    per_km: Coefficient = 0
    per_overtime_hour: Coefficient = 0


class Break(Model):
    """A pause of `service` seconds that starts in one of `time_windows`, with at most `max_load` on board."""

    id: Id
    time_windows: Listed[TimeWindow] = empty(list)
    service: Seconds = 0
    description: Text | None = None
    max_load: Amounts | None = None


class Reload(Model):
    """A place where a vehicle may end a trip and begin the next one.

    Attributes:
        service: Seconds to unload what was picked up and to load the deliveries of the next trip.
    """

    id: Id
    description: Text | None = None
    location: Coordinates | None = None
    location_index: Index | None = None
    service: Seconds = 0


class VehicleStep(Model):
    """One step of a route to start the search from. Only VROOM's plan mode uses its `service_*` fields.

    You can copy it from an answer of Milkrun or VROOM. Fields that only an answer has are ignored, and so are
    the breaks that `driver_rules` ask for, which have no `id`.

    Attributes:
        fixed: Whether the search must keep it. `position`: with the steps before it, which are fixed too, it
            is the beginning of the route. `order`: this vehicle serves it after its fixed steps before it.
    """

    type: Literal["start", "job", "pickup", "delivery", "break", "reload", "end"]
    id: Id | None = None
    fixed: Literal["position", "order"] | None = None
    service_at: Seconds | None = None
    service_after: Seconds | None = None
    service_before: Seconds | None = None
    description: Any = None
    location: Any = None
    location_index: Any = None
    arrival: Any = None
    duration: Any = None
    setup: Any = None
    service: Any = None
    waiting_time: Any = None
    distance: Any = None
    load: Any = None
    amount: Any = None
    job: Any = None
    violations: Any = None


class Vehicle(Model):
    """A vehicle: where it starts and ends (one may be open), what it carries, when it works, its costs.

    Attributes:
        reloads: Places where it may end a trip and begin the next one.
        max_reloads: The most reloads it may make. None: no limit.
        speed_factor: Travel times are divided by it. VROOM rounds it to two digits, so the minimum is 0.01.
        shift_duration: Seconds that its route may last from start to end, including waiting and service.
        max_overtime: Seconds that its route may last longer, at `costs.per_overtime_hour`.
        driver_rules: How long its driver may drive and work, and the breaks in between.
    """

    id: Id
    profile: Name = "car"
    description: Text | None = None
    start: Coordinates | None = None
    start_index: Index | None = None
    end: Coordinates | None = None
    end_index: Index | None = None
    capacity: Amounts = empty(list)
    costs: Costs = Costs()
    skills: Skills = empty(list)
    type: Name | None = None
    time_window: TimeWindow | None = None
    breaks: Listed[Break] = empty(list)
    speed_factor: float = Field(default=1.0, ge=0.01, le=5)
    max_tasks: Annotated[int, Field(ge=0, le=MAX_UINT32)] | None = None
    max_travel_time: Seconds | None = None
    max_distance: Metres | None = None
    reloads: Listed[Reload] = empty(list)
    max_reloads: Annotated[int, Field(ge=0, le=MAX_UINT32)] | None = None
    shift_duration: Seconds | None = None
    max_overtime: Seconds = 0
    driver_rules: DriverRules | None = None
    steps: Listed[VehicleStep] = empty(list)


class RelationStep(Model):
    """A task of a relation. Ids are unique only within a type."""

    type: TaskType
    id: Id


class Relation(Model):
    """What two tasks or more have to do with each other. It holds among those of them that are served.

    Attributes:
        type: `same_vehicle`: one vehicle serves them. `different_vehicles`: no vehicle serves two of them.
            `sequence`: one vehicle serves them in this order. `direct_sequence`: with nothing but breaks
            between them. `not_together`: no trip has two of them.
    """

    type: Literal["same_vehicle", "different_vehicles", "sequence", "direct_sequence", "not_together"]
    steps: Listed[RelationStep]


class TravelSlot(Model):
    """Travel times from a moment on, until the next slot begins: `start` and `durations` in seconds."""

    start: Seconds
    durations: Cells


class Matrix(Model):
    """Square matrices of one profile: `durations` in seconds, `distances` in metres, `costs` in cost units.

    If `costs` are given, they replace travel times in the cost of a route. `durations` hold until the first
    of the `slots` begins.
    """

    durations: Cells
    distances: Cells | None = None
    costs: Cells | None = None
    slots: Listed[TravelSlot] = empty(list)


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


NetworkName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class Problem(Model):
    """A whole problem.

    Travel times come from `matrices`, or from the road network that `network` names. Without either, they
    are those of great circles at `options.speed_kmh`. `matrix` is the deprecated form of `matrices`: the
    durations of profile `car`.
    """

    vehicles: Listed[Vehicle] = Field(min_length=1)
    jobs: Listed[Job] = empty(list)
    shipments: Listed[Shipment] = empty(list)
    relations: Listed[Relation] = empty(list)
    matrices: Annotated[dict[Name, Matrix], Field(min_length=1), few_keys(MOST_NAMES)] | None = None
    matrix: Cells | None = None
    network: NetworkName | None = None
    options: Options = Options()
