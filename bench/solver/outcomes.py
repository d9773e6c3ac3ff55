"""What solvers make of days, each in a process of its own, and tables that compare them."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from bench.solver.days import balance_day, shipments_day
from bench.solver.runner import environment

DaySolver = Literal["vroom-5", "sisr", "milkrun"]
BALANCE_SEEDS = range(1, 11)
_QUARTER = 0.25
_LINES = 3
"""The last lines of an error that are told."""


class DayError(Exception):
    """A solver's process failed, or its answer breaks a rule."""


@dataclass(frozen=True)
class Outcome:
    """A solver's answer to a day.

    Attributes:
        seconds: How long it took.
        left_out: The number of tasks left unassigned; a shipment is two.
        cost: The sum of the costs of all routes, without the price of balance.
        shortest, longest: Seconds from start to end of the routes used; 0 if there are none.
        faults: What the verifier finds wrong.
    """

    seconds: float
    left_out: int
    cost: int
    shortest: int
    longest: int
    faults: list[str]

    @property
    def difference(self) -> int:
        """Seconds between the longest and the shortest route."""
        return self.longest - self.shortest


def outcome(
    solver: DaySolver, body: dict[str, Any], cores: int, seconds: float | None = None, seed: int = 1
) -> Outcome:
    """What a solver makes of a day in these seconds; VROOM takes as many as it needs.

    Raises:
        DayError: Its process failed, or its answer breaks a rule.
    """
    arguments = [solver, "--cores", str(cores), "--seed", str(seed)]
    if seconds is not None:
        arguments += ["--limit", str(seconds)]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench.solver.day_child", *arguments],
        input=json.dumps(body).encode(),
        capture_output=True,
        env=environment(),
        check=False,
    )
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-_LINES:]
        raise DayError(f"{solver}: {' '.join(last)}")
    found = Outcome(**json.loads(done.stdout))
    if found.faults:
        raise DayError(f"{solver}: {found.faults[0]}")
    return found


def shipments_table(sizes: Sequence[int], seeds: Sequence[int], ours: DaySolver, cores: int) -> Iterator[str]:
    """The lines of a table: VROOM at exploration 5, and one of ours after a quarter of VROOM's seconds."""
    yield f"| shipments, seed | VROOM: s | left out | cost | {ours}: s | left out | cost | |"
    yield "|---|---:|---:|---:|---:|---:|---:|---|"
    for size in sizes:
        for seed in seeds:
            body = shipments_day(size, seed)
            theirs = outcome("vroom-5", body, cores)
            found = outcome(ours, body, cores, _QUARTER * theirs.seconds, seed)
            yield f"| {size}, {seed} | {_cells(theirs)} | {_cells(found)} | {verdict(found, theirs)} |"


def _cells(found: Outcome) -> str:
    return f"{found.seconds:.1f} | {found.left_out // 2} | {found.cost}"


def verdict(ours: Outcome, theirs: Outcome) -> str:
    """How an answer compares with another one: first by what is left out, then by cost."""
    if ours.left_out != theirs.left_out:
        return "better" if ours.left_out < theirs.left_out else "worse"
    if ours.cost == theirs.cost:
        return "equal"
    side = "better" if ours.cost < theirs.cost else "worse"
    return f"{side} by {100 * abs(1 - ours.cost / theirs.cost):.2f} %"


def balance_table(seconds: float, balance: dict[str, Any], seeds: Sequence[int], cores: int) -> Iterator[str]:
    """The lines of a table: each day without and with `options.balance`, and the means."""
    yield "| seed | longest less shortest route, s | with balance | cost | with balance |"
    yield "|---|---:|---:|---:|---:|"
    rows = []
    for seed in seeds:
        body = balance_day(seed)
        without = outcome("milkrun", body, cores, seconds, seed)
        balanced = outcome("milkrun", {**body, "options": {"balance": balance}}, cores, seconds, seed)
        row = (without.difference, balanced.difference, without.cost, balanced.cost)
        rows.append(row)
        left_out = f" ({balanced.left_out - without.left_out:+d} left out)" * (
            balanced.left_out != without.left_out
        )
        yield f"| {seed} | {row[0]} | {row[1]} | {row[2]} | {row[3]}{left_out} |"
    means = [fmean(column) for column in zip(*rows, strict=True)]
    yield f"| **mean** | {means[0]:.0f} | {means[1]:.0f} | {means[2]:.0f} | {means[3]:.0f} |"
    yield f"| share | | {_share(means[1], means[0])} | | {_share(means[3], means[2])} |"


def _share(with_balance: float, without: float) -> str:
    return f"{with_balance / without:.3f}" if without else "–"
