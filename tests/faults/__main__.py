"""`make faults`: RUNS runs (10,000 by default) under the full mix of faults. SEED repeats a plan."""

import asyncio
import os
import sys
import time

from local import ROOT
from local.layers import use_layers

CALLERS = 32
OWNERS = 8


def main() -> int:
    """Runs the harness. Returns the exit status: 0 if every promise held."""
    from .harness import Harness
    from .plan import PRODUCTION, make_plan

    runs = int(os.environ.get("RUNS") or 10_000)
    seed = int(os.environ.get("SEED") or time.time())
    print(f"SEED={seed} RUNS={runs}", flush=True)
    plan = make_plan(seed, runs, OWNERS, PRODUCTION)
    harness = Harness(plan, ROOT / ".local" / "faults", CALLERS, lambda line: print(line, flush=True))
    report = asyncio.run(harness.run())
    print(report.summary(), report.table(), *report.histories_of_what_went_wrong(), sep="\n")
    return 1 if report.violations else 0


if __name__ == "__main__":
    use_layers()
    sys.exit(main())
