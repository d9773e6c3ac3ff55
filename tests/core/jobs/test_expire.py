from concurrent.futures import ThreadPoolExecutor

import pytest

from milkrun.errors import RunNotFoundError, TransitionRefusedError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.states import Status

from .conftest import BEST, OWNER, Lab, run_id


def lapse(lab: Lab, *, best: bool = False) -> None:
    lab.running()
    if best:
        lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=2_500, best=BEST)
    lab.make_due()


def test_a_lapsed_run_is_pending_again_in_its_next_attempt(lab: Lab) -> None:
    lapse(lab, best=True)
    run = lab.jobs.expire(OWNER, run_id(1))
    assert (run.status, run.attempt, run.spent_ms, run.progress) == (Status.PENDING, 2, 2_500, 0.5)


def test_a_run_that_was_taken_back_is_due_at_once(lab: Lab) -> None:
    lapse(lab)
    lab.jobs.expire(OWNER, run_id(1))
    assert lab.jobs.dispatch(OWNER, run_id(1)) is not None


def test_a_run_without_attempts_left_fails(lab: Lab) -> None:
    last = lab.with_policy(max_attempts=1)
    lapse(last)
    run = last.jobs.expire(OWNER, run_id(1))
    assert (run.status, run.error_code) == (Status.FAILED, "worker_lost")
    assert last.status() == run


def test_a_run_that_was_to_stop_completes_with_its_best_routes(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=2_500, best=BEST)
    lab.jobs.cancel(OWNER, run_id(1))
    lab.make_due()
    assert lab.jobs.expire(OWNER, run_id(1)).status is Status.COMPLETED
    run, result = lab.reader.result(OWNER, run_id(1), best=False)
    assert (run.status, run.stopped_early) == (Status.COMPLETED, True)
    assert result == BEST.solution
    assert lab.client.ttl(OwnerKeys(OWNER).result(run_id(1))) > 0


def test_a_run_that_was_to_stop_and_has_no_routes_is_cancelled(lab: Lab) -> None:
    lab.running()
    lab.jobs.cancel(OWNER, run_id(1))
    lab.make_due()
    assert lab.jobs.expire(OWNER, run_id(1)).status is Status.CANCELLED
    assert lab.status().status is Status.CANCELLED


def test_a_lease_that_has_not_lapsed_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.running()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="NOT_DUE"):
        lab.jobs.expire(OWNER, run_id(1))
    assert lab.snapshot() == before


def test_a_pending_run_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.submit()
    lab.make_due()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="NOT_DUE"):
        lab.jobs.expire(OWNER, run_id(1))
    assert lab.snapshot() == before


def test_an_ended_run_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.completed()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        lab.jobs.expire(OWNER, run_id(1))
    assert lab.snapshot() == before


def test_a_run_that_is_gone_leaves_the_indexes(lab: Lab) -> None:
    lab.submit()
    lab.client.delete(OwnerKeys(OWNER).run(run_id(1)), OwnerKeys(OWNER).request(run_id(1)))
    with pytest.raises(RunNotFoundError):
        lab.jobs.expire(OWNER, run_id(1))
    assert lab.snapshot() == {}


def test_only_one_of_two_sweepers_takes_the_lease_back(lab: Lab) -> None:
    lapse(lab)

    def expire(_: int) -> bool:
        try:
            return lab.jobs.expire(OWNER, run_id(1)).status is Status.PENDING
        except TransitionRefusedError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(expire, range(16))) == 1
    assert lab.status().attempt == 2
