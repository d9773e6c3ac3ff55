"""Made-up records of searches."""

from typing import Any

from bench.solver.records import Record


def record(solver: str, instance: str, cost: float | None, **changes: Any) -> Record:
    """A search of 10 seconds on an instance whose best known cost is 100."""
    given: dict[str, Any] = {
        "version": "1",
        "customers": 9,
        "timed": False,
        "seed": 1,
        "limit": 10.0,
        "cores": 2,
        "seconds": 10.0,
        "best_known": 100.0,
        "gap": None if cost is None else cost - 100,
        "feasible": cost is not None,
        "trace": [] if cost is None else [(1.0, cost)],
        "error": None,
        "machine": "a machine",
        **changes,
    }
    return Record(solver=solver, instance=instance, cost=cost, **given)
