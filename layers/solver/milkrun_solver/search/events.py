"""Events that the threads of a search send to the thread that runs `solve`."""

from collections.abc import Callable
from dataclasses import dataclass

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.protocol import Routes


@dataclass(frozen=True, slots=True)
class Proposed:
    """An engine's routes for the whole problem."""

    engine: EngineName
    routes: Routes


@dataclass(frozen=True, slots=True)
class Ended:
    """A thread has finished or failed; `proposed` is True for the proposer's thread."""

    engine: EngineName
    error: Exception | None = None
    proposed: bool = False


Event = Proposed | Ended
Post = Callable[[Event], None]
"""Takes an event from any thread, without waiting."""
