"""The verifier's own statement: a vehicle has the skills for all that it serves."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def skill_faults(facts: RouteFacts) -> Iterator[str]:
    """Tasks that need skills which the vehicle lacks."""
    skills = set(facts.vehicle.skills)
    for step, work in facts.tasks:
        if not work.skills <= skills:
            yield f"{step.type} {step.id} needs skills that the vehicle lacks"
