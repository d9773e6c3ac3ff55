"""What every rule is asked, and about what."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from milkrun_solver.model.problem import Task, Vehicle
from milkrun_solver.routes.timing import Timing
from milkrun_solver.rules.vehicle_group import Screen, VehicleGroup


@dataclass(frozen=True)
class Journey:
    """How a vehicle gets from its start through some tasks to its end.

    Attributes:
        is_open: Whether a way leads along every leg.
        travel_time: Of all legs, in hundredths of a second.
        metres: Of all legs.
        timing: What binds it in time, in hundredths of a second.
        overtime: Seconds beyond the vehicle's shift, on the shortest schedule; 0 where it has no shift.
    """

    is_open: bool
    travel_time: int
    metres: int
    timing: Timing
    overtime: int = 0

    @cached_property
    def is_in_time(self) -> bool:
        """Whether every time window, release time and the vehicle's own hours can be kept."""
        return self.timing.end(self.timing.earliest) is not None


class Insertion:
    """A job, or both ends of a shipment, on the empty route of a vehicle.

    Args:
        journey: Finds the way. It is asked once, and only if a rule needs it.
        reloads: How often the vehicle reloads before it serves the tasks.
    """

    def __init__(
        self, vehicle: Vehicle, tasks: Sequence[Task], journey: Callable[[], Journey], reloads: int = 0
    ) -> None:
        self.vehicle = vehicle
        self.tasks = tasks
        self.reloads = reloads
        self._find_journey = journey

    @cached_property
    def journey(self) -> Journey:
        """How the vehicle gets there and on to its end."""
        return self._find_journey()


class Rule(ABC):
    """One rule of a problem.

    Attributes:
        code: Its stable name.
        reason: What is wrong where it forbids an insertion, in words.
        depends_on_journey: Whether it depends on how the vehicle gets there, or on vehicle and task alone.
    """

    code: ClassVar[str]
    reason: ClassVar[str]
    depends_on_journey: ClassVar[bool] = False

    @abstractmethod
    def allows(self, insertion: Insertion) -> bool:
        """Whether the vehicle may serve the tasks in this way."""

    def traits(self, vehicle: Vehicle) -> Hashable:  # noqa: ARG002
        """What the rule looks at in a vehicle. Of vehicles with equal traits only one is asked."""
        return None

    def screen(self, group: VehicleGroup) -> Screen | None:  # noqa: ARG002
        """A quick look at many vehicles at once: for a task, those that may serve it. It leaves out only
        vehicles that the rule forbids. None if it would leave out nobody."""
        return None
