"""A trip begins only when the goods of all its jobs are ready, at each job's `release_time`."""

from dataclasses import replace

from milkrun_solver.rules.rule import Insertion, Rule


class Release(Rule):
    """Forbids an insertion if the task's time windows cannot be kept once its goods are ready."""

    code = "release"
    reason = "the goods are ready too late for the task's time windows"
    depends_on_journey = True

    def allows(self, insertion: Insertion) -> bool:
        journey = insertion.journey
        return (
            journey.is_in_time
            or replace(journey.timing, latest=None).end(journey.timing.earliest) is not None
        )
