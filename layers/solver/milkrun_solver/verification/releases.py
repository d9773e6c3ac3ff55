"""The verifier's own statement of release times."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def release_faults(facts: RouteFacts) -> Iterator[str]:
    """Finds jobs on a trip that begins before their goods are ready."""
    began = facts.route.steps[0].arrival
    for step in facts.route.steps:
        if step.type == "reload":
            began = step.arrival + step.waiting_time
        elif step.type == "job" and step.id is not None and began < facts.problem.releases[step.id]:
            yield f"job {step.id} is on a trip that begins before its goods are ready"
