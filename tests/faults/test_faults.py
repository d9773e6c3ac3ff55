"""A small harness run with every kind of fault once, at a quick pace. `make faults` is the long run."""

import asyncio
from pathlib import Path

from .harness import Harness
from .plan import QUICK, Kind, make_plan

SEED = 1


def test_no_fault_loses_doubles_or_blocks_a_run(tmp_path: Path) -> None:
    plan = make_plan(SEED, runs=60, owners=4, pace=QUICK)
    report = asyncio.run(Harness(plan, tmp_path / "faults", callers=10, say=print).run())
    print(report.summary(), report.table(), sep="\n")
    assert {it.struck.kind for it in report.recoveries} == set(Kind)
    assert not report.violations, "\n".join(report.histories_of_what_went_wrong())
