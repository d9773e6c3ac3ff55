"""PyVRP's locations, and which of them are depots."""

from collections.abc import Sequence

from milkrun_solver.model.problem import Model
from milkrun_solver.model.vehicles import Vehicle


class Locations:
    """One location for each row of the matrices in use, or one for each task.

    Args:
        possible: Numbers of the tasks to include.
        apart: Whether each task needs its own location, because the matrices between tasks at the same row
            depend on the task.

    Attributes:
        rows: The matrix row of each location; None for nowhere, where open routes start and end.
        of_task: The location of each task.
        depots: The location of each start and end, by matrix row.
        reloads: The location of each place to reload, by matrix row and seconds. These have depots of their
            own, after all others, because starting a route takes no time and reloading does.
    """

    def __init__(self, model: Model, possible: Sequence[int], apart: bool) -> None:
        self.rows: list[int | None] = []
        self.of_task: dict[int, int] = {}
        self.depots: dict[int | None, int] = {}
        self.reloads: dict[tuple[int, int], int] = {}
        shared: dict[int | None, int] = {}
        for number in possible:
            row = model.tasks[number].place
            if apart or row not in shared:
                shared[row] = self._add(row)
            self.of_task[number] = shared[row]
        if apart:
            shared = {}
        for vehicle in model.vehicles:
            for depot in (vehicle.start, vehicle.end, *(reload.place for reload in vehicle.reloads)):
                if depot not in shared:
                    shared[depot] = self._add(depot)
            self.depots |= {depot: shared[depot] for depot in (vehicle.start, vehicle.end)}
            self.reloads |= {
                (reload.place, reload.service): shared[reload.place] for reload in vehicle.reloads
            }

    def start_and_end(self, vehicle: Vehicle) -> tuple[int, int]:
        """PyVRP's depots where a vehicle starts and ends."""
        ranks = list(self.depots)
        return ranks.index(vehicle.start), ranks.index(vehicle.end)

    def reload_depots(self, vehicle: Vehicle) -> list[int]:
        """PyVRP's depot of each place where a vehicle may reload, in the vehicle's order."""
        ranks = list(self.reloads)
        return [len(self.depots) + ranks.index((place.place, place.service)) for place in vehicle.reloads]

    def _add(self, row: int | None) -> int:
        self.rows.append(row)
        return len(self.rows) - 1
