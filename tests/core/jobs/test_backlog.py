from milkrun.jobs.backlog import Backlog
from milkrun.jobs.keys import OwnerKeys
from tests.telemetry import Telemetry

from .conftest import OWNER, Lab, run_id

OTHER = "ffffffffffffffff"
"""An owner of another shard."""


def backlog(lab: Lab, *, per_shard: int = 10) -> Backlog:
    return lab.reader.backlog(per_shard=per_shard, stalled_after=120)


def look_at(lab: Lab, number: int, at: int, *, owner: str = OWNER) -> None:
    lab.client.zadd(OwnerKeys(owner).active, {f"{owner}:{run_id(number)}": at})


def test_the_backlog_counts_all_runs_and_names_those_that_are_due(lab: Lab) -> None:
    lab.submit(1)
    lab.submit(2, owner=OTHER)
    lab.running(3)
    lab.make_due(2, owner=OTHER)
    found = backlog(lab)
    assert (found.active, found.pending) == (3, 2)
    assert found.due == [(OTHER, run_id(2))]


def test_an_empty_backlog_is_all_zeros(lab: Lab) -> None:
    assert backlog(lab) == (0, 0, [], [], [], 0.0, 0.0, 0, None)


def test_the_most_overdue_run_comes_first_with_its_delay(lab: Lab) -> None:
    created = lab.submit(1).created_at
    lab.submit(2, owner=OTHER)
    look_at(lab, 1, created - 30_000)
    look_at(lab, 2, created - 60_000, owner=OTHER)
    found = backlog(lab)
    assert [run for _, run in found.due] == [run_id(2), run_id(1)]
    assert 60 <= found.oldest_due < 120


def test_all_runs_later_than_the_bound_count_as_stalled_even_those_not_read(lab: Lab) -> None:
    for number in range(1, 4):
        created = lab.submit(number).created_at
        look_at(lab, number, created - 130_000)
    lab.submit(4)
    look_at(lab, 4, created - 60_000)
    found = backlog(lab, per_shard=1)
    assert (len(found.due), found.stalled) == (1, 3)


def test_the_age_of_the_oldest_pending_run_is_reported(lab: Lab) -> None:
    created = lab.submit(1).created_at
    lab.submit(2)
    lab.client.zadd(OwnerKeys(OWNER).queue, {f"{OWNER}:{run_id(2)}": created - 90_000})
    assert 90 <= backlog(lab).oldest_pending < 150


def test_a_run_is_in_the_queue_while_it_is_pending(lab: Lab) -> None:
    lab.submit()
    assert backlog(lab).pending == 1
    lab.jobs.claim(OWNER, run_id(1), "t")
    assert backlog(lab).pending == 0
    lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=1)
    assert backlog(lab).pending == 1
    lab.jobs.claim(OWNER, run_id(1), "u")
    lab.make_due()
    lab.jobs.expire(OWNER, run_id(1))
    assert backlog(lab).pending == 1
    lab.jobs.cancel(OWNER, run_id(1))
    assert backlog(lab).pending == 0


def test_an_erased_run_leaves_the_queue(lab: Lab) -> None:
    lab.submit()
    lab.jobs.erase(OWNER, run_id(1))
    assert backlog(lab).pending == 0


def test_an_entry_that_names_no_run_is_dropped(lab: Lab, telemetry: Telemetry) -> None:
    lab.submit()
    lab.make_due()
    keys = OwnerKeys(OWNER)
    for index in (keys.active, keys.queue):
        lab.client.zadd(index, {b"junk": 0, b"\xff": 0})
    assert backlog(lab).due == [(OWNER, run_id(1))]
    assert {line["message"] for line in telemetry.lines()} == {"index entries dropped"}
    found = backlog(lab)
    assert (found.active, found.pending) == (1, 1)
