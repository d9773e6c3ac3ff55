"""The verifier's own statement of soft time windows: what early and late tasks cost."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def soft_window_costs(facts: RouteFacts) -> tuple[int, int]:
    """What the early and the late tasks of a route cost, each rounded to the nearest unit."""
    early = late = 0
    for step, work in facts.tasks:
        window = work.step.soft_time_window
        begins = step.arrival + step.waiting_time
        if window is not None and window.start is not None and begins < window.start:
            early += (window.start - begins) * window.cost_per_hour_early
        if window is not None and window.end is not None and begins > window.end:
            late += (begins - window.end) * window.cost_per_hour_late
    return (early + 1_800) // 3_600, (late + 1_800) // 3_600


def soft_window_faults(facts: RouteFacts) -> Iterator[str]:
    """Finds costs of early and late tasks that are not what their soft time windows say."""
    stated = facts.route.costs
    if stated is None:
        return
    early, late = soft_window_costs(facts)
    if stated.early != early:
        yield f"early tasks cost {early}, not {stated.early}"
    if stated.late != late:
        yield f"late tasks cost {late}, not {stated.late}"
