import pytest

from milkrun.errors import RunNotFoundError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.states import Status

from .conftest import BEST, OWNER, Lab, run_id


def test_a_pending_run_is_cancelled_at_once(lab: Lab) -> None:
    lab.submit()
    run = lab.jobs.cancel(OWNER, run_id(1))
    assert run.status is Status.CANCELLED
    assert lab.client.ttl(OwnerKeys(OWNER).run(run_id(1))) > 0
    assert lab.client.exists(OwnerKeys(OWNER).active, OwnerKeys(OWNER).pending) == 0


def test_a_pending_run_that_has_routes_completes_with_them(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)
    lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    run = lab.jobs.cancel(OWNER, run_id(1))
    assert (run.status, run.stopped_early) == (Status.COMPLETED, True)
    assert lab.reader.result(OWNER, run_id(1), best=False)[1] == BEST.solution


def test_a_running_run_is_asked_to_stop_and_continues_until_its_worker_does(lab: Lab) -> None:
    lab.running()
    run = lab.jobs.cancel(OWNER, run_id(1))
    assert (run.status, run.stop) == (Status.RUNNING, True)


def test_a_run_whose_worker_is_lost_ends_at_once(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)
    lab.make_due()
    run = lab.jobs.cancel(OWNER, run_id(1))
    assert (run.status, run.stopped_early) == (Status.COMPLETED, True)


def test_asking_twice_changes_nothing(lab: Lab) -> None:
    lab.running()
    lab.jobs.cancel(OWNER, run_id(1))
    before = lab.snapshot()
    lab.jobs.cancel(OWNER, run_id(1))
    assert lab.snapshot() == before


def test_an_ended_run_stays_as_it_is(lab: Lab) -> None:
    lab.completed()
    before = lab.snapshot()
    assert lab.jobs.cancel(OWNER, run_id(1)).status is Status.COMPLETED
    assert lab.snapshot() == before


def test_another_owner_s_run_does_not_exist(lab: Lab) -> None:
    lab.submit()
    before = lab.snapshot()
    with pytest.raises(RunNotFoundError):
        lab.jobs.cancel("ffffffffffffffff", run_id(1))
    assert lab.snapshot() == before
