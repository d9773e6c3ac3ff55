"""The limit on running runs of all owners, and whose turn it is when one ends."""

import pytest

from milkrun.clients.redis import connect
from milkrun.errors import TransitionRefusedError
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import RUNNING_RUNS
from milkrun.jobs.stack import RunningRuns
from milkrun.jobs.states import Status

from .conftest import BEST, OWNER, Lab, run_id

OTHER, THIRD = "ffffffffffffffff", "eeeeeeeeeeeeeeee"


@pytest.fixture
def two(lab: Lab) -> Lab:
    """A stack that may have two running runs."""
    return lab.with_policy(max_running_of_all=2)


def claim(lab: Lab, number: int, owner: str) -> bool:
    """Submits and claims a run. Returns whether it runs."""
    lab.submit(number, owner=owner)
    return claim_again(lab, number, owner)


def claim_again(lab: Lab, number: int, owner: str) -> bool:
    try:
        return lab.jobs.claim(owner, run_id(number), "t") is not None
    except TransitionRefusedError as refused:
        if refused.reason is not Code.BUSY:
            raise
        return False


def end(lab: Lab, number: int, owner: str) -> tuple[str, str] | None:
    return lab.jobs.complete(owner, run_id(number), "t", spent_ms=1, best=BEST)


def running(lab: Lab) -> int:
    return lab.client.zcard(RUNNING_RUNS[0])


def test_the_stack_s_limit_counts_the_runs_of_all_owners(two: Lab) -> None:
    assert [claim(two, n, owner) for n, owner in ((1, OWNER), (2, OTHER), (3, THIRD))] == [True, True, False]
    assert two.status(3, owner=THIRD).status is Status.PENDING


def test_a_refused_claim_changes_no_run(two: Lab) -> None:
    for number in (1, 2):
        claim(two, number, OWNER)
    two.submit(3, owner=OTHER)
    before = two.snapshot()
    assert not claim_again(two, 3, OTHER)
    assert two.snapshot() == before


def test_an_end_names_the_run_refused_first_among_all_owners(two: Lab) -> None:
    small = two.with_policy(max_running=1)
    for number, owner in ((1, OWNER), (2, OTHER)):
        assert claim(small, number, owner)
    small.submit(3)  # waits for a turn of its owner
    assert not claim(small, 4, THIRD)
    assert end(small, 1, OWNER) == (THIRD, run_id(4))
    assert claim_again(small, 4, THIRD)
    assert end(small, 2, OTHER) == (OWNER, run_id(3))


def test_a_worker_that_never_starts_blocks_nobody(two: Lab) -> None:
    for number, owner in ((1, OWNER), (2, OTHER)):
        claim(two, number, owner)
    for number in (3, 4):
        assert not claim(two, number, THIRD)
    assert end(two, 1, OWNER) == (THIRD, run_id(3))
    assert end(two, 2, OTHER) == (THIRD, run_id(4))


@pytest.mark.parametrize(
    "leave",
    [
        lambda lab: lab.jobs.complete(OWNER, run_id(1), "t", spent_ms=1, best=BEST),
        lambda lab: lab.jobs.fail(OWNER, run_id(1), "t", code="c", detail="d", spent_ms=1),
        lambda lab: lab.jobs.retry_later(OWNER, run_id(1), "t", spent_ms=1),
        lambda lab: (lab.make_due(), lab.jobs.expire(OWNER, run_id(1))),
        lambda lab: (lab.make_due(), lab.jobs.expire_each([(OWNER, run_id(1))])),
    ],
    ids=["complete", "fail", "retry_later", "expire", "expire_each"],
)
def test_every_end_of_the_work_on_a_run_frees_its_place(lab: Lab, leave) -> None:  # type: ignore[no-untyped-def]
    lab.running()
    assert running(lab) == 1
    leave(lab)
    assert running(lab) == 0


def test_a_successor_keeps_the_place(two: Lab) -> None:
    for number, owner in ((1, OWNER), (2, OTHER)):
        claim(two, number, owner)
    two.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    assert not claim(two, 3, THIRD)
    assert claim_again(two, 1, OWNER)


def test_a_refused_claim_of_an_ended_run_takes_no_place(lab: Lab) -> None:
    lab.completed()
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        lab.jobs.claim(OWNER, run_id(1), "u")
    assert running(lab) == 0


def test_a_second_worker_does_not_take_the_place_of_the_first(lab: Lab) -> None:
    lab.running()
    with pytest.raises(TransitionRefusedError, match="HELD"):
        lab.jobs.claim(OWNER, run_id(1), "u")
    assert running(lab) == 1


def test_runs_may_start_if_they_cannot_be_counted() -> None:
    away = RunningRuns(connect("redis://127.0.0.1:1/0"), 1)
    assert away.begin((OWNER, run_id(1)))
    assert away.finish((OWNER, run_id(1)), (OWNER, run_id(2))) == (OWNER, run_id(2))
    away.leave((OWNER, run_id(1)))
