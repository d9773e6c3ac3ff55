"""Amounts of goods, which may be left out of a problem."""

from collections.abc import Sequence

from milkrun.schema.problem import Problem


def amount_count(problem: Problem) -> int:
    """The number of entries in each amount."""
    lists = [vehicle.capacity for vehicle in problem.vehicles]
    lists += [amount for job in problem.jobs for amount in (job.delivery, job.pickup)]
    lists += [shipment.amount for shipment in problem.shipments]
    return max(map(len, lists))


def padded(amounts: Sequence[int], count: int) -> tuple[int, ...]:
    """The amounts; zeros if none are given."""
    return tuple(amounts) or (0,) * count
