"""The places of a problem, or of a part of it, as the compiled search numbers them."""

from milkrun_solver.model.problem import Model


class Places:
    """The matrix rows that a problem uses. The last one is nowhere, if a route may start or end there.

    Attributes:
        rows: The row of each place; None for nowhere.
        rank: The place of each row.
        nowhere: The place of nowhere.
    """

    def __init__(self, model: Model) -> None:
        used = {task.place for task in model.tasks}
        ends = {place for vehicle in model.vehicles for place in (vehicle.start, vehicle.end)}
        used |= {reload.place for vehicle in model.vehicles for reload in vehicle.reloads}
        used |= {place for place in ends if place is not None}
        self.rows: list[int | None] = [*sorted(used)]
        self.rank = {row: rank for rank, row in enumerate(self.rows) if row is not None}
        self.nowhere = len(self.rows)
        if None in ends:
            self.rows.append(None)
