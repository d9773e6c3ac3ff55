import pytest

from milkrun.errors import RunNotFoundError, TransitionRefusedError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.states import Status
from tests.replies import score

from .conftest import BEST, OWNER, Lab, run_id


def test_a_hand_over_counts_as_a_hop_and_not_as_an_attempt(lab: Lab) -> None:
    lab.running()
    run = lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=2_000)
    assert run is not None
    assert (run.status, run.attempt, run.hops, run.chain, run.spent_ms) == (Status.PENDING, 1, 1, 1, 2_000)


def test_the_successor_continues_from_the_best_routes(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.4, spent_ms=2_000, best=BEST)
    lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=2_000)
    claimed = lab.jobs.claim(OWNER, run_id(1), "u")
    assert claimed is not None
    assert claimed.best == BEST.solution
    assert (claimed.run.progress, claimed.run.remaining_ms) == (0.4, 3_000)


def test_an_unavailable_dependency_costs_no_attempt_and_starts_a_new_chain(lab: Lab) -> None:
    lab.running()
    run = lab.jobs.retry_later(OWNER, run_id(1), "t", spent_ms=0)
    assert run is not None
    assert (run.attempt, run.hops, run.chain) == (1, 0, 0)


def test_each_retry_waits_longer_up_to_a_limit(lab: Lab) -> None:
    lab.submit()
    waits = []
    for _ in range(8):
        lab.jobs.claim(OWNER, run_id(1), "t")
        lab.jobs.retry_later(OWNER, run_id(1), "t", spent_ms=0)
        now, at = lab.now(), score(lab.client, OwnerKeys(OWNER).active, f"{OWNER}:{run_id(1)}")
        waits.append(round((at - now) / 1000, -1))
        with pytest.raises(TransitionRefusedError, match="NOT_DUE"):
            lab.jobs.dispatch(OWNER, run_id(1))
    assert waits == [10, 20, 40, 80, 160, 300, 300, 300]


def test_a_dependency_may_be_unavailable_for_a_day_of_tries(lab: Lab) -> None:
    lab.submit()
    for _ in range(290):  # waits of five minutes
        lab.jobs.claim(OWNER, run_id(1), "t")
        assert lab.jobs.retry_later(OWNER, run_id(1), "t", spent_ms=0)


def test_a_dependency_unavailable_for_too_long_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.running()
    lab.jobs.retry_later(OWNER, run_id(1), "t", spent_ms=0)
    a_day = 86_400_000
    lab.client.hset(OwnerKeys(OWNER).run(run_id(1)), "away_since", lab.now() - a_day - 1_000)
    lab.jobs.claim(OWNER, run_id(1), "t")
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="EXHAUSTED"):
        lab.jobs.retry_later(OWNER, run_id(1), "t", spent_ms=0)
    assert lab.snapshot() == before


def test_a_run_that_is_to_stop_stays_with_its_holder(lab: Lab) -> None:
    lab.running()
    lab.jobs.cancel(OWNER, run_id(1))
    before = lab.snapshot()
    assert lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1) is None
    assert lab.snapshot() == before


def test_a_repeated_hand_over_changes_nothing(lab: Lab) -> None:
    lab.running()
    run = lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    before = lab.snapshot()
    assert lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=2) == run
    assert lab.snapshot() == before


def test_the_former_holder_is_refused_once_another_has_held_the_run(lab: Lab) -> None:
    lab.running()
    lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    lab.jobs.claim(OWNER, run_id(1), "u")
    for _ in range(2):
        with pytest.raises(TransitionRefusedError, match="LOST"):
            lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=2)
        lab.make_due()
        if lab.status().status is Status.RUNNING:
            lab.jobs.expire(OWNER, run_id(1))


def test_the_former_holder_has_lost_the_run(lab: Lab) -> None:
    lab.running()
    lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="LOST"):
        lab.jobs.complete(OWNER, run_id(1), "t", spent_ms=1, best=BEST)
    with pytest.raises(TransitionRefusedError, match="LOST"):
        lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)
    assert lab.snapshot() == before


def test_it_frees_the_owner_s_slot(lab: Lab) -> None:
    lab.running()
    lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    assert lab.client.zcard(OwnerKeys(OWNER).running) == 0
    assert lab.client.zcard(OwnerKeys(OWNER).pending) == 1


def test_an_ended_run_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.completed()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    assert lab.snapshot() == before


def test_a_run_that_is_gone_is_refused(lab: Lab) -> None:
    with pytest.raises(RunNotFoundError):
        lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    assert lab.snapshot() == {}
