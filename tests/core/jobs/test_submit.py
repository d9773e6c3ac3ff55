import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from milkrun.errors import (
    DependencyUnavailableError,
    IdempotencyKeyReusedError,
    RunNotFoundError,
    TooManyPendingRunsError,
)
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.states import Status
from milkrun.jobs.submitting import Submission
from tests.replies import members

from .conftest import BEST, OWNER, Lab, run_id


def test_a_new_run_is_pending_and_indexed(lab: Lab) -> None:
    run = lab.submit()
    keys = OwnerKeys(OWNER)
    assert (run.status, run.attempt, run.hops, run.progress) == (Status.PENDING, 1, 0, 0.0)
    assert lab.client.zrange(keys.runs, 0, -1) == [run.run_id.encode()]
    assert lab.client.zrange(keys.pending, 0, -1) == [run.run_id.encode()]
    assert lab.client.zrange(keys.active, 0, -1) == [f"{OWNER}:{run.run_id}".encode()]


def test_a_new_run_is_due_only_after_its_invoke_could_arrive(lab: Lab) -> None:
    run = lab.submit()
    score = lab.client.zscore(OwnerKeys(OWNER).active, f"{OWNER}:{run.run_id}")
    assert score == run.created_at + lab.policy.redispatch * 1000


def test_the_same_call_sent_twice_makes_one_run(lab: Lab) -> None:
    first = lab.submit()
    before = lab.snapshot()
    assert lab.submit() == first
    assert lab.snapshot() == before


def test_a_key_with_the_same_body_gives_the_earlier_run(lab: Lab) -> None:
    first = lab.submit(1, key="k")
    again = lab.jobs.submit(Submission(OWNER, run_id(2), b"{}", 5_000, "corr-2", "k"))
    assert again.replayed
    assert again.run == first
    assert lab.client.zcard(OwnerKeys(OWNER).runs) == 1


def test_a_key_with_another_body_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.submit(1, key="k")
    before = lab.snapshot()
    with pytest.raises(IdempotencyKeyReusedError):
        lab.submit(2, key="k", body=b"[]")
    assert lab.snapshot() == before


def test_a_key_whose_run_is_gone_counts_as_absent(lab: Lab) -> None:
    lab.submit(1, key="k")
    lab.client.delete(OwnerKeys(OWNER).run(run_id(1)))
    assert lab.submit(2, key="k", body=b"[]").run_id == run_id(2)


def test_two_owners_may_use_the_same_key(lab: Lab) -> None:
    lab.submit(1, key="k")
    assert lab.submit(2, owner="ffffffffffffffff", key="k", body=b"[]").run_id == run_id(2)


def test_a_key_is_kept_longer_than_its_run(lab: Lab) -> None:
    run = lab.submit(1, key="k")
    ttl = lab.client.ttl(OwnerKeys(OWNER).idempotency(run.key_hash))
    assert ttl > lab.policy.ttl_days * 86_400


def test_pending_runs_do_not_expire(lab: Lab) -> None:
    lab.submit()
    assert lab.client.ttl(OwnerKeys(OWNER).run(run_id(1))) == -1
    assert lab.client.ttl(OwnerKeys(OWNER).request(run_id(1))) == -1


def test_above_the_owner_s_limit_a_submit_is_refused_and_nothing_changes(lab: Lab) -> None:
    small = lab.with_policy(max_pending=1)
    small.submit(1)
    before = small.snapshot()
    with pytest.raises(TooManyPendingRunsError, match="the limit of 1 pending runs"):
        small.submit(2)
    assert small.snapshot() == before


def test_pending_and_running_runs_of_an_owner_never_exceed_both_limits_together(lab: Lab) -> None:
    small = lab.with_policy(max_pending=3, max_running=2)
    keys, choose = OwnerKeys(OWNER), random.Random(1)
    refused = most = 0
    held: list[str] = []
    for number in range(1, 200):
        match choose.choice(["submit", "submit", "claim", "hand over", "complete", "lose"]):
            case "submit":
                try:
                    small.submit(number)
                except TooManyPendingRunsError:
                    refused += 1
            case "claim":
                pending = [member.decode() for member in members(small.client, keys.pending)]
                if pending and small.jobs.claim(OWNER, pending[0], "t") is not None:
                    held.append(pending[0])
            case "hand over" if held:
                small.jobs.hand_over(OWNER, held.pop(), "t", spent_ms=1)
            case "complete" if held:
                small.jobs.complete(OWNER, held.pop(), "t", spent_ms=1, best=BEST)
            case "lose" if held:
                lost = held.pop()
                small.make_due(int(lost[-4:]))
                small.jobs.expire(OWNER, lost)
        most = max(most, small.client.zcard(keys.pending) + small.client.zcard(keys.running))
    assert refused > 0
    assert most == 5


def test_a_replay_does_not_count_as_another_pending_run(lab: Lab) -> None:
    small = lab.with_policy(max_pending=1)
    first = small.submit(1, key="k")
    assert small.submit(2, key="k") == first


def test_a_submit_without_replicas_is_refused_and_a_retry_with_the_key_confirms_it(lab: Lab) -> None:
    strict = lab.with_policy(min_replicas=1)
    submission = Submission(OWNER, run_id(1), b"{}", 5_000, "corr-1", "k")
    for _ in range(2):
        with pytest.raises(DependencyUnavailableError) as away:
            strict.jobs.submit(submission)
        assert away.value.dependencies == {"redis": "down: too few replicas"}
        with pytest.raises(RunNotFoundError):
            lab.status(1)
    confirmed = lab.jobs.submit(submission._replace(run_id=run_id(2)))
    assert (confirmed.run.run_id, confirmed.replayed) == (run_id(1), False)
    assert lab.jobs.submit(submission._replace(run_id=run_id(3))).replayed


def test_runs_that_are_gone_leave_the_index(lab: Lab) -> None:
    for number in range(1, 4):
        lab.submit(number)
    lab.client.delete(OwnerKeys(OWNER).run(run_id(1)), OwnerKeys(OWNER).run(run_id(2)))
    lab.submit(4)
    left = lab.client.zrange(OwnerKeys(OWNER).runs, 0, -1)
    assert left == [run_id(3).encode(), run_id(4).encode()]


def test_the_index_of_an_owner_who_never_comes_back_expires(lab: Lab) -> None:
    lab.submit()
    assert lab.client.ttl(OwnerKeys(OWNER).runs) > lab.policy.ttl_days * 86_400


def test_many_simultaneous_submits_with_one_key_make_one_run(lab: Lab) -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda number: lab.submit(number, key="k"), range(1, 25)))
    assert len({run.run_id for run in runs}) == 1
    assert lab.client.zcard(OwnerKeys(OWNER).runs) == 1
