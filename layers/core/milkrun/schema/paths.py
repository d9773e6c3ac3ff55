"""The paths of a problem's parts in the body, and of broken rules."""

from collections.abc import Iterator
from typing import NamedTuple

from milkrun.schema.problem import Problem
from milkrun.schema.tasks import Task
from milkrun.schema.vehicles import Reload

Path = tuple[str | int, ...]
_LONGEST_KEY = 100
"""The most characters of a key in a path. An answer repeats the key, and no name is longer."""


class Breach(NamedTuple):
    """A broken rule: the path of the field in the body and a sentence about it."""

    path: Path
    message: str


def tasks(problem: Problem) -> Iterator[tuple[Path, Task]]:
    """Every job, pickup and delivery with its path."""
    for i, job in enumerate(problem.jobs):
        yield ("jobs", i), job
    for i, shipment in enumerate(problem.shipments):
        yield ("shipments", i, "pickup"), shipment.pickup
        yield ("shipments", i, "delivery"), shipment.delivery


def stops(problem: Problem) -> Iterator[tuple[Path, Task | Reload]]:
    """Every task and every reload with its path."""
    yield from tasks(problem)
    for v, vehicle in enumerate(problem.vehicles):
        for i, place in enumerate(vehicle.reloads):
            yield ("vehicles", v, "reloads", i), place


def json_path(path: Path) -> str:
    """The JSONPath (RFC 9535) of a field, such as `$.jobs[3].location[0]`; a very long key is cut short."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else _key(part) for part in path)


def _key(name: str) -> str:
    if len(name) > _LONGEST_KEY:
        name = f"{name[:_LONGEST_KEY]}…"
    if name.isidentifier():
        return f".{name}"
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"
