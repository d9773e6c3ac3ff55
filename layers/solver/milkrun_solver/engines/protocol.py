"""The protocol of engines: an engine proposes routes for a problem, and improves routes that it is given."""

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
from milkrun_solver.routes.timed_route import TimedRoute
from milkrun_solver.rules.rule import Rule

Routes = Sequence[PlannedRoute | TimedRoute]
"""Routes of one problem, with times if the engine gives them."""
Neighbourhood = Literal["whole", "parts", "subproblems", "route elimination"]
"""What a search may change: all routes, a large part of them, a few neighbouring ones, or a group that must
manage with one route fewer."""
Depth = Literal["construction", "quick", "deep"]
"""How far a proposal goes: construction heuristics only, then a quick local search, then the exploration
level that the problem asks for."""

HANDFUL = 25
"""A search of up to this many tasks ends by itself once it finds nothing better for a while."""


@dataclass(frozen=True)
class Assignment:
    """A search for an engine to do.

    Attributes:
        model: The whole problem, or a part of it in numbers of its own.
        deadline: When to end, in `time.monotonic()` seconds.
        is_over: Whether to end before that. An engine that iterates calls it before each iteration.
        found: Takes better routes as soon as the engine finds them.
        cooled: How far annealing has cooled down now, from 0 at its hottest to 1 at its coldest. Each engine
            has temperatures of its own for these.
        seed: Start of the random numbers, unless the engine continues with those of an earlier search.
        effort: How thoroughly to search, for an engine that can choose.
        must_serve_all: Whether routes must serve every task to be of use.
    """

    model: Model
    deadline: float
    is_over: Callable[[], bool]
    found: Callable[[Routes], None]
    cooled: Callable[[], float] = lambda: 1.0
    seed: int = 0
    effort: Effort = QUICK
    must_serve_all: bool = False


class Session(ABC):
    """One thread's use of an engine. It may keep what it learns from one search to the next.

    Attributes:
        is_exhausted: Whether a small problem has been searched so long that nothing better can be expected.
    """

    is_exhausted = False

    @abstractmethod
    def propose(self, assignment: Assignment, depth: Depth, threads: int, /) -> Routes | None:
        """Searches without known routes.

        Returns:
            Where the search ended, which may be worse than what it found; None if that breaks a rule.

        Raises:
            EngineError: The engine refuses the problem, or failed.
        """

    @abstractmethod
    def improve(self, assignment: Assignment, start: Plan, /) -> Routes | None:
        """Searches from `start`, in the numbers of the assignment's problem.

        Returns:
            Where the search ended, which may be worse than what it found; None if that breaks a rule, or if
            the engine has no answer.

        Raises:
            EngineError: The engine failed, and would fail again.
        """

    def stop(self) -> None:  # noqa: B027  # most engines have nothing to do here
        """Ends a search that runs in another thread. An engine that calls `is_over` need not do anything."""

    def close(self) -> None:  # noqa: B027
        """Frees the session's resources."""


class Engine(ABC):
    """An engine for one problem, shared by the threads that use it.

    Args:
        model: The whole problem.
        known: Routes that keep the rules: every task in them can be served.

    Attributes:
        name: The engine's name, as in an answer's `meta.engine`.
        neighbourhoods: The neighbourhoods that it searches well.
        proposes: Whether its first routes come so early that other engines should continue from them.
        starts_at_once: Whether its search has routes within milliseconds, so that no engine needs to propose
            any. Such an engine leads the search, and others have to gain more for their time.
        whole_bytes: Size of its data for the whole problem; 0 if that is always small.
    """

    name: EngineName
    neighbourhoods: tuple[Neighbourhood, ...]
    proposes = False
    starts_at_once = False
    whole_bytes = 0

    def __init__(self, model: Model, known: Plan) -> None:
        self._model = model
        self._known = known

    @classmethod
    def is_available(cls) -> bool:
        """Whether the engine can run on this machine."""
        return True

    @cached_property
    def impossible(self) -> dict[int, Rule]:
        """The tasks that no vehicle can serve, each with the rule that forbids it."""
        served = {task for route in self._known for task in route.tasks}
        return {number: rule for number, rule in unservable(self._model).items() if number not in served}

    @cached_property
    def possible(self) -> list[int]:
        """The tasks that some vehicle can serve."""
        return [number for number in range(len(self._model.tasks)) if number not in self.impossible]

    @abstractmethod
    def session(self, number: int, seed: int, /) -> Session:
        """A session for one thread; `number` counts the threads from 0."""

    def knows(self, _plan: Plan) -> bool:
        """Whether the engine can continue from a plan. It cannot if the plan serves tasks that the engine
        left out as impossible."""
        return True
