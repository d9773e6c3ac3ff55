import pytest

from milkrun.errors import RunNotFoundError, TransitionRefusedError
from milkrun.jobs.keys import OwnerKeys

from .conftest import BEST, OWNER, Lab, run_id


def renew(
    lab: Lab, token: str = "t", *, progress: float = 0.5, spent_ms: int = 2_500, best: object = None
) -> bool:
    return lab.jobs.renew(OWNER, run_id(1), token, progress=progress, spent_ms=spent_ms, best=best)  # type: ignore[arg-type]


def test_it_extends_the_lease_and_stores_the_progress(lab: Lab) -> None:
    lab.running()
    lab.make_due()
    assert renew(lab, best=BEST) is False
    run = lab.status()
    assert (run.progress, run.spent_ms, run.best_cost, run.best_unassigned) == (0.5, 2_500, 7, 1)
    assert lab.reader.result(OWNER, run_id(1), best=True)[1] == BEST.solution
    with pytest.raises(TransitionRefusedError, match="NOT_DUE"):
        lab.jobs.expire(OWNER, run_id(1))


def test_progress_and_seconds_spent_never_fall(lab: Lab) -> None:
    lab.running()
    renew(lab, progress=0.6, spent_ms=3_000)
    renew(lab, progress=0.2, spent_ms=1_000)
    assert (lab.status().progress, lab.status().spent_ms) == (0.6, 3_000)


def test_the_stored_answer_stays_unless_a_better_one_comes(lab: Lab) -> None:
    lab.running()
    renew(lab, best=BEST)
    renew(lab)
    assert lab.reader.result(OWNER, run_id(1), best=True)[1] == BEST.solution
    assert lab.status().best_cost == 7


def test_it_says_stop_once_the_caller_has_asked_for_it(lab: Lab) -> None:
    lab.running()
    lab.jobs.cancel(OWNER, run_id(1))
    assert renew(lab) is True


def test_another_token_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.running()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="LOST"):
        renew(lab, "other", best=BEST)
    assert lab.snapshot() == before


def test_a_worker_whose_lease_was_taken_back_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.running()
    lab.make_due()
    lab.jobs.expire(OWNER, run_id(1))
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="LOST"):
        renew(lab, best=BEST)
    assert lab.snapshot() == before


def test_an_ended_run_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.completed()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        renew(lab)
    assert lab.snapshot() == before


def test_an_erased_run_is_refused_and_not_written_again(lab: Lab) -> None:
    lab.running()
    lab.jobs.erase(OWNER, run_id(1))
    with pytest.raises(RunNotFoundError):
        renew(lab, best=BEST)
    assert lab.client.exists(OwnerKeys(OWNER).best(run_id(1))) == 0
