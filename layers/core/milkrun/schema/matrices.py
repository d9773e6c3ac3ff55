"""Travel times, distances and costs that a caller gives."""

from milkrun.schema.fields import Cells, Listed, Model, Seconds
from milkrun.schema.two_ways import empty


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
