"""The verifier's own statement of travel by the time of day."""

from collections.abc import Sequence

from milkrun.schema.vehicles import Vehicle
from milkrun_solver.model.travel import Travel

_Slots = Sequence[tuple[int, int]]


def seconds_by_slot(travel: Travel, vehicle: Vehicle, origin: int, target: int) -> list[tuple[int, int]]:
    """When each slot begins, and what the leg takes a vehicle that travels all of it in this slot: the
    matrix's seconds at its speed, rounded up to whole seconds."""
    slowness = int(1 / vehicle.speed_factor * 100 + 0.5)
    return [(slot.start, -(-slowness * int(slot.durations[origin, target]) // 100)) for slot in travel.slots]


def takes_exactly(slots: _Slots, drives: Sequence[tuple[int, int]]) -> bool:
    """Whether a vehicle that drives in these stretches, broken by pauses, arrives at the end of the last.

    What is left of the leg is counted in seconds at the pace of the slot in which the vehicle last drove.
    Once it drives on in another slot, that is converted at the ratio of the two durations and rounded up.

    Args:
        slots: When each slot begins, and the seconds of the whole leg in it.
        drives: When each stretch begins, and how many seconds it lasts.
    """
    time = drives[0][0]
    left = pace = _pace(slots, time)
    for begins, lasts in drives:
        time, end = begins, begins + lasts
        borders = [start for start, _ in slots if begins < start < end]
        for border in (*borders, end):
            left, pace = _converted(left, pace, _pace(slots, time))
            left -= border - time
            if left < 0:
                return False
            time = border
    return _converted(left, pace, _pace(slots, time))[0] == 0


def _pace(slots: _Slots, time: int) -> int:
    """The seconds of the whole leg in the slot of a moment."""
    return [seconds for start, seconds in slots if start <= time][-1]


def _converted(left: int, pace: int, other: int) -> tuple[int, int]:
    """What is left, and the pace, once the vehicle drives at another pace."""
    return (-(-left * other // pace) if left else 0), other
