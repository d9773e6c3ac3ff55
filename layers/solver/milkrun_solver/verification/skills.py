"""The verifier's own statement of skills: a vehicle has those of all its tasks."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def skill_faults(facts: RouteFacts) -> Iterator[str]:
    """Finds tasks that need a skill that the vehicle lacks."""
    skills = set(facts.vehicle.skills)
    for step, work in facts.tasks:
        if not work.skills <= skills:
            yield f"{step.type} {step.id} needs a skill that the vehicle lacks"
