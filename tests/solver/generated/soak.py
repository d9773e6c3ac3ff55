"""One solve that is ended at a random moment, by its deadline or by a stop, and its outcome."""

import json
import random
import time
from dataclasses import asdict, dataclass, field

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.errors import NoAnswerError
from milkrun_solver.routes.objective import Objective, solution_objective
from milkrun_solver.solve import solve
from tests.solver.helpers import faults, model_of


@dataclass(frozen=True)
class Limits:
    """The deadline of a solve, when it is told to stop, and its seed. Times in seconds."""

    seconds: float
    stop_after: float | None
    seed: int

    @classmethod
    def random(cls, rng: random.Random, shortest: float, longest: float) -> "Limits":
        """A deadline in this range, and in half of the cases a stop before it."""
        seconds = rng.uniform(shortest, longest)
        return cls(seconds, rng.uniform(0, seconds) if rng.random() < 0.5 else None, rng.randrange(2**32))


@dataclass
class Ended:
    """The outcome of a solve. Times in seconds from its start.

    Attributes:
        tasks: Jobs and ends of shipments.
        told_to_end: When it was told to end: its deadline, or its stop if that came first.
        took: When it returned.
        ranks: The objective of each reported answer, in order.
        first: When it reported the first answer.
        result: The objective of the returned answer; None if there was none.
        faults: What the verifier finds wrong with the returned answer.
    """

    tasks: int
    limits: Limits
    told_to_end: float
    took: float = 0.0
    ranks: list[Objective] = field(default_factory=list)
    first: float | None = None
    result: Objective | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def late(self) -> float:
        """For how many seconds it continued after it was told to end."""
        return max(0.0, self.took - self.told_to_end)

    def line(self) -> str:
        """The outcome as a line of JSON."""
        return json.dumps({"late": round(self.late, 3), **asdict(self)})


def ended(problem: Problem, limits: Limits, initial: Solution | None = None) -> Ended:
    """Solves a problem until it is told to end."""
    model = model_of(problem)
    started = time.monotonic()
    found = Ended(len(model.tasks), limits, limits.seconds)

    def on_best(solution: Solution) -> None:
        if not found.ranks:
            found.first = round(time.monotonic() - started, 3)
        found.ranks.append(solution_objective(problem, solution))

    def should_stop() -> bool:
        return limits.stop_after is not None and time.monotonic() >= started + limits.stop_after

    if limits.stop_after is not None:
        found.told_to_end = min(limits.stop_after, limits.seconds)
    try:
        solution = solve(
            problem,
            deadline=started + limits.seconds,
            on_best=on_best,
            should_stop=should_stop,
            seed=limits.seed,
            initial=initial,
        )
    except NoAnswerError:
        solution = None
    found.took = round(time.monotonic() - started, 3)
    if solution is not None:
        found.result, found.faults = solution_objective(problem, solution), faults(model, solution)
    return found
