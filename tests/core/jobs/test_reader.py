import pytest

from milkrun.errors import RunNotFoundError
from milkrun.jobs import reader as reader_module
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.states import Status
from tests.telemetry import Telemetry

from .conftest import BEST, OWNER, Lab, run_id


def ids(lab: Lab, **query: object) -> tuple[list[str], str | None]:
    page = lab.reader.page(OWNER, **{"status": None, "limit": 20, "cursor": None, **query})  # type: ignore[arg-type]
    return [run.run_id for run in page.runs], page.next


def test_pages_go_from_new_to_old_and_list_every_run_once(lab: Lab) -> None:
    for number in range(1, 6):
        lab.submit(number)
    assert ids(lab, limit=2) == ([run_id(5), run_id(4)], run_id(4))
    assert ids(lab, limit=2, cursor=run_id(4)) == ([run_id(3), run_id(2)], run_id(2))
    assert ids(lab, limit=2, cursor=run_id(2)) == ([run_id(1)], None)


def test_a_page_that_the_last_run_fills_is_the_last(lab: Lab) -> None:
    lab.submit(1)
    lab.submit(2)
    assert ids(lab, limit=2) == ([run_id(2), run_id(1)], None)


def test_a_status_chooses_among_the_runs(lab: Lab) -> None:
    lab.completed(1)
    lab.submit(2)
    lab.completed(3)
    assert ids(lab, status=Status.COMPLETED) == ([run_id(3), run_id(1)], None)


def test_a_rare_status_ends_the_page_early_with_a_cursor(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "_MAX_SCANNED", 2)
    lab.completed(1)
    for number in range(2, 5):
        lab.submit(number)
    assert ids(lab, status=Status.COMPLETED) == ([], run_id(3))
    assert ids(lab, status=Status.COMPLETED, cursor=run_id(3)) == ([run_id(1)], run_id(1))


def test_runs_that_are_gone_leave_the_list(lab: Lab) -> None:
    lab.submit(1)
    lab.submit(2)
    lab.client.delete(OwnerKeys(OWNER).run(run_id(1)))
    assert ids(lab) == ([run_id(2)], None)
    assert lab.client.zrange(OwnerKeys(OWNER).runs, 0, -1) == [run_id(2).encode()]


@pytest.mark.parametrize(("field", "value"), [("status", "paused"), ("attempt", "first")])
def test_a_run_that_cannot_be_read_is_left_out_of_the_list(
    lab: Lab, telemetry: Telemetry, field: str, value: str
) -> None:
    for number in (1, 2, 3):
        lab.submit(number)
    lab.client.hset(OwnerKeys(OWNER).run(run_id(2)), field, value)
    assert ids(lab) == ([run_id(3), run_id(1)], None)
    (line,) = telemetry.lines()
    assert (line["level"], line["message"]) == ("ERROR", "run left out of the list")
    assert line["run_id"] == run_id(2)


def test_an_owner_sees_only_its_own(lab: Lab) -> None:
    lab.submit(1, owner="ffffffffffffffff")
    assert ids(lab) == ([], None)
    with pytest.raises(RunNotFoundError):
        lab.reader.status(OWNER, run_id(1))
    with pytest.raises(RunNotFoundError):
        lab.reader.result(OWNER, run_id(1), best=True)


def test_a_completed_run_whose_result_is_erased_while_it_is_read_does_not_exist(lab: Lab) -> None:
    lab.completed()
    lab.client.delete(OwnerKeys(OWNER).result(run_id(1)))
    with pytest.raises(RunNotFoundError):
        lab.reader.result(OWNER, run_id(1), best=False)


def test_the_best_so_far_is_given_only_when_asked_for(lab: Lab) -> None:
    lab.running()
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)
    assert lab.reader.result(OWNER, run_id(1), best=False)[1] is None
    assert lab.reader.result(OWNER, run_id(1), best=True)[1] == BEST.solution
