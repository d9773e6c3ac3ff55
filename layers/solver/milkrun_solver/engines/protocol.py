"""What an engine is to the search: it proposes routes for a problem, and improves routes that it is given."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.effort import QUICK, Effort
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute
from milkrun_solver.routes.schedule import TimedRoute
from milkrun_solver.rules.rule import Rule

Routes = Sequence[PlannedRoute | TimedRoute]
"""Routes of one problem, with their times where the engine gives them."""
Neighbourhood = Literal["whole", "parts", "subproblems", "route elimination"]
"""What a search changes: every route, a large part of them, a few neighbouring ones, or a group of them
that has to do with one route less."""
Depth = Literal["construction", "quick", "deep"]
"""How far a proposal goes: construction heuristics alone, a quick local search after them, or the exploration
level that the problem asks for after that."""

HANDFUL = 25
"""The search of so few tasks ends by itself once it finds nothing better for a while."""


@dataclass(frozen=True)
class Assignment:
    """A problem that an engine is to search.

    Attributes:
        model: The whole problem, or a part of it in numbers of its own.
        deadline: When to end, in `time.monotonic()` seconds.
        is_over: Whether to end before that. An engine that iterates asks before each iteration.
        found: Takes routes as soon as they are better than those before.
        temperature: What a change may cost on average now, in legs of typical length.
        seed: Start of the random numbers, where the engine keeps none from earlier searches.
        effort: How thoroughly to search, for an engine that can choose.
        must_serve_all: Whether routes that leave a task out are of no use.
    """

    model: Model
    deadline: float
    is_over: Callable[[], bool]
    found: Callable[[Routes], None]
    temperature: Callable[[], float] = lambda: 0.0
    seed: int = 0
    effort: Effort = QUICK
    must_serve_all: bool = False


class Session(ABC):
    """One thread's use of an engine. What it learns in one search it may use in the next.

    Attributes:
        is_exhausted: Whether another search would find nothing: a small problem was searched long enough.
    """

    is_exhausted = False

    @abstractmethod
    def propose(self, assignment: Assignment, depth: Depth, threads: int, /) -> Routes | None:
        """Searches from nothing.

        Returns:
            Where the search ended, which may be worse than what it found; None where that breaks a rule.

        Raises:
            EngineError: The engine refuses the problem, or failed.
        """

    @abstractmethod
    def improve(self, assignment: Assignment, start: Plan, /) -> Routes | None:
        """Searches from `start`, in the numbers of the assignment's problem.

        Returns:
            Where the search ended, which may be worse than what it found; None where that breaks a rule, or
            where the engine has no answer.

        Raises:
            EngineError: The engine failed, and will again.
        """

    def stop(self) -> None:  # noqa: B027  # most engines have nothing to do here
        """Ends at once what another thread does in this session. An engine that asks `is_over` need not."""

    def close(self) -> None:  # noqa: B027
        """Frees what the session holds."""


class Engine(ABC):
    """An engine for one problem, shared by the threads that use it.

    Args:
        model: The whole problem.
        known: Routes that keep the rules: what they serve is possible, whatever it looks like.

    Attributes:
        name: What an answer's `meta.engine` says.
        neighbourhoods: What it is good at changing.
        proposes: Whether its first routes come so early that other engines go on from them.
        whole_bytes: Memory that its data of the whole problem take, where that may be much.
    """

    name: EngineName
    neighbourhoods: tuple[Neighbourhood, ...]
    proposes = False
    whole_bytes = 0

    def __init__(self, model: Model, known: Plan) -> None:
        self._model = model
        self._known = known

    @cached_property
    def impossible(self) -> dict[int, Rule]:
        """The tasks that no vehicle can serve, each with the rule that forbids it."""
        served = {task for route in self._known for task in route.tasks}
        return {number: rule for number, rule in unservable(self._model).items() if number not in served}

    @cached_property
    def possible(self) -> list[int]:
        """The other tasks."""
        return [number for number in range(len(self._model.tasks)) if number not in self.impossible]

    @abstractmethod
    def session(self, number: int, seed: int, /) -> Session:
        """What one thread uses; `number` counts the threads from 0."""

    def knows(self, _plan: Plan) -> bool:
        """Whether the engine can go on from a plan. An engine that was not told of some tasks cannot where
        the plan serves them."""
        return True
