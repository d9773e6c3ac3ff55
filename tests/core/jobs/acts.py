"""Steps of a run whose submit and end wait for a replica, and a replica that lags."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from milkrun.errors import DependencyUnavailableError
from milkrun.jobs import runner
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy
from tests.redis_pair import Pair
from tests.waiting import until

from .conftest import BEST, OWNER, Lab, run_id

T = TypeVar("T")

STRICT = JobPolicy(min_replicas=1)
WAIT_MS = runner._WAIT_MS


@contextmanager
def hurrying_while_it_lags(pair: Pair) -> Iterator[None]:
    """Keeps scripts from waiting a second for a replica that is known to lag."""
    lag, catch_up = pair.link.lag, pair.link.catch_up
    with pytest.MonkeyPatch.context() as patch:

        def lag_and_hurry() -> None:
            lag()
            patch.setattr(runner, "_WAIT_MS", 20)

        def catch_up_in_no_hurry() -> None:
            patch.setattr(runner, "_WAIT_MS", WAIT_MS)
            catch_up()

        patch.setattr(pair.link, "lag", lag_and_hurry)
        patch.setattr(pair.link, "catch_up", catch_up_in_no_hurry)
        yield


def submission(number: int = 1, key: str | None = None) -> Submission:
    return Submission(OWNER, run_id(number), b"{}", 5_000, "corr-1", key)


def submit(lab: Lab) -> None:
    lab.jobs.submit(submission())


def in_the_end(step: Callable[[], T]) -> T:
    """Does a step as often as it takes: on a busy machine a replica may be more than a second late."""
    done: list[T] = []

    def is_done() -> bool:
        try:
            done.append(step())
        except DependencyUnavailableError:
            return False
        return True

    until(is_done)
    return done[0]


def submit_in_the_end(lab: Lab) -> None:
    in_the_end(lambda: submit(lab))


def run_with_routes(lab: Lab) -> None:
    submit_in_the_end(lab)
    lab.jobs.claim(OWNER, run_id(1), "t")
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)


def complete(lab: Lab) -> None:
    lab.jobs.complete(OWNER, run_id(1), "t", spent_ms=2, best=BEST)


def fail(lab: Lab) -> None:
    lab.jobs.fail(OWNER, run_id(1), "t", code="c", detail="d", spent_ms=2)


def cancel(lab: Lab) -> None:
    lab.jobs.cancel(OWNER, run_id(1))


def erase(lab: Lab) -> None:
    lab.jobs.erase(OWNER, run_id(1))


def stop_without_a_worker(lab: Lab) -> None:
    lab.make_due()
    cancel(lab)


def give_up(lab: Lab) -> None:
    lab.make_due()
    lab.with_policy(max_attempts=1).jobs.expire(OWNER, run_id(1))


Act = Callable[[Lab], None]
