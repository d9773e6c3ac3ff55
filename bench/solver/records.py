"""Records of searches: each is a line of JSON in a file of results."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

Trace = list[tuple[float, float]]
"""The seconds since the start and the cost of each better answer."""


class Key(NamedTuple):
    """One search among those of a commit."""

    solver: str
    instance: str
    seed: int
    limit: float
    cores: int


@dataclass(frozen=True)
class Record:
    """One search.

    Attributes:
        solver: Its key in the registry.
        instance: Its name. It has this many `customers`; `timed` if it has time windows.
        limit: The solver's time limit, in seconds.
        seconds: Seconds that the search took.
        cost: The cost of the last answer that counts, in the unit of published costs. None if there is no
            such answer, or if it breaks a rule.
        best_known: The published cost; None if there is none.
        gap: By how much `cost` exceeds `best_known`, in percent.
        feasible: Whether there is an answer that counts and it keeps all rules.
        trace: The better answers that count and keep all rules, as evaluated.
        error: Why there is no cost: no answer, a broken rule, or how the process ended.
        machine: Processor and system.
    """

    solver: str
    version: str
    instance: str
    customers: int
    timed: bool
    seed: int
    limit: float
    cores: int
    seconds: float
    cost: float | None
    best_known: float | None
    gap: float | None
    feasible: bool
    trace: Trace
    error: str | None
    machine: str


def key(record: Record) -> Key:
    """What tells a search from others of the same commit."""
    return Key(record.solver, record.instance, record.seed, record.limit, record.cores)


def append(record: Record, path: Path) -> None:
    """Adds a record to a file of results."""
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(record)) + "\n")


def read(path: Path) -> list[Record]:
    """All records of a file of results; none if there is no such file."""
    if not path.exists():
        return []
    return [Record(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def gap(cost: float, reference: float) -> float:
    """By how much a cost exceeds the reference, in percent."""
    return 100 * (cost / reference - 1)
