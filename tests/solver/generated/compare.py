"""Milkrun against VROOM on one generated problem, one after the other, with the same seconds and the same
cores."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from milkrun.schema.capabilities import inability
from milkrun.schema.problem import Problem
from milkrun_solver.answer.solution import solution_of
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.routes.objective import Objective, solution_objective
from tests.solver.generated.generator import Case
from tests.solver.generated.rival import Task, indexed, vroom_alone
from tests.solver.helpers import META, Watched, faults, model_of

Verdict = Literal["better", "equal", "worse"]


@dataclass(frozen=True)
class Outcome:
    """The outcome of one problem.

    Attributes:
        tasks: Jobs and ends of shipments; `orders` counts a shipment once.
        left_to_vroom: Why PyVRP cannot express the problem; None if it can.
        engine: The engine that found Milkrun's answer.
        ours, theirs: The objectives of both answers; lower is better.
        first: Seconds until Milkrun's first answer.
        our_seconds, their_seconds: How long each solver took.
        faults, their_faults: What the verifier finds wrong with each answer.
    """

    seed: int
    orders: int
    tasks: int
    features: list[str]
    left_to_vroom: str | None
    engine: str
    ours: Objective
    theirs: Objective
    first: float
    our_seconds: float
    their_seconds: float
    faults: list[str]
    their_faults: list[str]

    @property
    def verdict(self) -> Verdict:
        """How Milkrun's answer compares with VROOM's."""
        if self.ours == self.theirs:
            return "equal"
        return "better" if self.ours < self.theirs else "worse"

    def line(self) -> str:
        """The outcome as a line of JSON."""
        return json.dumps({"verdict": self.verdict, **asdict(self)})


class Comparison:
    """Outcomes by seed; each problem is solved only once.

    Args:
        seconds_each: Seconds for each job or shipment; each side gets at least one second in all. If VROOM
            takes longer, because it keeps no time limit, Milkrun gets as long as VROOM took.
        report: A file that gets each outcome as a line of JSON.
        patient: Whether Milkrun may take longer, until its answer is no worse. With other tests running at
            the same time, two solves never get the same share of a core.
    """

    def __init__(self, seconds_each: float, report: Path | None, patient: bool = False) -> None:
        self._seconds_each = seconds_each
        self._patient = patient
        self._report = report
        self._outcomes: dict[int, Outcome] = {}

    def outcome(self, seed: int) -> Outcome:
        """The outcome of the problem with this seed."""
        if seed not in self._outcomes:
            case = Case(seed)
            found = self._outcomes[seed] = _compare(
                case, max(1.0, self._seconds_each * case.orders), self._patient
            )
            if self._report is not None:
                with self._report.open("a", encoding="utf-8") as file:
                    file.write(found.line() + "\n")
        return self._outcomes[seed]


def _compare(case: Case, seconds: float, patient: bool) -> Outcome:
    problem, model = case.problem, model_of(case.problem)
    theirs, their_seconds = vroom_alone(
        Task(
            problem=indexed(case.body, model.travel.coordinates) if model.travel.coordinates else case.body,
            matrices=model.travel.profiles,
            threads=len(os.sched_getaffinity(0)),
            seconds=seconds,
        )
    )
    their_rank = _rank(problem, theirs["summary"])
    watched = (
        Watched(problem, good_enough=their_rank) if patient else Watched(problem, max(seconds, their_seconds))
    )
    return Outcome(
        seed=case.seed,
        orders=case.orders,
        tasks=len(model.tasks),
        features=sorted(case.features),
        left_to_vroom=inability("pyvrp", model.problem),
        engine=watched.solution.meta.engine,
        ours=solution_objective(problem, watched.solution),
        theirs=their_rank,
        first=round(watched.reported[0][0], 3),
        our_seconds=round(watched.took, 3),
        their_seconds=round(their_seconds, 3),
        faults=faults(model, watched.solution),
        their_faults=faults(model, solution_of(model, routes_of(model, theirs), META)),
    )


def _rank(problem: Problem, summary: dict[str, int]) -> Objective:
    """The objective that VROOM states for its answer, as a `milkrun_solver.routes.objective.Objective`."""
    wanted = sum(job.priority for job in problem.jobs) + sum(2 * s.priority for s in problem.shipments)
    return Objective(wanted - summary["priority"], summary["unassigned"], summary["cost"])
