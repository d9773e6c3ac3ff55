"""A route without times: what binds it, from which its times are computed."""

from collections.abc import Sequence
from functools import cached_property

from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.units import HUNDREDTHS
from milkrun_solver.model.vehicles import Reload, Vehicle
from milkrun_solver.model.visits import Visit, placed_among
from milkrun_solver.model.windows import Window
from milkrun_solver.routes.costs import Leg
from milkrun_solver.routes.pauses import NEVER, Pause, pauses_of
from milkrun_solver.routes.time_of_day import TimedLeg
from milkrun_solver.routes.timing import Timing
from milkrun_solver.routes.trips import first_loads, releases


class UntimedRoute:
    """A route without times, from which they are computed. Times are in hundredths of a second, but for
    `setups` and `services`.

    Attributes:
        visits: Tasks and reloads in order, as planned, without breaks.
        stops: The task or reload of each visit.
        windows: When the service of each visit may start.
        legs: Pairs of matrix rows, from the start to each visit in turn and on to the end; None at an open
            end.
        travel: The travel time of each leg.
        setups, services: Seconds of setup and service at each visit.
        action: Time on the spot at each visit.
        loads: What is on board on each leg.
    """

    def __init__(self, model: Model, vehicle_number: int, visits: Sequence[Visit]) -> None:
        self.model = model
        self.number = vehicle_number
        self.vehicle: Vehicle = model.vehicles[vehicle_number]
        self.visits = visits = placed_among(visits)
        self.stops: list[Task | Reload] = [
            model.tasks[visit] if isinstance(visit, int) else self.vehicle.reloads[visit.reload]
            for visit in visits
        ]
        self.loads = self._loads()
        self.releases = releases(model, visits)
        self.windows = self._windows()
        places = [stop.place for stop in self.stops]
        self.legs = list(zip([self.vehicle.start, *places], [*places, self.vehicle.end], strict=True))
        self.travel = [self._travel_time(leg) for leg in self.legs]
        rank = self.vehicle.type_rank
        self.setups = [
            0 if isinstance(stop, Reload) or origin == stop.place else stop.setup[rank]
            for stop, (origin, _) in zip(self.stops, self.legs, strict=False)
        ]
        self.services = [
            stop.service if isinstance(stop, Reload) else stop.service[rank] for stop in self.stops
        ]
        self.action = [
            HUNDREDTHS * (setup + service) for setup, service in zip(self.setups, self.services, strict=True)
        ]

    def is_open(self) -> bool:
        """Whether every leg is open."""
        closed = self.vehicle.travel.closed
        return closed is None or not any(closed[leg] for leg in self.legs if None not in leg)

    def _windows(self) -> list[list[Window]]:
        """When the service of each stop may start: at a reload, once the next trip's goods are ready."""
        ready = iter(self.releases[1:])
        windows = [
            [(next(ready), NEVER)] if isinstance(stop, Reload) else stop.windows for stop in self.stops
        ]
        return [[(HUNDREDTHS * start, HUNDREDTHS * end) for start, end in each] for each in windows]

    def _travel_time(self, leg: Leg) -> int:
        origin, target = leg
        return 0 if origin is None or target is None else self.vehicle.duration(origin, target)

    def timing(self) -> Timing:
        """Everything that binds the route in time."""
        window = self.vehicle.window
        return Timing(
            travel=self.travel,
            action=self.action,
            windows=self.windows,
            earliest=HUNDREDTHS * max(self.releases[0], 0 if window is None else window[0]),
            latest=None if window is None else HUNDREDTHS * window[1],
        )

    def timed_leg(self, leg: int) -> TimedLeg | None:
        """A leg by the time of day; None if its travel time is always the same."""
        origin, target = self.legs[leg]
        if not self.vehicle.travel.slots or origin is None or target is None:
            return None
        return TimedLeg.of(self.vehicle, origin, target)

    def travel_at(self, leg: int, departure: int) -> int:
        """The travel time of a leg. By the time of day, all times are whole seconds."""
        by_time_of_day = self.timed_leg(leg)
        if by_time_of_day is None:
            return self.travel[leg]
        return HUNDREDTHS * by_time_of_day.arrival(departure // HUNDREDTHS) - departure

    def metres(self, leg: int) -> int:
        """Length of a leg in metres. An open start or end counts as 0, and so does a missing matrix."""
        cells, (origin, target) = self.vehicle.travel.distances, self.legs[leg]
        return 0 if cells is None or origin is None or target is None else int(cells[origin, target])

    @cached_property
    def pauses(self) -> list[Pause]:
        """The vehicle's breaks."""
        return pauses_of(self.vehicle, self.loads)

    def _loads(self) -> list[tuple[int, ...]]:
        begins = iter(first_loads(self.model, self.visits))
        loads = [next(begins)]
        for stop in self.stops:
            loads.append(load_after(loads[-1], stop) if isinstance(stop, Task) else next(begins))
        return loads

    @property
    def times_have_a_price(self) -> bool:
        """Whether the cost depends on when the route starts and waits."""
        softs = (stop.soft for stop in self.stops if isinstance(stop, Task))
        return bool(self.vehicle.travel.slots) or any(soft is not None for soft in softs)


def load_after(load: tuple[int, ...], task: Task) -> tuple[int, ...]:
    """What is on board after a task."""
    changes = zip(load, task.delivery, task.pickup, strict=True)
    return tuple([have - out + into for have, out, into in changes])
