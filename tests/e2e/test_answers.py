"""Public instances through the API: their answers are right and on time."""

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
def test_the_cost_is_right_and_the_time_limit_is_kept(
    name: str, seconds: int, vrp_data: Path, api: httpx.Client
) -> None:
    """Up to 1,000 jobs, with and without time windows."""
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
    # The search ends early by a tenth of a millisecond for each job, to examine what it found last. On an
    # idle machine, the run ends at most two seconds after that. Without its limit the search would never end.
    assert seconds - 0.1 <= (finished - started).total_seconds() <= seconds + 2 + MARGIN
