import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from milkrun.errors import RunNotFoundError, TransitionRefusedError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.states import Status

from .conftest import BEST, OWNER, Lab, run_id


def test_the_run_is_running_and_the_worker_gets_its_body(lab: Lab) -> None:
    lab.submit(body=b'{"jobs": []}')
    claimed = lab.jobs.claim(OWNER, run_id(1), "t")
    assert claimed is not None
    assert claimed.run.status is Status.RUNNING
    assert claimed.run.started_at is not None
    assert claimed.request == b'{"jobs": []}'
    assert claimed.best is None


def test_the_lease_is_the_next_time_it_needs_attention(lab: Lab) -> None:
    lab.running()
    fields = lab.client.hgetall(OwnerKeys(OWNER).run(run_id(1)))
    score = lab.client.zscore(OwnerKeys(OWNER).active, f"{OWNER}:{run_id(1)}")
    assert score == int(fields[b"lease_until"])
    assert score == int(fields[b"started_at"]) + lab.policy.lease * 1000


def test_the_run_moves_from_the_pending_to_the_running_runs(lab: Lab) -> None:
    lab.running()
    assert lab.client.zrange(OwnerKeys(OWNER).pending, 0, -1) == []
    assert lab.client.zrange(OwnerKeys(OWNER).running, 0, -1) == [run_id(1).encode()]


def test_a_later_attempt_gets_the_best_routes_and_keeps_the_first_start(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=2_500, best=BEST)
    started = lab.status().started_at
    lab.make_due()
    lab.jobs.expire(OWNER, run_id(1))
    claimed = lab.jobs.claim(OWNER, run_id(1), "u")
    assert claimed is not None
    assert claimed.best == BEST.solution
    assert (claimed.run.attempt, claimed.run.started_at) == (2, started)
    assert claimed.run.remaining_ms == 2_500


def test_the_same_token_claims_the_same_run_again(lab: Lab) -> None:
    lab.running(token="t")
    again = lab.jobs.claim(OWNER, run_id(1), "t")
    assert again is not None
    assert again.run.status is Status.RUNNING


def test_a_second_worker_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.running(token="t")
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="HELD"):
        lab.jobs.claim(OWNER, run_id(1), "u")
    assert lab.snapshot() == before


def test_an_ended_run_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.completed()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        lab.jobs.claim(OWNER, run_id(1), "u")
    assert lab.snapshot() == before


def test_above_the_owner_s_limit_a_run_stays_pending_and_waits_for_its_turn(lab: Lab) -> None:
    small = lab.with_policy(max_running=1)
    small.running(1)
    small.submit(2)
    assert small.jobs.claim(OWNER, run_id(2), "u") is None
    assert small.status(2).status is Status.PENDING
    assert small.client.zrange(OwnerKeys(OWNER).waiting, 0, -1) == [run_id(2).encode()]


def test_losing_the_race_for_a_slot_does_not_fail_a_run(lab: Lab) -> None:
    small = lab.with_policy(max_running=1, max_unstarted=-1)
    small.running(1)
    small.submit(2)
    for _ in range(5):
        small.jobs.claim(OWNER, run_id(2), "u")
        small.make_due(2)
        small.jobs.dispatch(OWNER, run_id(2))
    assert small.status(2).status is Status.PENDING


def test_a_claimed_run_no_longer_waits(lab: Lab) -> None:
    small = lab.with_policy(max_running=1)
    small.running(1)
    small.submit(2)
    small.jobs.claim(OWNER, run_id(2), "u")
    small.jobs.complete(OWNER, run_id(1), "t", spent_ms=1, best=BEST)
    small.jobs.claim(OWNER, run_id(2), "u")
    assert small.client.zcard(OwnerKeys(OWNER).waiting) == 0


def test_a_run_that_is_gone_is_refused(lab: Lab) -> None:
    with pytest.raises(RunNotFoundError):
        lab.jobs.claim(OWNER, run_id(1), "t")
    assert lab.snapshot() == {}


def test_only_one_of_many_workers_claims_a_run(lab: Lab) -> None:
    lab.submit()

    def claim(number: int) -> bool:
        try:
            lab.jobs.claim(OWNER, run_id(1), f"t{number}")
        except TransitionRefusedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(24))) == 1


# A shortage of workers: the oldest run goes first


def dispatched_in_vain(lab: Lab, number: int) -> None:
    """A run whose first worker did not arrive and for which another one was sent."""
    lab.submit(number)
    lab.make_due(number)
    lab.jobs.dispatch(OWNER, run_id(number))


def test_a_worker_takes_the_owner_s_oldest_run_whose_workers_did_not_arrive(lab: Lab) -> None:
    for number in (1, 2):
        dispatched_in_vain(lab, number)
    lab.submit(3)
    claimed = [lab.jobs.claim(OWNER, run_id(3), token) for token in ("a", "b", "c")]
    assert [it.run.run_id for it in claimed if it] == [run_id(1), run_id(2), run_id(3)]
    assert [it.run.status for it in claimed if it] == [Status.RUNNING] * 3


def test_an_older_run_whose_first_worker_is_on_its_way_is_left_to_it(lab: Lab) -> None:
    lab.submit(1)
    lab.submit(2)
    claimed = lab.jobs.claim(OWNER, run_id(2), "t")
    assert claimed is not None
    assert claimed.run.run_id == run_id(2)


def test_an_older_run_of_another_owner_waits_for_its_own_workers(lab: Lab) -> None:
    dispatched_in_vain(lab, 1)
    lab.submit(2, owner="ffffffffffffffff")
    claimed = lab.jobs.claim("ffffffffffffffff", run_id(2), "t")
    assert claimed is not None
    assert claimed.run.run_id == run_id(2)


def test_whichever_worker_comes_first_the_oldest_run_goes_first(lab: Lab) -> None:
    """As at saturation, when any of the waiting events may be the next to be delivered."""
    choose = random.Random(1)
    many = lab.with_policy(max_running=100)
    for number in range(1, 21):
        dispatched_in_vain(many, number)
    pending = list(range(1, 21))
    while pending:
        claimed = many.jobs.claim(OWNER, run_id(choose.choice(pending)), "t")
        assert claimed is not None
        assert claimed.run.run_id == run_id(pending.pop(0))
