"""Tables of gaps in Markdown: instances by solvers, one table for each limit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from statistics import fmean

from bench.solver.records import Record, gap
from bench.solver.registry import SOLVERS


@dataclass(frozen=True)
class Reference:
    """The cost that gaps refer to: the best known one, or else the best of all these searches."""

    cost: float
    published: bool


@dataclass(frozen=True)
class Cell:
    """Mean gap in percent over the searches that found an answer; None if none did."""

    gap: float | None
    answered: int
    runs: int

    def __str__(self) -> str:
        counted = "" if self.answered == self.runs else f" ({self.answered} of {self.runs})"
        return f"{'none' if self.gap is None else format(self.gap, '.2f')}{counted}"


def references(records: Iterable[Record]) -> dict[str, Reference]:
    """The reference of each instance that has a published or found solution."""
    found: dict[str, Reference] = {}
    for record in records:
        before = found.get(record.instance)
        if record.best_known is not None:
            found[record.instance] = Reference(record.best_known, published=True)
        elif record.cost is not None and (before is None or record.cost < before.cost):
            found[record.instance] = Reference(record.cost, published=False)
    return found


class Table:
    """All searches with one limit.

    Args:
        records: All searches with any limit, which decide the references.
        limit: Seconds.
    """

    def __init__(self, records: list[Record], limit: float) -> None:
        self.limit = limit
        self._references = references(records)
        self._records = [record for record in records if record.limit == limit]
        self.instances = sorted({record.instance for record in self._records})
        chosen = {record.solver for record in self._records}
        self.solvers = [solver for solver in SOLVERS if solver in chosen]

    def cell(self, instance: str, solver: str) -> Cell:
        """One solver on one instance, over all seeds."""
        runs = [r for r in self._records if r.instance == instance and r.solver == solver]
        gaps = [gap(r.cost, self._references[instance].cost) for r in runs if r.cost is not None]
        return Cell(fmean(gaps) if gaps else None, len(gaps), len(runs))

    def mean(self, solver: str) -> Cell:
        """One solver over all instances, with equal weights."""
        cells = [self.cell(instance, solver).gap for instance in self.instances]
        gaps = [cell for cell in cells if cell is not None]
        return Cell(fmean(gaps) if gaps else None, len(gaps), len(cells))

    def share(self, solver: str, other: str = "pyvrp") -> str:
        """The mean gap of a solver as a share of another one's, over the instances that both solved."""
        both = self.pairs(solver, other)
        theirs = fmean(gap for _, gap in both) if both else 0
        return f"{fmean(gap for gap, _ in both) / theirs:.2f}" if theirs > 0 else "–"

    def pairs(self, solver: str, other: str) -> list[tuple[float, float]]:
        """The gaps of two solvers on each instance that both solved."""
        cells = [(self.cell(name, solver).gap, self.cell(name, other).gap) for name in self.instances]
        return [(mine, theirs) for mine, theirs in cells if mine is not None and theirs is not None]

    def slowest(self, solver: str) -> float:
        """The seconds of a solver's longest search."""
        return max(record.seconds for record in self._records if record.solver == solver)

    def markdown(self) -> str:
        """The table, with means and the longest times below."""
        rows = [self._row(self._name(instance), partial(self.cell, instance)) for instance in self.instances]
        labels = (f"{SOLVERS[solver].label} | " for solver in self.solvers)
        return "\n".join(
            [
                f"| gap in % after {self.limit:g} s | {''.join(labels)}".rstrip(),
                f"|---|{'---:|' * len(self.solvers)}",
                *rows,
                self._row("**mean**", self.mean),
                *([self._row("share of PyVRP's", self.share)] if "pyvrp" in self.solvers else []),
                self._row("longest time in s", lambda solver: f"{self.slowest(solver):.1f}"),
            ]
        )

    def _name(self, instance: str) -> str:
        """The name of an instance, with a star if its reference is not a published cost."""
        reference = self._references.get(instance)
        return instance if reference is None or reference.published else f"{instance} \\*"

    def _row(self, name: str, cell: Callable[[str], object]) -> str:
        return f"| {name} | {' | '.join(str(cell(solver)) for solver in self.solvers)} |"


def verdicts(table: Table, ours: str = "milkrun") -> list[str]:
    """Sentences that compare one solver with each other one. Means are over the instances that both
    solved."""
    if ours not in table.solvers:
        return []
    return [_verdict(table, ours, other) for other in table.solvers if other != ours]


def _verdict(table: Table, ours: str, other: str) -> str:
    both = table.pairs(ours, other)
    means = ""
    if both:
        mine, theirs = (fmean(gaps) for gaps in zip(*both, strict=True))
        share = f", {mine / theirs:.2f} of it" if theirs > 0 else ""
        means = f"a mean gap of {mine:.2f} % against {theirs:.2f} %{share}; "
    behind = [told for name in table.instances if (told := _behind(table, name, ours, other))]
    return (
        f"{SOLVERS[ours].label} and {SOLVERS[other].label}: {means}behind on {', '.join(behind) or 'none'}."
    )


def _behind(table: Table, name: str, ours: str, other: str) -> str | None:
    """The name of an instance on which one solver is behind another, with the difference in points."""
    mine, theirs = table.cell(name, ours).gap, table.cell(name, other).gap
    if theirs is None or (mine is not None and mine <= theirs):
        return None
    return name if mine is None else f"{name} (by {mine - theirs:.2f})"
