"""Transitions that a caller asks for: stop a run, or erase it."""

from collections.abc import Callable
from typing import TypeVar

from milkrun.errors import RunNotFoundError
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import Name, former_name
from milkrun.jobs.run import Run
from milkrun.jobs.transitions import Transitions, run_of

T = TypeVar("T")


class Stopping(Transitions):
    """Transitions that a caller asks for. A run is found under both names of its owner."""

    def cancel(self, owner: str, run_id: str) -> Run:
        """Asks a run to end early. An ended run stays as it is.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        return _under_its_name(owner, lambda name: self._cancel((name, run_id)))

    def _cancel(self, name: Name) -> Run:
        reply = self._scripts.run("cancel", name).accepted(Code.ENDED)
        return run_of(name, self._settled(name, reply))

    def erase(self, owner: str, run_id: str) -> None:
        """Deletes a run and all its data.

        Raises:
            RunNotFoundError: The owner has no such run.
        """
        _under_its_name(owner, lambda name: self._erase((name, run_id)))

    def _erase(self, name: Name) -> None:
        marked = self._scripts.run("erase", name, wait=True).accepted()
        self._confirmer.confirm(name, marked, key_hash=marked.payload[0].decode())


def _under_its_name(owner: str, call: Callable[[str], T]) -> T:
    """Calls with the owner's name, and if there is no such run with the name in the previous release."""
    try:
        return call(owner)
    except RunNotFoundError:
        before = former_name(owner)
        if before is None:
            raise
        return call(before)
