"""The process in which one solver searches once.

It writes `ready` to standard output when everything is imported and read. A line on standard input starts the
search. At the end it writes JSON: `version`, `seconds` used, and all `answers` as seconds and routes.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from bench.solver.evaluator import Routes
from bench.solver.instances import read_instance
from bench.solver.registry import SOLVERS


def main() -> None:
    """Searches once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("solver", choices=SOLVERS)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--limit", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cores", type=int, required=True)
    given = parser.parse_args()
    stay_on(given.cores)
    # Send what libraries print to standard error, away from the answers.
    answers_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    solver = SOLVERS[given.solver].make(read_instance(given.instance), given.cores)
    print("ready", file=answers_to, flush=True)
    sys.stdin.readline()
    started = time.monotonic()
    answers: list[tuple[float, Routes]] = []
    solver.search(
        given.limit, given.seed, lambda routes: answers.append((time.monotonic() - started, routes))
    )
    seconds = time.monotonic() - started
    json.dump({"version": solver.version, "seconds": seconds, "answers": answers}, answers_to)


def stay_on(cores: int) -> None:
    """Limits this process and its children to the first `cores` of its cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


if __name__ == "__main__":
    main()
