"""The priced terms of a problem: soft time windows, balance and compactness. Where they have no price, they
change nothing, and a problem does not count as using them."""

from collections.abc import Iterator

from milkrun.schema.paths import Breach, Path, tasks
from milkrun.schema.problem import Problem
from milkrun.schema.tasks import Task


def has_soft_window(task: Task) -> bool:
    """Whether it costs anything to serve a task early or late."""
    window = task.soft_time_window
    return window is not None and (window.cost_per_hour_early > 0 or window.cost_per_hour_late > 0)


def soft_windows(problem: Problem) -> Iterator[Path]:
    """Where a problem has soft time windows with a price."""
    return ((*path, "soft_time_window") for path, task in tasks(problem) if has_soft_window(task))


def balance(problem: Problem) -> Iterator[Path]:
    """Where a problem has a price of uneven routes."""
    if problem.options.balance is not None and problem.options.balance.cost:
        yield ("options", "balance")


def compact(problem: Problem) -> Iterator[Path]:
    """Where a problem has a price of routes that interleave."""
    if problem.options.compact is not None and problem.options.compact.cost:
        yield ("options", "compact")


def is_priced(problem: Problem) -> bool:
    """Whether a problem uses a priced term. Its answers then have `costs` by component."""
    return any(next(places(problem), None) is not None for places in (balance, compact, soft_windows))


def price_breaches(problem: Problem) -> Iterator[Breach]:
    """Broken rules of priced terms."""
    for path, task in tasks(problem):
        window = task.soft_time_window
        if window is None:
            continue
        here: Path = (*path, "soft_time_window")
        if window.start is not None and window.end is not None and window.end < window.start:
            yield Breach(here, f"the window ends ({window.end}) before it starts ({window.start})")
        for end, price, cost in (
            ("start", "cost_per_hour_early", window.cost_per_hour_early),
            ("end", "cost_per_hour_late", window.cost_per_hour_late),
        ):
            if cost and getattr(window, end) is None:
                yield Breach((*here, price), f"is allowed only with `{end}`")
    wanted = problem.options.balance
    if wanted is not None and wanted.by == "load" and not _has_amounts(problem):
        yield Breach(("options", "balance", "by"), "is 'load', but no job or shipment has an amount")


def _has_amounts(problem: Problem) -> bool:
    return any(job.delivery or job.pickup for job in problem.jobs) or any(
        it.amount for it in problem.shipments
    )
