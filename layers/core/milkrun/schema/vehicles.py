"""Who does it: vehicles with their costs, breaks, reloads and the steps that they are given."""

from typing import Annotated, Any, Literal

from pydantic import Field

from milkrun.schema.driver_rules import DriverRules
from milkrun.schema.fields import (
    MAX_UINT32,
    Amounts,
    Coefficient,
    Coordinates,
    Id,
    Index,
    Listed,
    Metres,
    Model,
    Name,
    Seconds,
    Skills,
    Text,
    TimeWindow,
)
from milkrun.schema.two_ways import empty

DEFAULT_PER_HOUR = 3600


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
