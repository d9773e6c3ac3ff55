"""What makes routes better, as the thread that runs `solve` sees it."""

from collections.abc import Sequence
from typing import Protocol

from milkrun_solver.events import EngineName
from milkrun_solver.schedule import TimedRoute


class Improver(Protocol):
    """Threads that go on from the best routes known, each posting one `Ended`.

    Attributes:
        engine: Whose routes they are.
        threads: How many threads were started.
        finds_first: Whether it can find routes where none are known.
    """

    engine: EngineName
    finds_first: bool

    @property
    def threads(self) -> int: ...

    def start(self, threads: int) -> None:
        """Starts so many more threads."""

    def offer(self, routes: Sequence[TimedRoute]) -> None:
        """Names routes to go on from, if they are better than what is known."""

    def take(self) -> list[TimedRoute] | None:
        """The best routes found, if they are better than what was taken or offered before."""

    def restart(self, routes: Sequence[TimedRoute] | None) -> None:
        """Goes back to these routes, or to nothing: what was made of them since is not to be had."""

    def stop(self) -> None:
        """Asks all threads to end at once."""

    def join(self, timeout: float) -> None:
        """Waits for the threads, `timeout` seconds in all. One in a long step ends by itself soon after."""
