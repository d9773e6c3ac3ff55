"""A route of a small problem, step by step, for the tests of single checks."""

from typing import Any

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Route, Step
from milkrun_solver.model.travel import travel_source
from milkrun_solver.verification.facts import Facts, RouteFacts
from tests.solver.problems import problem_of

DURATIONS = [[100 * abs(a - b) for b in range(4)] for a in range(4)]
DISTANCES = [[10 * cell for cell in row] for row in DURATIONS]
"""Four places on a line, 100 seconds and 1,000 metres from one to the next."""


def problem(
    vehicle: dict[str, Any], *jobs: dict[str, Any], shipment: dict[str, Any] | None = None, **matrices: Any
) -> Problem:
    """A vehicle at home at place 0. Job 1 is at place 1, job 2 at place 2; a shipment goes from place 1 to
    place 2, with the pickup 5 and the delivery 9."""
    body: dict[str, Any] = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
        "jobs": [{"id": number, "location_index": number, **job} for number, job in enumerate(jobs, 1)],
        "matrices": {"car": {"durations": DURATIONS, "distances": DISTANCES, **matrices}},
    }
    if shipment is not None:
        ends = {"pickup": {"id": 5, "location_index": 1}, "delivery": {"id": 9, "location_index": 2}}
        body["shipments"] = [{**ends, **shipment}]
    return problem_of(body)


def step(kind: str, number: int | None = None, arrival: int = 0, **given: Any) -> Step:
    """A step of a route; what a test does not look at is 0."""
    return Step.model_validate({"type": kind, "id": number, "arrival": arrival, "duration": 0, **given})


def facts(problem: Problem, *steps: Step, **route: Any) -> RouteFacts:
    """A route from a start through some steps to an end; both are added where they are not given."""
    stops = list(steps)
    if not stops or stops[0].type != "start":
        stops = [step("start"), *stops, step("end")]
    given = Route.model_construct(**{"vehicle": 1, "steps": stops, "overtime": None, **route})
    return RouteFacts(Facts(problem, travel_source(problem)), problem.vehicles[0], given)
