"""Measures the stages of a run on large problems: seconds, and megabytes beyond those before the stage.

Each stage runs in its own process:

    PYTHONPATH=layers/core:layers/solver:. python -m bench.large 1000 5000 10000
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.large.inputs import Large
from bench.large.memory import Children, forget_peak, peak, resident
from bench.large.stages import STAGES, enough


def measure(name: str, jobs: int, vehicles: int) -> dict[str, Any]:
    """Runs one stage. `child_mb` is the peak memory of all processes that it started together."""
    work = STAGES[name](Large(jobs, vehicles))
    forget_peak()
    before, started = resident(), time.perf_counter()
    with Children() as children:
        kept = work()
        seconds = time.perf_counter() - started
    measured = {
        "stage": name,
        "jobs": jobs,
        "vehicles": vehicles,
        "seconds": round(seconds, 4),
        "before_mb": round(before),
        "peak_mb": round(peak() - before, 1),
        "kept_mb": round(resident() - before, 1),
        "child_mb": round(children.peak),
        **getattr(work, "notes", {}),
    }
    del kept
    return measured


def measured_apart(name: str, jobs: int, vehicles: int, limit: float) -> dict[str, Any]:
    """Runs one stage in another process. If it fails or takes more than `limit` seconds, `failed` says so."""
    command = [sys.executable, "-m", "bench.large", "--stage", name, "--vehicles", str(vehicles), str(jobs)]
    stage = {"stage": name, "jobs": jobs, "vehicles": vehicles}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return {**stage, "failed": f"took longer than {limit:.0f} s"}
    if done.returncode:
        return {
            **stage,
            "failed": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1],
        }
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _row(name: str, cells: list[dict[str, Any]]) -> str:
    return f"| {name} | " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(cell: dict[str, Any]) -> str:
    if "failed" in cell:
        return str(cell["failed"])
    said = [f"{cell['seconds']:.3g} s", f"{cell['peak_mb']:,.0f} MB"]
    if cell["child_mb"]:
        said.append(f"its processes {cell['child_mb']:,} MB")
    if "first_seconds" in cell:
        said.append(f"first answer after {cell['first_seconds']:.3g} s of cost {cell['first_cost']:,}")
    if "cost" in cell:
        said.append(f"cost {cell['cost']:,}")
    return ", ".join(said)


def main() -> None:
    """Prints a table with a line for each stage, and stores a line of JSON for each cell."""
    parser = argparse.ArgumentParser(prog="bench.large", description=__doc__)
    parser.add_argument("jobs", type=int, nargs="+", metavar="JOBS")
    parser.add_argument("--vehicles", type=int, help="by default a fifth more than needed")
    parser.add_argument("--only", nargs="+", metavar="WORD", help="stages whose name has one of these words")
    parser.add_argument("--limit", type=float, default=300, help="seconds that a stage may take")
    parser.add_argument("--store", type=Path, help="file to append lines of JSON to")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        print(json.dumps(measure(given.stage, given.jobs[0], given.vehicles)), flush=True)
        os._exit(0)  # an engine's thread in a long step would delay or break a normal exit
    print("| stage | " + " | ".join(f"{jobs:,} jobs" for jobs in given.jobs) + " |")
    print("|---|" + "---|" * len(given.jobs), flush=True)
    for name in STAGES:
        if given.only and not any(word.lower() in name.lower() for word in given.only):
            continue
        cells = [
            measured_apart(name, jobs, given.vehicles or enough(jobs), given.limit) for jobs in given.jobs
        ]
        print(_row(name, cells), flush=True)
        if given.store:
            with given.store.open("a") as lines:
                lines.writelines(json.dumps(cell) + "\n" for cell in cells)


if __name__ == "__main__":
    main()
