"""Turns: an owner has as many turns as runs that may run, and each turn that ends is passed on."""

from collections.abc import Callable

import pytest

from milkrun.errors import RunNotFoundError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.submitting import Submission
from tests.replies import members

from .conftest import BEST, OWNER, Lab, run_id


def waiting(lab: Lab) -> list[str]:
    return [member.decode() for member in members(lab.client, OwnerKeys(OWNER).waiting)]


def is_due(lab: Lab, number: int) -> bool:
    backlog = lab.reader.backlog(per_shard=100, stalled_after=60)
    return run_id(number) in [run for _, run in backlog.due]


def submission(number: int) -> Submission:
    return Submission(OWNER, run_id(number), b"{}", 5_000, "corr-1")


@pytest.fixture
def small(lab: Lab) -> Lab:
    """One run may be running, and one has the turn."""
    small = lab.with_policy(max_running=1)
    small.submit(1)
    return small


def test_a_submit_waits_when_all_turns_are_taken_even_before_any_run_starts(small: Lab) -> None:
    submitted = small.jobs.submit(submission(2))
    assert submitted.waits
    assert waiting(small) == [run_id(2)]


def test_below_the_limit_a_run_does_not_wait(lab: Lab) -> None:
    two = lab.with_policy(max_running=2)
    two.running(1)
    assert not two.jobs.submit(submission(2)).waits
    assert two.jobs.submit(submission(3)).waits


def test_each_owner_has_its_own_turns(small: Lab) -> None:
    other = Submission("ffffffffffffffff", run_id(2), b"{}", 5_000, "corr-1")
    assert not small.jobs.submit(other).waits


def test_a_repeated_submit_still_waits(small: Lab) -> None:
    small.submit(2)
    before = small.snapshot()
    assert small.jobs.submit(submission(2)).waits
    assert small.snapshot() == before


def test_a_handed_over_run_keeps_its_turn(small: Lab) -> None:
    small.jobs.claim(OWNER, run_id(1), "t")
    small.submit(2)
    small.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    assert small.jobs.submit(submission(3)).waits
    assert waiting(small) == [run_id(2), run_id(3)]


def completed(lab: Lab) -> None:
    lab.jobs.claim(OWNER, run_id(1), "t")
    lab.jobs.complete(OWNER, run_id(1), "t", spent_ms=1, best=BEST)


def failed(lab: Lab) -> None:
    lab.jobs.claim(OWNER, run_id(1), "t")
    lab.jobs.fail(OWNER, run_id(1), "t", code="c", detail="d", spent_ms=1)


def cancelled(lab: Lab) -> None:
    lab.jobs.cancel(OWNER, run_id(1))


def erased(lab: Lab) -> None:
    lab.jobs.erase(OWNER, run_id(1))


def erased_while_running(lab: Lab) -> None:
    lab.jobs.claim(OWNER, run_id(1), "t")
    lab.jobs.erase(OWNER, run_id(1))


def lost(lab: Lab) -> None:
    last = lab.with_policy(max_attempts=1)
    last.jobs.claim(OWNER, run_id(1), "t")
    last.make_due()
    last.jobs.expire(OWNER, run_id(1))


def never_started(lab: Lab) -> None:
    lab.make_due()
    lab.with_policy(max_unstarted=-1).jobs.dispatch(OWNER, run_id(1))


def gone(lab: Lab) -> None:
    lab.client.delete(OwnerKeys(OWNER).run(run_id(1)), OwnerKeys(OWNER).request(run_id(1)))
    with pytest.raises(RunNotFoundError):
        lab.jobs.dispatch(OWNER, run_id(1))


@pytest.mark.parametrize(
    "end", [completed, failed, cancelled, erased, erased_while_running, lost, never_started, gone]
)
def test_whatever_ends_a_run_makes_the_next_one_due(small: Lab, end: Callable[[Lab], None]) -> None:
    small.submit(2)
    small.submit(3)
    end(small)
    assert waiting(small) == [run_id(3)]
    assert is_due(small, 2)
    assert not is_due(small, 3)


@pytest.mark.parametrize("end", [JobStateManager.cancel, JobStateManager.erase])
def test_a_run_that_waited_has_no_turn_to_pass_on(
    small: Lab, end: Callable[[JobStateManager, str, str], object]
) -> None:
    small.submit(2)
    small.submit(3)
    end(small.jobs, OWNER, run_id(2))
    assert waiting(small) == [run_id(3)]
    assert not is_due(small, 3)


def test_dispatching_a_waiting_run_gives_it_no_taken_turn(small: Lab) -> None:
    small.submit(2)
    small.make_due(2)
    assert small.jobs.dispatch(OWNER, run_id(2)) is None
    assert waiting(small) == [run_id(2)]


def test_dispatching_a_waiting_run_gives_it_a_free_turn(small: Lab) -> None:
    small.submit(2)
    small.make_due(2)
    two = small.with_policy(max_running=2)  # the limit was raised in the meantime
    assert two.jobs.dispatch(OWNER, run_id(2)) is not None
    assert waiting(small) == []


def test_a_worker_that_never_starts_blocks_no_other_run(small: Lab) -> None:
    small.submit(2)
    small.make_due(1)
    assert small.jobs.dispatch(OWNER, run_id(1)) is not None
    assert is_due(small, 2)


def test_workers_that_never_start_are_at_most_twice_as_many_as_may_run(lab: Lab) -> None:
    three = lab.with_policy(max_running=3)
    for number in range(1, 21):
        three.submit(number)
    for _ in range(4):
        for name in three.reader.backlog(per_shard=100, stalled_after=60).due:
            three.jobs.dispatch(*name)
        for number in range(1, 21):
            if run_id(number) not in waiting(three):
                three.make_due(number)
    assert len(waiting(three)) == 20 - 2 * 3
