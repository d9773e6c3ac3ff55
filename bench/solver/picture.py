"""Draws gaps over time."""

import bisect
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.solver.groups import VARIANTS, group
from bench.solver.records import Record, gap
from bench.solver.registry import SOLVERS
from bench.solver.table import references

_COLOURS = ("#0b6e4f", "#7fb69c", "#2d6cdf", "#d1495b", "#8f8f8f", "#3d3d3d", "#edae49", "#8a5fbf")
_PANELS = ("capacity alone", "with time windows", "variants")
_LEAST_GAP = 0.1
_TICKS = (0, *(digit * 10.0**power for power in range(-2, 4) for digit in (1, 2, 5)))
Curve = list[tuple[float, float]]
"""Seconds, and the mean gap in percent from then on."""


def curve(records: list[Record], costs: dict[str, float]) -> Curve:
    """The mean gap of searches over time, from the moment when all of them have a first answer.

    Args:
        records: Searches of one solver. Those without an answer are ignored.
        costs: The reference cost of each instance.
    """
    steps = [
        [(seconds, gap(cost, costs[record.instance])) for seconds, cost in record.trace]
        for record in records
        if record.cost is not None
    ]
    if not steps:
        return []
    start = max(search[0][0] for search in steps)
    times = sorted({start, *(seconds for search in steps for seconds, _ in search if seconds > start)})
    return [(time, fmean(_gap_at(search, time) for search in steps)) for time in times]


def _gap_at(search: Curve, time: float) -> float:
    return search[bisect.bisect_right(search, time, key=lambda step: step[0]) - 1][1]


def draw(records: list[Record], path: Path) -> None:
    """Draws the searches with the longest limit, with a separate panel for each of `_PANELS`."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update(
        {"svg.hashsalt": "milkrun", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    )
    from matplotlib import pyplot

    limit = max(record.limit for record in records)
    chosen = [record for record in records if record.limit == limit]
    costs = {name: reference.cost for name, reference in references(records).items()}
    kinds = [kind for kind in _PANELS if any(_panel_of(record) == kind for record in chosen)]
    figure, axes = pyplot.subplots(
        1, len(kinds), figsize=(5 * len(kinds), 4), squeeze=False, layout="constrained"
    )
    for kind, axis in zip(kinds, axes[0], strict=True):
        _panel(axis, [record for record in chosen if _panel_of(record) == kind], costs, limit)
        axis.set_title(kind)
    axes[0][0].set_ylabel("mean gap in %")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    figure.savefig(path, facecolor="white", metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)


def _panel_of(record: Record) -> str:
    if group(record.instance) in VARIANTS.values():
        return _PANELS[2]
    return _PANELS[1] if record.timed else _PANELS[0]


def _panel(axis: Any, records: list[Record], costs: dict[str, float], limit: float) -> None:
    """One curve for each solver. A dotted line marks the limit, because some answers come later."""
    end = max([limit, *(step[0] for record in records for step in record.trace)])
    for (name, solver), colour in zip(SOLVERS.items(), _COLOURS, strict=True):
        points = curve([record for record in records if record.solver == name], costs)
        if points:
            seconds, gaps = zip(*[*points, (end, points[-1][1])], strict=True)
            axis.step(seconds, gaps, where="post", label=solver.label, color=colour, linewidth=1.5)
            axis.plot(*points[0], marker="o", markersize=3, color=colour)
    axis.axvline(limit, color="#bbbbbb", linestyle=":", linewidth=1)
    axis.set_xscale("log")
    axis.set_yscale("symlog", linthresh=_LEAST_GAP)  # a gap can be 0 or negative
    for side in (axis.xaxis, axis.yaxis):
        shown = [
            tick for tick in _TICKS if side.get_view_interval()[0] <= tick <= side.get_view_interval()[1]
        ]
        side.set_ticks(shown, [f"{tick:g}" for tick in shown])
        side.set_ticks([], minor=True)
    axis.set_xlabel("seconds")
