"""Public instances through the API: what comes back is right, and in time."""

from datetime import datetime
from pathlib import Path

import httpx
import pytest

from bench.solver.evaluator import evaluate
from bench.solver.instances import read_best_known, read_instance
from bench.solver.solvers.milkrun import body_of
from tests.waiting import MARGIN

from .conftest import ended, result, submit


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("X-n106-k14", 3),
        *(
            pytest.param(name, 10, marks=pytest.mark.long)
            for name in ("X-n303-k21", "X-n819-k171", "RC1_10_3", "C2_10_4")
        ),
    ],
)
def test_cost_and_time_limit_are_as_told(name: str, seconds: int, vrp_data: Path, api: httpx.Client) -> None:
    """Up to 1,000 jobs, with time windows and without: solving ends on time, and the cost is right."""
    path = vrp_data / f"{name}.vrp"
    instance, best_known = read_instance(path), read_best_known(path)
    assert best_known is not None
    run_id = submit(api, body_of(instance, time_limit=seconds))
    state = ended(api, run_id)
    assert state["status"] == "completed"

    solution = result(api, run_id)
    stops = [[step["id"] for step in route["steps"][1:-1]] for route in solution["routes"]]
    assert solution["summary"]["cost"] == state["best_cost"] == evaluate(instance, stops)
    assert best_known.cost <= state["best_cost"] / instance.scale < 1.6 * best_known.cost

    started, finished = (datetime.fromisoformat(state[key]) for key in ("started_at", "finished_at"))
    # The search ends a tenth of a millisecond a job before its time is up, to weigh what it found last.
    # Where nothing else runs it is over two seconds later at most. Without its limit it has no end.
    assert seconds - 0.1 <= (finished - started).total_seconds() <= seconds + 2 + MARGIN
