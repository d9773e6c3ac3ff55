"""What is kept of each search: one line of JSON in a file of results."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

Trace = list[tuple[float, float]]
"""Each better answer: seconds since the start, and its cost."""


@dataclass(frozen=True)
class Record:
    """One search.

    Attributes:
        solver: Its key in the registry.
        instance: Its name; `customers` it has, `timed` if there are time windows.
        limit: Seconds that the solver was given.
        seconds: Seconds it took.
        cost: What the last answer that counts comes to, in the unit in which costs are published. None where
            there is no such answer or it breaks a rule.
        best_known: The published cost. None where there is none.
        gap: How much more than that it is, in percent.
        feasible: Whether there is an answer that counts and it keeps all rules.
        trace: The better answers that counted and kept all rules, as the evaluator sees them.
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


def append(record: Record, path: Path) -> None:
    """Adds a record to a file of results."""
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(record)) + "\n")


def read(path: Path) -> list[Record]:
    """All records of a file of results."""
    return [Record(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def gap(cost: float, reference: float) -> float:
    """How much more than the reference a cost is, in percent."""
    return 100 * (cost / reference - 1)
