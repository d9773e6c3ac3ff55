"""What all who can cost and judge a plan say of it: PyVRP, our schedule and verifier, VROOM's plan mode."""

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
"""How many orders move in each plan of a problem: none of VROOM's own answer, then more and more."""


@dataclass(frozen=True)
class PyvrpOpinion:
    """What PyVRP says of a plan.

    Attributes:
        exact: The plan's cost by the definition in VROOM's internal units, without what is constant to PyVRP:
            the cost of time on the spot, where it is the same for all vehicles.
        cost: PyVRP's cost in the same units; None where it cannot even say the plan, such as reloads beyond
            `max_reloads`.
        objective: What it minimises, prizes that are not collected included, in its own unit.
        feasible: Whether it finds that the plan keeps the rules.
    """

    exact: int
    cost: int | None
    objective: int | None
    feasible: bool


class Opinions:
    """What is said of one plan.

    Attributes:
        seed: Of its problem.
        solution: The plan with the times of our schedule; None where it misses a time window.
        refused: Whether the verifier refuses it.
        pyvrp: None where PyVRP cannot express the problem, or the plan has a task that no vehicle can serve.
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
        """The causes of the violations that plan mode sees."""
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
    """Opinions on plans of the problem with this seed: VROOM's quick answer, and that with orders moved."""
    model = model_of(Case(seed, ORDERS).problem)
    if model.has_breaks:
        return
    encoding = Encoding(model) if inability("pyvrp", model.problem) is None else None
    search = Annealing(encoding, complete=False, seed=1) if encoding and encoding.possible else None
    rng = random.Random(seed)
    start = plan_of(model, vroom_solution(model, level=0))
    for moves in MOVES:
        plan = shaken(model, start, rng, moves)
        if plan:
            yield Opinions(seed, model, plan, search)
