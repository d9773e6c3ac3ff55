"""The cost and validity of a plan according to PyVRP, our schedule, our verifier and VROOM's plan mode."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from milkrun.schema.capabilities import inability
from milkrun_solver.answer.solution import plan_of
from milkrun_solver.engines.pyvrp.annealing import Annealing
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan
from tests.solver.generated.generator import Case
from tests.solver.helpers import faults, model_of, scheduled, vroom_solution
from tests.solver.objective import cost, internal_cost, shaken
from tests.solver.vroom import plan_mode

ORDERS = (4, 12)
MOVES = (0, 1, 2, 4, 6, 9)
"""How many orders are moved in each plan of a problem: none in VROOM's own answer, then more and more."""


@dataclass(frozen=True)
class PyvrpOpinion:
    """PyVRP's opinion of a plan.

    Attributes:
        exact: The plan's cost by definition, in VROOM's internal units. It leaves out the cost of work if
            that is the same for all vehicles, because PyVRP leaves it out.
        cost: PyVRP's cost in the same units; None if PyVRP cannot express the plan, for example because it
            has more reloads than `max_reloads`.
        objective: What PyVRP minimises, including prizes not collected, in PyVRP's own unit.
        feasible: Whether PyVRP finds that the plan keeps the rules.
    """

    exact: int
    cost: int | None
    objective: int | None
    feasible: bool


class Opinions:
    """All opinions of one plan.

    Attributes:
        seed: The seed of its problem.
        solution: The plan with the times of our schedule; None if it misses a time window.
        refused: Whether the verifier refuses it.
        pyvrp: None if PyVRP cannot express the problem, or if the plan has a task that no vehicle can serve.
    """

    def __init__(self, seed: int, model: Model, plan: Plan, search: Annealing | None) -> None:
        self.seed, self.model, self.plan = seed, model, plan
        self.solution = scheduled(model, plan)
        self.refused = self.solution is None or faults(model, self.solution) != []
        self.pyvrp = None if search is None else _pyvrp(model, plan, search)

    @cached_property
    def plan_mode(self) -> dict[str, object]:
        """The summary of VROOM's plan mode."""
        summary: dict[str, object] = plan_mode(self.model, self.plan)["summary"]
        return summary

    @cached_property
    def causes(self) -> set[str]:
        """The causes of the violations that plan mode reports."""
        return {violation["cause"] for violation in self.plan_mode["violations"]}  # type: ignore[attr-defined]


def _pyvrp(model: Model, plan: Plan, search: Annealing) -> PyvrpOpinion | None:
    served = {task for route in plan for task in route.tasks}
    if not served <= set(search.encoding.possible):
        return None
    fleet = search.encoding.fleet
    exact = internal_cost(model, plan, with_work=fleet.work_on_edges)
    try:
        solution = search.solution(plan)
    except ValueError:
        return PyvrpOpinion(exact, None, None, feasible=False)
    return PyvrpOpinion(
        exact=exact,
        cost=(cost(solution) - solution.uncollected_prizes()) * fleet.divisor,
        objective=cost(solution),
        feasible=search.encoding.keeps_rules(solution),
    )


def opinions(seed: int) -> Iterator[Opinions]:
    """Opinions of plans for the problem with this seed: VROOM's quick answer as it is, and with orders
    moved."""
    model = model_of(Case(seed, ORDERS).problem)
    if any(vehicle.source.breaks for vehicle in model.vehicles):
        return
    encoding = Encoding(model) if inability("pyvrp", model.problem) is None else None
    search = Annealing(encoding, complete=False, seed=1) if encoding and encoding.possible else None
    rng = random.Random(seed)
    start = plan_of(model, vroom_solution(model, level=0))
    for moves in MOVES:
        plan = shaken(model, start, rng, moves)
        if plan:
            yield Opinions(seed, model, plan, search)
