import pytest

from milkrun.errors import FieldError, RunNotFoundError, TransitionRefusedError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.states import Status

from .conftest import BEST, OWNER, Lab, run_id


def fail(lab: Lab, token: str = "t") -> tuple[str, str] | None:
    return lab.jobs.fail(OWNER, run_id(1), token, code="network_not_found", detail="No such one.", spent_ms=9)


def test_the_run_is_failed_with_its_reason(lab: Lab) -> None:
    lab.running()
    fail(lab)
    run = lab.status()
    assert (run.status, run.error_code, run.error_detail) == (
        Status.FAILED,
        "network_not_found",
        "No such one.",
    )
    assert run.finished_at is not None


def test_the_fields_at_fault_are_stored(lab: Lab) -> None:
    lab.running()
    errors = [FieldError(f"$.jobs[{n}].location", "lies in the sea") for n in (1, 4)]
    lab.jobs.fail(
        OWNER, run_id(1), "t", code="location_off_network", detail="Two.", spent_ms=9, errors=errors
    )
    assert lab.status().errors == tuple(errors)
    assert lab.status().to_status()["error"] == {
        "code": "location_off_network",
        "detail": "Two.",
        "errors": [
            {"loc": "$.jobs[1].location", "message": "lies in the sea"},
            {"loc": "$.jobs[4].location", "message": "lies in the sea"},
        ],
    }


def test_without_fields_at_fault_none_are_stored(lab: Lab) -> None:
    lab.running()
    fail(lab)
    assert lab.client.hexists(OwnerKeys(OWNER).run(run_id(1)), "error_errors") is False
    assert lab.status().to_status()["error"] == {"code": "network_not_found", "detail": "No such one."}


def test_a_failed_run_expires_with_its_best_routes(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)
    fail(lab)
    assert lab.client.ttl(OwnerKeys(OWNER).run(run_id(1))) > 0
    assert lab.client.ttl(OwnerKeys(OWNER).best(run_id(1))) > 0
    assert lab.client.exists(OwnerKeys(OWNER).active) == 0


def test_its_best_routes_are_still_available(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)
    fail(lab)
    assert lab.reader.result(OWNER, run_id(1), best=True)[1] == BEST.solution
    assert lab.reader.result(OWNER, run_id(1), best=False)[1] is None


def test_the_seconds_spent_never_fall(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=2_500, best=None)
    fail(lab)
    assert lab.status().spent_ms == 2_500


def test_it_names_the_owner_s_oldest_run_that_waits_for_its_turn(lab: Lab) -> None:
    small = lab.with_policy(max_running=1)
    small.running(1)
    small.waiting(3)
    small.waiting(2)
    assert fail(small) == (OWNER, run_id(2))


def test_another_token_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.running()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="LOST"):
        fail(lab, "other")
    assert lab.snapshot() == before


def test_an_ended_run_is_refused_and_nothing_changes(lab: Lab) -> None:
    lab.completed()
    before = lab.snapshot()
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        fail(lab)
    assert lab.snapshot() == before


def test_a_repeated_end_by_the_same_holder_changes_nothing(lab: Lab) -> None:
    lab.running()
    fail(lab)
    before = lab.snapshot()
    assert fail(lab) is None
    assert lab.snapshot() == before


def test_a_run_that_is_gone_is_refused(lab: Lab) -> None:
    with pytest.raises(RunNotFoundError):
        fail(lab)
    assert lab.snapshot() == {}
