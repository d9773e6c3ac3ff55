from concurrent.futures import ThreadPoolExecutor

import pytest

from milkrun.errors import RunNotFoundError, TransitionRefusedError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.states import Status

from .conftest import BEST, OWNER, Lab, run_id


def score(lab: Lab) -> float:
    return lab.client.zscore(OwnerKeys(OWNER).active, f"{OWNER}:{run_id(1)}") or 0


def test_each_dispatch_records_the_invoke_and_waits_longer(lab: Lab) -> None:
    created = lab.submit().created_at
    waits = []
    for _ in range(3):
        lab.make_due()
        assert lab.jobs.dispatch(OWNER, run_id(1)) is not None
        waits.append(score(lab) - created)
    assert waits[0] >= 30_000
    assert waits[1] >= 60_000
    assert waits[2] >= 120_000


def test_a_run_that_is_not_due_is_left_alone(lab: Lab) -> None:
    lab.submit()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="NOT_DUE"):
        lab.jobs.dispatch(OWNER, run_id(1))
    assert lab.snapshot() == before


def test_early_dispatch_needs_no_due_time_and_keeps_the_chain(lab: Lab) -> None:
    lab.submit()
    run = lab.jobs.dispatch(OWNER, run_id(1), early=True, chain=4)
    assert run is not None
    assert run.chain == 4


def test_many_unanswered_invokes_do_not_fail_the_run(lab: Lab) -> None:
    lab.submit()
    for _ in range(100):
        lab.make_due()
        assert lab.jobs.dispatch(OWNER, run_id(1)) is not None
    run = lab.status()
    assert run.status is Status.PENDING
    most = lab.policy.max_redispatch * 1_000
    assert most <= score(lab) - run.created_at < 2 * most


def test_a_run_that_waits_too_long_for_a_worker_fails(lab: Lab) -> None:
    lab.submit()
    lab.client.hset(OwnerKeys(OWNER).run(run_id(1)), "pending_since", 1)
    lab.make_due()
    run = lab.jobs.dispatch(OWNER, run_id(1))
    assert run is not None
    assert (run.status, run.error_code) == (Status.FAILED, "never_started")
    assert lab.status() == run


def test_a_run_that_waits_for_its_turn_does_not_age(lab: Lab) -> None:
    small = lab.with_policy(max_running=1)
    small.running(2)
    small.submit(1)
    small.client.hset(OwnerKeys(OWNER).run(run_id(1)), "pending_since", 1)
    small.make_due()
    assert small.jobs.dispatch(OWNER, run_id(1)) is None
    assert small.jobs.complete(OWNER, run_id(2), "t", spent_ms=1, best=BEST) == (OWNER, run_id(1))
    for _ in range(2):
        small.make_due()
        small.jobs.dispatch(OWNER, run_id(1))
    assert small.jobs.claim(OWNER, run_id(1), "u") is not None


def test_above_the_owner_s_limit_waiting_costs_no_attempt(lab: Lab) -> None:
    small = lab.with_policy(max_running=1, max_unstarted=-1)
    small.running(2)
    small.submit(1)
    for _ in range(5):
        small.make_due()
        assert small.jobs.dispatch(OWNER, run_id(1)) is None
    assert small.status(1).status is Status.PENDING
    assert small.client.zrange(OwnerKeys(OWNER).waiting, 0, -1) == [run_id(1).encode()]
    assert score(small) > small.status(1).created_at + 60_000


def test_a_dispatched_run_no_longer_waits(lab: Lab) -> None:
    small = lab.with_policy(max_running=1)
    small.running(2)
    small.waiting(1)
    small.jobs.complete(OWNER, run_id(2), "t", spent_ms=1, best=BEST)
    assert small.jobs.dispatch(OWNER, run_id(1), early=True) is not None
    assert small.client.zcard(OwnerKeys(OWNER).waiting) == 0


def test_a_running_run_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.running()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="HELD"):
        lab.jobs.dispatch(OWNER, run_id(1))
    assert lab.snapshot() == before


def test_an_ended_run_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.completed()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        lab.jobs.dispatch(OWNER, run_id(1))
    assert lab.snapshot() == before


def test_a_run_that_is_gone_leaves_the_indexes(lab: Lab) -> None:
    lab.submit()
    lab.client.delete(OwnerKeys(OWNER).run(run_id(1)), OwnerKeys(OWNER).request(run_id(1)))
    with pytest.raises(RunNotFoundError):
        lab.jobs.dispatch(OWNER, run_id(1))
    assert lab.snapshot() == {}


def test_only_one_of_two_sweepers_dispatches_a_run(lab: Lab) -> None:
    lab.submit()
    lab.make_due()

    def dispatch(_: int) -> bool:
        try:
            return lab.jobs.dispatch(OWNER, run_id(1)) is not None
        except TransitionRefusedError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(dispatch, range(16))) == 1
