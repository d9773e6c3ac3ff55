"""Compares the API's calls and imports with bare redis-py.

`make bench-api` prints two tables. The first compares a submit of a 10 kB problem, and a status, with one
call of redis-py each: the same command that submit's handler sends, and an HMGET of the same fields. The
handlers run from the gateway's event to their answer, with logs to /dev/null and a stand-in for Lambda. Both
sides run in turns in one process, on one embedded Valkey. The second table has imports, in turns, each in a
new interpreter.
"""

import argparse
import os
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from statistics import median

import redis

from bench.api import imports
from local.embedded.valkey import running_valkey

ENVIRONMENT = {
    "WORKER_FUNCTION": "worker",
    "POWERTOOLS_SERVICE_NAME": "milkrun",
    "LAMBDA_TASK_ROOT": "/var/task",  # as on Lambda, in a request that X-Ray has not sampled
    "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
    "MAX_RUNNING_PER_OWNER": "1000000",  # every submit invokes a worker
    "MAX_PENDING_PER_OWNER": "1000000",
}
GOALS = {
    "submit": 5.0,
    "status": 2.5,
    "status_handler": 2.0,
    "submit_handler": 3.0,
    "health_handler": 2.5,
}
WARM_UP = 50


def compare_calls(count: int, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """The medians of bare call and handler in every round, in µs."""
    found: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder, running_valkey(Path(folder)) as valkey:
        os.environ.update(ENVIRONMENT, REDIS_URL=valkey.url)
        from bench.api.calls import comparisons  # its imports read the environment

        for _ in range(rounds):
            redis.Redis.from_url(valkey.url).flushdb()
            for compared in comparisons(valkey.url):
                pairs = [(compared.bare(), compared.handler()) for _ in range(WARM_UP + count)][WARM_UP:]
                bare, handler = (median(side) * 1e6 for side in zip(*pairs, strict=True))
                found.setdefault(compared.name, []).append((bare, handler))
    return found


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="bench.api", description=__doc__)
    parser.add_argument("--calls", type=int, default=300, help="calls of each kind in a round")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        calls = compare_calls(given.calls, given.rounds)
    print("| call | bare, µs | handler, µs | ratio | range over rounds | goal |")
    print("|---|---:|---:|---:|---|---:|")
    for name, medians in calls.items():
        ratios = sorted(handler / bare for bare, handler in medians)
        bare, handler = (median(side) for side in zip(*medians, strict=True))
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
        print(
            f"| {name} | {bare:.0f} | {handler:.0f} | {median(ratios):.2f} | {spread} | {GOALS[name]:.1f} |"
        )
    print("\n| import | ms | ratio | goal |\n|---|---:|---:|---:|", flush=True)
    found = imports.rounds(imports.MODULES, max(5, given.rounds * 2))
    base = median(found["redis"])
    for module, seconds in found.items():
        goal = f"{GOALS[module]:.1f}" if module in GOALS else ""
        print(f"| {module} | {median(seconds) * 1000:.0f} | {median(seconds) / base:.2f} | {goal} |")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
