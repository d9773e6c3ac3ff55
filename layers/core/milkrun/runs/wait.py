"""Waiting for a run: `Prefer: wait=N`."""

import time
from collections.abc import Callable

from milkrun.errors import MilkrunError
from milkrun.jobs.reader import RunReader
from milkrun.jobs.run import Run

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5


def wait_until(
    reader: RunReader,
    run: Run,
    done: Callable[[Run], bool],
    *,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Run:
    """Reads a run until `done` says so or the seconds are over; gives its last state.

    Raises:
        RunNotFoundError: The run was erased meanwhile.
        DependencyUnavailableError: Redis is away.
    """
    deadline = clock() + seconds
    pause = _FIRST_PAUSE
    while not done(run) and (left := deadline - clock()) > 0:
        sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
        run = reader.status(run.owner, run.run_id)
    return run


def result_within(reader: RunReader, run: Run, seconds: float) -> tuple[Run, bytes | None]:
    """The last state of a run that can be read within the seconds, and its result if there is one by then.

    The run is stored already: where Redis goes away meanwhile, what is known of it is still an answer.
    """
    try:
        run = wait_until(reader, run, has_ended, seconds=seconds)
        return reader.result(run.owner, run.run_id, best=False)
    except MilkrunError:
        return run, None


def has_ended(run: Run) -> bool:
    """Whether nothing will change any more."""
    return run.status.ended


def has_changed_from(before: Run) -> Callable[[Run], bool]:
    """Whether a run has another status, attempt or best answer than before, or has ended."""

    def changed(run: Run) -> bool:
        return run.status.ended or _what_matters(run) != _what_matters(before)

    return changed


def _what_matters(run: Run) -> tuple[object, ...]:
    return (run.status, run.attempt, run.best_cost, run.best_unassigned)
