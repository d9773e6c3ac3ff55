"""A run of many stretches: each worker hands it over to the next."""

import time
from typing import Any

from milkrun.jobs.states import Status
from milkrun.runs.sweep import sweep
from milkrun.schema.solution import Solution

from .conftest import Bench, answer

LAMBDA_STOPS_AT = 16
"""Functions in a row, each invoked by the one before."""
STRETCHES = 30


def until_its_deadline(_problem: object, *, deadline: float, initial: Solution | None, **_: Any) -> Solution:
    """A search that finds something a little better than its initial answer."""
    time.sleep(max(0.0, deadline - time.monotonic()))
    return answer(initial.summary.cost - 1 if initial else 1_000)


def test_no_chain_of_invokes_reaches_lambda_s_limit(bench: Bench) -> None:
    bench.submit(time_limit_ms=3_600_000)
    in_a_row = longest = sweeps = 0
    for stretch in range(1, STRETCHES + 1):
        before = bench.status()
        bench.work(until_its_deadline, remaining=2.05)
        in_a_row += 1
        run = bench.status()
        assert (run.status, run.hops, run.attempt) == (Status.PENDING, stretch, 1)
        assert run.best_cost == 1_001 - stretch
        assert run.progress >= before.progress
        assert run.spent_ms > before.spent_ms
        longest = max(longest, in_a_row)
        if len(bench.invokes.runs) < stretch:  # the chain is long enough
            bench.make_due()
            sweep(bench.reader, bench.jobs, bench.invokes, lambda: True)  # type: ignore[arg-type]
            sweeps, in_a_row = sweeps + 1, 0
        assert len(bench.invokes.runs) == stretch  # either way its next worker is invoked
    assert sweeps == 2
    assert 10 < longest < LAMBDA_STOPS_AT
