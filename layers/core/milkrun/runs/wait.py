"""Waits for a run: `Prefer: wait=N`."""

import time
from collections.abc import Callable
from typing import NamedTuple

from milkrun.errors import DependencyUnavailableError, MilkrunError
from milkrun.jobs.calls import WaitingCalls
from milkrun.jobs.reader import RunReader
from milkrun.jobs.run import Run
from milkrun.observability import report_down

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
    """Reads a run until `done` is true or the seconds are over. Returns its last state.

    Raises:
        RunNotFoundError: The run was erased meanwhile.
        DependencyUnavailableError: Redis is down.
    """
    deadline = clock() + seconds
    pause = _FIRST_PAUSE
    while not done(run) and (left := deadline - clock()) > 0:
        sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
        run = reader.status(run.owner, run.run_id)
    return run


class Waited(NamedTuple):
    """A run as last read; `waited` is False if too many calls were waiting, so that this one did not."""

    run: Run
    waited: bool


def change_within(reader: RunReader, calls: WaitingCalls, run: Run, seconds: float) -> Waited:
    """The run once it has changed, or as it is when the seconds are over.

    Raises as `wait_until`.
    """
    return _within(reader, calls, run, has_changed_from(run), seconds)


def result_within(
    reader: RunReader, calls: WaitingCalls, run: Run, seconds: float, *, best: bool = False
) -> tuple[Waited, bytes | None]:
    """Waits for a run to end, or with `best` to find routes. Returns its last state and its result, if any.

    The run is stored already. If Redis goes down meanwhile, its last known state is still an answer.
    """
    last = Waited(run, waited=True)
    try:
        last = _within(reader, calls, run, has_routes if best else has_ended, seconds)
        if not last.waited:
            return last, None
        run, solution = reader.result(run.owner, run.run_id, best=best)
        return Waited(run, waited=True), solution
    except DependencyUnavailableError as error:
        report_down(error.dependencies)
        return last, None
    except MilkrunError:
        return last, None


def _within(
    reader: RunReader, calls: WaitingCalls, run: Run, done: Callable[[Run], bool], seconds: float
) -> Waited:
    if done(run):
        return Waited(run, waited=True)
    call = calls.begin(run.owner, seconds)
    if call is None:
        return Waited(run, waited=False)
    try:
        run = wait_until(reader, run, done, seconds=seconds)
    except DependencyUnavailableError:
        raise  # Its place expires by itself. Freeing it now could outlast the gateway's timeout.
    except Exception:
        calls.end(call)
        raise
    calls.end(call)
    return Waited(run, waited=True)


def has_ended(run: Run) -> bool:
    """Whether a run has ended."""
    return run.status.ended


def has_routes(run: Run) -> bool:
    """Whether a run has found routes, or has ended."""
    return run.best_cost is not None or run.status.ended


def has_changed_from(before: Run) -> Callable[[Run], bool]:
    """Tells whether a run has another status, attempt or best answer than before, or has ended."""

    def changed(run: Run) -> bool:
        return run.status.ended or _what_matters(run) != _what_matters(before)

    return changed


def _what_matters(run: Run) -> tuple[object, ...]:
    return (run.status, run.attempt, run.best_cost, run.best_unassigned)
