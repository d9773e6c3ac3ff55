"""What the engines tell the thread that runs `solve`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from milkrun_solver.routes.schedule import TimedRoute

EngineName = Literal["vroom", "pyvrp"]


@dataclass(frozen=True, slots=True)
class VroomAnswer:
    """An answer of VROOM: its own output."""

    output: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Routes:
    """VROOM's routes for the whole problem, from its answers to parts of it."""

    routes: list[TimedRoute]


@dataclass(frozen=True, slots=True)
class Ended:
    """A thread of an engine has no more to do, or failed; `whole` if it was VROOM on the whole problem."""

    engine: EngineName
    error: Exception | None = None
    whole: bool = False


Event = VroomAnswer | Routes | Ended
Post = Callable[[Event], None]
"""Takes an event from any thread, without waiting."""
