"""Runs solvers in turns, one process at a time, and records what each finds."""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bench.solver.evaluator import BrokenRuleError, Routes, check_convention, evaluate
from bench.solver.instances import Instance, read_best_known, read_instance
from bench.solver.machine import machine
from bench.solver.records import Key, Record, Trace, gap
from bench.solver.registry import SOLVERS

_PATIENCE = 4
"""A solver is killed after this many times its limit, plus `_GRACE` seconds."""
_GRACE = 60.0
_ROOT = Path(__file__).parents[2]
_IMPORT_ROOTS = (_ROOT, _ROOT / "layers/core", _ROOT / "layers/solver")


@dataclass(frozen=True)
class Plan:
    """The searches to run: every solver on every instance that it knows, with every seed and every limit."""

    solvers: list[str]
    instances: list[Path]
    seeds: list[int]
    limits: list[float]
    cores: int


@dataclass(frozen=True)
class Turn:
    """One search."""

    solver: str
    path: Path
    seed: int
    limit: float


def turns(plan: Plan) -> Iterator[Turn]:
    """All searches. Solvers take turns on each instance, in an order shuffled by the seed."""
    for seed in plan.seeds:
        for path in plan.instances:
            for limit in plan.limits:
                solvers = list(plan.solvers)
                random.Random(f"{seed} {path.stem} {limit}").shuffle(solvers)
                for solver in solvers:
                    yield Turn(solver, path, seed, limit)


def run(plan: Plan, done: Collection[Key] = ()) -> Iterator[Record]:
    """Runs all turns, one after the other, except those that are done.

    Raises:
        InstanceError: An instance cannot be read.
        BrokenRuleError: A published solution beside an instance does not have its stated cost.
    """
    instances = {path: read_instance(path) for path in plan.instances}
    best_known = {path: read_best_known(path) for path in plan.instances}
    for path, published in best_known.items():
        if published is not None:
            check_convention(instances[path], published)
    for turn in turns(plan):
        instance = instances[turn.path]
        known = Key(turn.solver, instance.name, turn.seed, turn.limit, plan.cores) in done
        if known or not SOLVERS[turn.solver].knows(instance):
            continue
        published = best_known[turn.path]
        cost = None if published is None else published.cost
        said, error = _search(turn, plan.cores)
        yield _record(turn, instance, cost, plan.cores, said, error)


def environment() -> dict[str, str]:
    """The environment of a process that imports this repository's code."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, _IMPORT_ROOTS))}


def _search(turn: Turn, cores: int) -> tuple[dict[str, Any], str | None]:
    """The output of a solver's process, or why there is none."""
    arguments = [turn.solver, str(turn.path), "--limit", str(turn.limit), "--seed", str(turn.seed)]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "bench.solver.child", *arguments, "--cores", str(cores)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment(),
        ) as process,
    ):
        try:
            return _talk(process, turn.limit, complaints)
        finally:
            process.kill()


def _talk(
    process: "subprocess.Popen[bytes]", limit: float, complaints: IO[bytes]
) -> tuple[dict[str, Any], str | None]:
    assert process.stdout is not None
    if process.stdout.readline() == b"ready\n":
        patience = _PATIENCE * limit + _GRACE
        try:
            output, _ = process.communicate(b"go\n", timeout=patience)
        except subprocess.TimeoutExpired:
            return {"seconds": patience}, f"killed after {patience:.0f} s"
        if process.returncode == 0:
            said: dict[str, Any] = json.loads(output)
            return said, None
    process.wait()
    complaints.seek(0)
    last = complaints.read().decode(errors="replace").strip().splitlines()[-1:]
    return {}, f"ended with exit code {process.returncode}: {' '.join(last)}"


def _record(
    turn: Turn,
    instance: Instance,
    best_known: float | None,
    cores: int,
    said: dict[str, Any],
    error: str | None,
) -> Record:
    until = float("inf") if SOLVERS[turn.solver].late_answers_count else turn.limit
    answers = [(seconds, routes) for seconds, routes in said.get("answers", ()) if seconds <= until]
    trace, broken = judge(instance, answers)
    error = error or broken
    cost = None if error else trace[-1][1]
    return Record(
        solver=turn.solver,
        version=said.get("version", "?"),
        instance=instance.name,
        customers=instance.customers,
        timed=instance.windows is not None,
        seed=turn.seed,
        limit=turn.limit,
        cores=cores,
        seconds=round(said.get("seconds", 0), 3),
        cost=cost,
        best_known=best_known,
        gap=None if cost is None or best_known is None else round(gap(cost, best_known), 4),
        feasible=cost is not None,
        trace=trace,
        error=error,
        machine=machine(),
    )


def judge(instance: Instance, answers: list[tuple[float, Routes]]) -> tuple[Trace, str | None]:
    """Evaluates answers.

    Returns:
        The answers that keep all rules and are better than all before, and what is wrong with the last
        answer, which is the one that counts.
    """
    trace: Trace = []
    wrong: str | None = "no answer in time"
    for seconds, routes in answers:
        wrong = None
        try:
            cost = evaluate(instance, routes) / instance.scale
        except BrokenRuleError as error:
            wrong = str(error)
            continue
        if not trace or cost < trace[-1][1]:
            trace.append((round(seconds, 3), cost))
    return trace, wrong
