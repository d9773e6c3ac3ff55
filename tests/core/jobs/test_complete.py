from concurrent.futures import ThreadPoolExecutor

import pytest

from milkrun.errors import RunNotFoundError, TransitionRefusedError
from milkrun.jobs.holding import Best
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.states import Status

from .conftest import BEST, OWNER, Lab, run_id


def complete(lab: Lab, token: str = "t", best: Best | None = BEST) -> tuple[str, str] | None:
    return lab.jobs.complete(OWNER, run_id(1), token, spent_ms=5_000, best=best)


def test_the_run_is_completed_and_its_result_stored(lab: Lab) -> None:
    lab.running()
    complete(lab)
    run, result = lab.reader.result(OWNER, run_id(1), best=False)
    assert (run.status, run.progress, run.best_cost, run.stopped_early) == (Status.COMPLETED, 1.0, 7, False)
    assert result == BEST.solution


def test_an_ended_run_needs_no_attention_and_expires(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)
    complete(lab)
    keys = OwnerKeys(OWNER)
    gone = (keys.active, keys.pending, keys.running, keys.best(run_id(1)), keys.request(run_id(1)))
    assert lab.client.exists(*gone) == 0
    for key in (keys.run(run_id(1)), keys.result(run_id(1))):
        assert 0 < lab.client.ttl(key) <= lab.policy.ttl_days * 86_400


def test_its_list_and_idempotency_key_outlive_a_run_that_is_kept_longer_than_planned(lab: Lab) -> None:
    lab.with_policy(ttl_days=1).submit(key="k")
    longest = lab.with_policy(ttl_days=30)
    longest.jobs.claim(OWNER, run_id(1), "t")
    complete(longest)
    keys, key_hash = OwnerKeys(OWNER), lab.status().key_hash
    kept = lab.client.pttl(keys.run(run_id(1)))
    assert lab.client.pttl(keys.idempotency(key_hash)) >= kept
    assert lab.client.pttl(keys.runs) >= kept


def test_the_list_outlives_a_run_that_took_very_long(lab: Lab) -> None:
    lab.running()
    keys = OwnerKeys(OWNER)
    lab.client.pexpire(keys.runs, 60_000)
    complete(lab)
    assert lab.client.pttl(keys.runs) >= lab.client.pttl(keys.run(run_id(1)))


def test_it_names_the_owner_s_oldest_run_that_waits_for_its_turn(lab: Lab) -> None:
    small = lab.with_policy(max_running=1)
    small.running(1)
    small.waiting(3)
    small.waiting(2)
    assert complete(small) == (OWNER, run_id(2))


def test_each_end_names_a_different_run(lab: Lab) -> None:
    small = lab.with_policy(max_running=2)
    small.running(1)
    small.running(2)
    small.waiting(3)
    small.waiting(4)
    named = [small.jobs.complete(OWNER, run_id(number), "t", spent_ms=1, best=BEST) for number in (1, 2)]
    assert named == [(OWNER, run_id(3)), (OWNER, run_id(4))]


def test_the_end_names_no_run_if_none_waits_for_its_turn(lab: Lab) -> None:
    lab.running(1)
    lab.submit(2)
    assert complete(lab) is None


def test_a_run_that_was_asked_to_stop_is_marked_so(lab: Lab) -> None:
    lab.running()
    lab.jobs.cancel(OWNER, run_id(1))
    complete(lab)
    assert (lab.status().status, lab.status().stopped_early) == (Status.COMPLETED, True)


def test_a_run_that_was_stopped_before_any_answer_is_cancelled(lab: Lab) -> None:
    lab.running()
    lab.jobs.cancel(OWNER, run_id(1))
    complete(lab, best=None)
    assert lab.status().status is Status.CANCELLED


def test_a_holder_that_lost_its_lease_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.running()
    lab.make_due()
    lab.jobs.expire(OWNER, run_id(1))
    lab.jobs.claim(OWNER, run_id(1), "u")
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="LOST"):
        complete(lab)
    assert lab.snapshot() == before


def test_an_ended_run_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.completed()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        complete(lab, "u", best=Best(b"{}", 1, 0))
    assert lab.snapshot() == before


def test_a_repeated_end_by_the_same_holder_changes_nothing(lab: Lab) -> None:
    small = lab.with_policy(max_running=1)
    small.running(1)
    small.waiting(2)
    small.waiting(3)
    assert complete(small) == (OWNER, run_id(2))
    before = small.snapshot()
    assert complete(small, best=Best(b"{}", 1, 0)) is None
    assert small.snapshot() == before


def test_a_holder_whose_run_the_sweeper_has_ended_is_refused(lab: Lab) -> None:
    last = lab.with_policy(max_attempts=1)
    last.running()
    last.make_due()
    last.jobs.expire(OWNER, run_id(1))
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        complete(last)


def test_a_run_that_is_gone_is_refused(lab: Lab) -> None:
    with pytest.raises(RunNotFoundError):
        complete(lab)
    assert lab.snapshot() == {}


def test_only_one_of_two_holders_of_a_token_ends_the_run(lab: Lab) -> None:
    small = lab.with_policy(max_running=1)
    small.running(1)
    small.waiting(2)
    small.waiting(3)
    with ThreadPoolExecutor(4) as pool:
        named = list(pool.map(lambda _: complete(small), range(8)))
    assert sorted(named, key=str) == [(OWNER, run_id(2)), *[None] * 7]
