"""The solution that a caller gets: VROOM's output format, with `meta` added.

Times are seconds, distances metres, coordinates `[lon, lat]`; `cost` is in the problem's own cost units.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from milkrun.schema.engines import EngineName

Coordinates = tuple[float, float]


class _Output(BaseModel):
    model_config = ConfigDict(extra="ignore")  # a later version may have stored more


class Violation(_Output):
    """A constraint that a step breaks. Verified answers have none; the key exists for clients of VROOM."""

    cause: str
    duration: int | None = None


class Step(_Output):
    """One stop of a route: `duration` and `distance` up to its arrival, `load` after the stop.

    A break without an `id` is one that the vehicle's `driver_rules` ask for.
    """

    type: Literal["start", "job", "pickup", "delivery", "break", "reload", "end"]
    id: int | None = None
    description: str | None = None
    location: Coordinates | None = None
    location_index: int | None = None
    arrival: int
    duration: int
    setup: int = 0
    service: int = 0
    waiting_time: int = 0
    distance: int | None = None
    load: list[int] | None = None
    violations: list[Violation] = []


class RouteCosts(_Output):
    """The cost of a route by component. They add up to its `cost`, to the unit.

    Attributes:
        fixed: For using the vehicle.
        travel: Of time and distance, or of custom costs.
        task: Of time at tasks and breaks.
        overtime: Of time beyond the vehicle's `shift_duration`.
        early, late: Of tasks that begin before or after their soft time windows.
    """

    fixed: int = 0
    travel: int = 0
    task: int = 0
    overtime: int = 0
    early: int = 0
    late: int = 0


class PlanCosts(RouteCosts):
    """The cost of an answer by component: the sums over its routes, and what only the whole has.

    Attributes:
        balance: Of the difference between the most and the least used vehicle.
        compact: Of routes that interleave.
    """

    balance: int = 0
    compact: int = 0


class Route(_Output):
    """The stops of one vehicle in order, from its start to its end, and their totals.

    Attributes:
        overtime: Seconds beyond the vehicle's `shift_duration`, if it has one.
        costs: The cost by component, if the problem has a priced term.
    """

    vehicle: int
    description: str | None = None
    steps: list[Step]
    cost: int
    costs: RouteCosts | None = None
    setup: int
    service: int
    duration: int
    waiting_time: int
    priority: int
    overtime: int | None = None
    distance: int | None = None
    delivery: list[int] | None = None
    pickup: list[int] | None = None
    geometry: str | None = None
    violations: list[Violation] = []


class Summary(_Output):
    """Totals over all routes. `unassigned` counts tasks; a shipment is two.

    Attributes:
        cost: What the routes cost, and the priced terms of the whole.
        costs: The cost by component, if the problem has a priced term.
        overtime: Seconds, if any vehicle has a `shift_duration`.
    """

    cost: int
    costs: PlanCosts | None = None
    routes: int
    unassigned: int
    setup: int
    service: int
    duration: int
    waiting_time: int
    priority: int
    overtime: int | None = None
    distance: int | None = None
    delivery: list[int] | None = None
    pickup: list[int] | None = None
    violations: list[Violation] = []


class Unassigned(_Output):
    """A task that no vehicle serves."""

    id: int
    type: Literal["job", "pickup", "delivery"]
    description: str | None = None
    location: Coordinates | None = None
    location_index: int | None = None


class TracePoint(_Output):
    """A better answer: when it was found, in seconds of this search, and its values."""

    seconds: float
    cost: int
    unassigned: int


class Meta(_Output):
    """How the answer was found."""

    engine: EngineName
    matrix: Literal["custom", "great-circle", "network"]
    seed: int
    seconds: float
    first_cost: int
    best_cost: int
    trace: list[TracePoint]


class Solution(_Output):
    """A verified answer: VROOM's `code` 0, totals, unassigned tasks, and the routes."""

    code: Literal[0] = 0
    summary: Summary
    unassigned: list[Unassigned]
    routes: list[Route]
    meta: Meta

    def to_json(self) -> bytes:
        """The answer as it is stored and sent: keys without a value are left out."""
        return self.model_dump_json(exclude_none=True).encode()
