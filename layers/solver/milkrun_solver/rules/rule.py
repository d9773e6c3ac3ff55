"""What a rule decides: the base class of all rules, and the insertions that they allow or forbid."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from milkrun_solver.model.tasks import Task
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.routes.timing import Timing
from milkrun_solver.rules.vehicle_group import Screen, VehicleGroup


@dataclass(frozen=True)
class Journey:
    """How a vehicle gets from its start through some tasks to its end.

    Attributes:
        is_open: Whether every leg is open.
        travel_time: Travel time of all legs, in hundredths of a second.
        metres: Length of all legs.
        timing: Everything that binds the journey in time, in hundredths of a second.
        overtime: Overtime of the shortest schedule, in seconds; 0 if the vehicle has no shift.
    """

    is_open: bool
    travel_time: int
    metres: int
    timing: Timing
    overtime: int = 0

    @cached_property
    def is_in_time(self) -> bool:
        """Whether the journey can keep every time window, every release time and the vehicle's hours."""
        return self.timing.end(self.timing.earliest) is not None


class Insertion:
    """A job, or both ends of a shipment, on a vehicle's empty route.

    Args:
        journey: Finds the journey. It is called once, and only if a rule needs it.
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
        """The vehicle's journey through the tasks to its end."""
        return self._find_journey()


class Rule(ABC):
    """One rule of a problem.

    Attributes:
        code: Its stable name.
        reason: Why it forbids an insertion, in words.
        depends_on_journey: Whether it needs the journey, or only vehicle and task.
    """

    code: ClassVar[str]
    reason: ClassVar[str]
    depends_on_journey: ClassVar[bool] = False

    @abstractmethod
    def allows(self, insertion: Insertion) -> bool:
        """Whether the rule allows the insertion."""

    def traits(self, vehicle: Vehicle) -> Hashable:  # noqa: ARG002
        """What the rule depends on in a vehicle. Only one of the vehicles with equal traits is checked."""
        return None

    def screen(self, group: VehicleGroup) -> Screen | None:  # noqa: ARG002
        """A quick check of many vehicles at once: which of them may serve a task. It excludes only vehicles
        that the rule forbids. None if it would exclude none."""
        return None
