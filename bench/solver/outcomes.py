"""What solvers make of days, each in a process of its own, and tables that compare them."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean
from typing import Any, Literal

from bench.solver.days import balance_day, shipments_day
from bench.solver.runner import environment

DaySolver = Literal["vroom-5", "sisr", "milkrun"]
DAY_SEEDS = range(1, 11)
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
        cost: The sum of the costs of all routes, without the prices of the whole plan.
        shortest, longest: Seconds from start to end of the routes used; 0 if there are none.
        least_used, most_used: The same without waiting, which is what `options.balance` compares.
        apart: Pairs of near tasks on different vehicles, which is what `options.compact` counts.
        faults: What the verifier finds wrong.
    """

    seconds: float
    left_out: int
    cost: int
    shortest: int
    longest: int
    least_used: int
    most_used: int
    apart: int
    faults: list[str]

    @property
    def difference(self) -> int:
        """Seconds between the longest and the shortest route."""
        return self.longest - self.shortest

    @property
    def difference_in_use(self) -> int:
        """Seconds of travel, setup and service between the most and the least used vehicle."""
        return self.most_used - self.least_used


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
    yield (
        "| seed | longest less shortest route, s | with balance "
        "| without waiting, s | with balance | cost | with balance |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"

    def cells(found: Outcome) -> tuple[int, ...]:
        return found.difference, found.difference_in_use, found.cost

    yield from _compared(seconds, {"balance": balance}, seeds, cores, cells)


def compact_table(seconds: float, cost: int, seeds: Sequence[int], cores: int) -> Iterator[str]:
    """The lines of a table: each day without and with `options.compact`, and the means."""
    yield "| seed | near tasks on other vehicles | with compactness | cost | with compactness |"
    yield "|---|---:|---:|---:|---:|"

    def cells(found: Outcome) -> tuple[int, ...]:
        return found.apart, found.cost

    yield from _compared(seconds, {"compact": {"cost": cost}}, seeds, cores, cells)


def _compared(
    seconds: float,
    options: dict[str, Any],
    seeds: Sequence[int],
    cores: int,
    cells: Callable[[Outcome], tuple[int, ...]],
) -> Iterator[str]:
    """A row for each day without and with these options, and rows of the means and of their shares."""
    rows = []
    for seed in seeds:
        body = balance_day(seed)
        without = outcome("milkrun", body, cores, seconds, seed)
        priced = outcome("milkrun", {**body, "options": options}, cores, seconds, seed)
        rows.append([*chain.from_iterable(zip(cells(without), cells(priced), strict=True))])
        left_out = priced.left_out - without.left_out
        told = f" ({left_out:+d} left out)" if left_out else ""
        yield f"| {seed} | {' | '.join(map(str, rows[-1]))}{told} |"
    means = [fmean(column) for column in zip(*rows, strict=True)]
    yield f"| **mean** | {' | '.join(f'{mean:.0f}' for mean in means)} |"
    shares = (f" | {_share(after, before)}" for before, after in zip(means[::2], means[1::2], strict=True))
    yield f"| share |{' |'.join(shares)} |"


def _share(after: float, before: float) -> str:
    return f"{after / before:.3f}" if before else "–"
