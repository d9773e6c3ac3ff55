"""Two versions side by side: each release finishes, reads and lists what another one submitted."""

import re
from collections.abc import Callable

import pytest

from milkrun.clients.redis import AnyRedis
from milkrun.errors import TransitionRefusedError
from milkrun.jobs import holding
from milkrun.jobs.codes import Code
from milkrun.jobs.holding import Best
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.packing import pack
from milkrun.jobs.run import SCHEMA_VERSION
from milkrun.jobs.states import Status
from milkrun.jobs.submitting import Submission
from tests.replies import fields as stored_fields

from . import earlier
from .conftest import BEST, OWNER, Lab, run_id
from .earlier import STORIES, EarlierRelease, restore, unpack

PENDING = ("pending", "waiting", "handed_over", "taken_back", "delayed")
HELD = ("running", "asked_to_stop")
ENDED = ("completed", "stopped_early", "failed", "cancelled")


@pytest.fixture
def stored(any_redis: AnyRedis) -> Lab:
    """What the previous release left behind."""
    restore(any_redis)
    return Lab(any_redis)


@pytest.fixture
def old(any_redis: AnyRedis) -> EarlierRelease:
    return EarlierRelease(any_redis)


# What the previous release wrote: this one reads, lists, finishes, cancels and erases it


@pytest.mark.parametrize("story", STORIES)
def test_a_stored_run_is_read(stored: Lab, story: str) -> None:
    found = stored.reader.status(OWNER, earlier.run_id(story)).to_status()
    told = STORIES[story]
    assert {name: value for name, value in found.items() if not name.endswith("_at")} == {
        name: value for name, value in told.items() if not name.endswith("_at")
    }
    for name in ("created_at", "started_at", "finished_at"):
        assert (found[name] is None) == (told[name] is None)


def test_stored_runs_are_listed(stored: Lab) -> None:
    page = stored.reader.page(OWNER, status=None, limit=100, cursor=None)
    assert [run.run_id for run in page.runs] == [earlier.run_id(story) for story in reversed(STORIES)]
    pending = stored.reader.page(OWNER, status=Status.PENDING, limit=100, cursor=None)
    assert {run.run_id for run in pending.runs} == {earlier.run_id(story) for story in PENDING}


@pytest.mark.parametrize("story", ["completed", "stopped_early"])
def test_a_stored_result_is_read(stored: Lab, story: str) -> None:
    assert stored.reader.result(OWNER, earlier.run_id(story), best=False)[1] == earlier.RESULT


def test_the_best_routes_of_a_stored_run_are_read(stored: Lab) -> None:
    assert stored.reader.result(OWNER, earlier.run_id("running"), best=True)[1] == earlier.BEST


@pytest.mark.parametrize("story", PENDING)
def test_a_stored_pending_run_is_finished(stored: Lab, story: str) -> None:
    run = earlier.run_id(story)
    claimed = stored.jobs.claim(OWNER, run, "new")
    assert claimed is not None
    assert claimed.request == earlier.BODY
    assert claimed.best == (None if story in ("pending", "waiting") else earlier.BEST)
    stored.jobs.complete(OWNER, run, "new", spent_ms=5_000, best=Best(b"{}", 1, 0))
    assert stored.reader.result(OWNER, run, best=False)[1] == b"{}"


def test_a_stored_running_run_whose_worker_is_lost_is_taken_back(stored: Lab) -> None:
    stored.make_due(3)
    assert earlier.run_id("running") == run_id(3)
    assert stored.jobs.expire(OWNER, run_id(3)).attempt == 2
    assert stored.jobs.dispatch(OWNER, run_id(3)) is not None
    claimed = stored.jobs.claim(OWNER, run_id(3), "new")
    assert claimed is not None
    assert claimed.best == earlier.BEST


@pytest.mark.parametrize(
    ("story", "status"),
    [
        ("pending", Status.CANCELLED),
        ("waiting", Status.CANCELLED),
        ("handed_over", Status.COMPLETED),
        ("running", Status.RUNNING),
        ("completed", Status.COMPLETED),
    ],
)
def test_a_stored_run_is_cancelled(stored: Lab, story: str, status: Status) -> None:
    assert stored.jobs.cancel(OWNER, earlier.run_id(story)).status is status


def test_stored_runs_are_erased_without_a_trace(stored: Lab) -> None:
    for story in STORIES:
        stored.jobs.erase(OWNER, earlier.run_id(story))
    assert stored.snapshot() == {}


def test_stored_runs_are_counted_when_they_are_touched(stored: Lab) -> None:
    bytes_of = OwnerKeys(OWNER).bytes
    stored.jobs.claim(OWNER, earlier.run_id("pending"), "new")
    assert set(stored.client.hkeys(bytes_of)) == {b"total", earlier.run_id("pending").encode()}
    stored.jobs.complete(OWNER, earlier.run_id("running"), "t", spent_ms=5_000, best=BEST)
    assert earlier.run_id("running").encode() in stored.client.hkeys(bytes_of)


def test_a_stored_idempotency_key_gives_its_run(stored: Lab) -> None:
    again = Submission(OWNER, run_id(99), earlier.BODY, 5_000, "corr-2", "key of pending")
    submitted = stored.jobs.submit(again)
    assert (submitted.replayed, submitted.run.run_id) == (True, earlier.run_id("pending"))


def test_stored_runs_count_for_the_limits(stored: Lab) -> None:
    few = stored.with_policy(max_running=len(HELD) + len(PENDING) - 1)
    assert few.jobs.submit(Submission(OWNER, run_id(99), b"{}", 5_000, "c")).waits
    found = stored.reader.backlog(per_shard=10, stalled_after=60)
    assert found.active == len(HELD) + len(PENDING) + 1


# What this release writes: the previous one reads, finishes, cancels and erases it


def pending(lab: Lab) -> None:
    lab.submit(key="k", body=earlier.BODY)


def waiting(lab: Lab) -> None:
    lab.with_policy(max_running=0).submit(key="k", body=earlier.BODY)


def running(lab: Lab) -> None:
    pending(lab)
    lab.jobs.claim(OWNER, run_id(1), "t")
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.1234, spent_ms=1_250, best=BEST)


def asked_to_stop(lab: Lab) -> None:
    running(lab)
    lab.jobs.cancel(OWNER, run_id(1))


def handed_over(lab: Lab) -> None:
    running(lab)
    lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=2_500)


def taken_back(lab: Lab) -> None:
    running(lab)
    lab.make_due()
    lab.jobs.expire(OWNER, run_id(1))


def delayed(lab: Lab) -> None:
    running(lab)
    lab.jobs.retry_later(OWNER, run_id(1), "t", spent_ms=1_250)


def completed(lab: Lab) -> None:
    running(lab)
    lab.jobs.complete(OWNER, run_id(1), "t", spent_ms=5_000, best=BEST)


def stopped_early(lab: Lab) -> None:
    asked_to_stop(lab)
    lab.jobs.complete(OWNER, run_id(1), "t", spent_ms=5_000, best=BEST)


def failed(lab: Lab) -> None:
    running(lab)
    lab.jobs.fail(OWNER, run_id(1), "t", code="solver_failed", detail="No.", spent_ms=1)


def cancelled(lab: Lab) -> None:
    pending(lab)
    lab.jobs.cancel(OWNER, run_id(1))


Write = Callable[[Lab], None]
PENDING_NOW: list[Write] = [pending, waiting, handed_over, taken_back, delayed]
WRITTEN: list[Write] = [
    *PENDING_NOW,
    running,
    asked_to_stop,
    completed,
    stopped_early,
    failed,
    cancelled,
]


def test_this_release_writes_every_recorded_state() -> None:
    assert {write.__name__ for write in WRITTEN} == set(STORIES)


@pytest.mark.parametrize("write", WRITTEN)
def test_the_earlier_release_can_read_what_is_written_now(lab: Lab, write: Write) -> None:
    write(lab)
    fields = {
        name.decode(): value.decode()
        for name, value in stored_fields(lab.client, OwnerKeys(OWNER).run(run_id(1))).items()
    }
    broken = {
        name: fields.get(name) for name, form in earlier.READ.items() if not fits(form, fields.get(name))
    }
    broken |= {
        name: fields[name]
        for name, form in earlier.READ_WHERE_THERE.items()
        if name in fields and not fits(form, fields[name])
    }
    assert broken == {}


def fits(form: str, text: str | None) -> bool:
    return text is not None and re.fullmatch(form, text) is not None


@pytest.mark.parametrize("write", PENDING_NOW)
def test_the_earlier_release_finishes_what_is_submitted_now(
    lab: Lab, old: EarlierRelease, write: Write
) -> None:
    write(lab)
    code, (_, request, _) = old.claim(run_id(1), "o")
    assert (code, unpack(request)) == (Code.OK, earlier.BODY)
    assert old.renew(run_id(1), "o")[0] is Code.OK
    assert old.complete(run_id(1), "o")[0] is Code.OK
    run, result = lab.reader.result(OWNER, run_id(1), best=False)
    assert (run.status, run.best_cost, run.spent_ms) == (Status.COMPLETED, 7, 5_000)
    assert result == earlier.RESULT


def test_the_earlier_release_hands_over_to_this_one(lab: Lab, old: EarlierRelease) -> None:
    pending(lab)
    old.claim(run_id(1), "o")
    old.renew(run_id(1), "o")
    old.hand_over(run_id(1), "o")
    claimed = lab.jobs.claim(OWNER, run_id(1), "t")
    assert claimed is not None
    assert (claimed.best, claimed.run.hops, claimed.run.spent_ms) == (earlier.BEST, 1, 2_500)


def test_this_release_hands_over_to_the_earlier_one(lab: Lab, old: EarlierRelease) -> None:
    handed_over(lab)
    code, (_, _, best) = old.claim(run_id(1), "o")
    assert (code, unpack(best)) == (Code.OK, BEST.solution)


@pytest.mark.parametrize("write", [running, asked_to_stop])
def test_the_earlier_sweeper_takes_back_what_is_running_now(
    lab: Lab, old: EarlierRelease, write: Write
) -> None:
    write(lab)
    lab.make_due()
    expected = Code.OK if write is running else Code.STOPPED
    assert old.expire(run_id(1))[0] is expected
    assert lab.status().status is (Status.PENDING if write is running else Status.COMPLETED)


@pytest.mark.parametrize("write", [pending, waiting, taken_back])
def test_the_earlier_sweeper_dispatches_what_is_pending_now(
    lab: Lab, old: EarlierRelease, write: Write
) -> None:
    write(lab)
    lab.make_due()
    assert old.dispatch(run_id(1))[0] is Code.OK


def test_the_earlier_worker_wakes_what_waits_now(lab: Lab, old: EarlierRelease) -> None:
    lab.running(2)
    waiting(lab)
    assert old.complete(run_id(2), "t") == (Code.OK, [run_id(1).encode()])


@pytest.mark.parametrize("write", WRITTEN)
def test_the_earlier_release_cancels_what_is_written_now(lab: Lab, old: EarlierRelease, write: Write) -> None:
    write(lab)
    code, _ = old.cancel(run_id(1))
    assert code in (Code.OK, Code.ENDED)
    run = lab.status()
    assert run.status.ended or run.stop


@pytest.mark.parametrize("write", WRITTEN)
def test_the_earlier_release_erases_what_is_written_now(lab: Lab, old: EarlierRelease, write: Write) -> None:
    write(lab)
    assert old.erase(run_id(1))[0] is Code.OK
    lab.reader.backlog(per_shard=10, stalled_after=60)
    lab.forget_what_is_due()
    assert lab.snapshot() == {}


def test_the_earlier_release_replays_what_is_submitted_now(lab: Lab, old: EarlierRelease) -> None:
    pending(lab)
    code, (_, run) = old.submit(run_id(2), key="k")
    assert (code, run) == (Code.REPLAYED, run_id(1).encode())


def test_what_the_earlier_release_has_ended_is_not_counted_as_pending(lab: Lab, old: EarlierRelease) -> None:
    """It does not know the queue, and leaves the runs that it claims and ends in there."""
    for number in (1, 2, 3):
        lab.submit(number)
    for number in (1, 2):
        old.claim(run_id(number), "o")
    old.complete(run_id(1), "o")
    found = lab.reader.backlog(per_shard=10, stalled_after=60)
    assert (found.active, found.pending) == (2, 1)
    assert lab.client.zrange(OwnerKeys(OWNER).queue, 0, -1) == [f"{OWNER}:{run_id(3)}".encode()]


# What a later release submitted is left to its own workers; everything else works as far as it is understood


@pytest.fixture
def from_later(lab: Lab) -> Lab:
    """A pending run of a later release, with a request and a field that this release cannot read."""
    lab.submit(key="k")
    keys = OwnerKeys(OWNER)
    lab.client.hset(keys.run(run_id(1)), mapping={"v": SCHEMA_VERSION + 1, "mood": "?"})
    lab.client.set(keys.request(run_id(1)), b"in another form")
    return lab


def test_a_worker_leaves_a_later_release_s_run_alone(from_later: Lab) -> None:
    before = from_later.snapshot()
    with pytest.raises(TransitionRefusedError, match="NEWER"):
        from_later.jobs.claim(OWNER, run_id(1), "t")
    assert from_later.snapshot() == before


@pytest.fixture
def claimed_by_later(from_later: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """The same run, claimed by a worker of its own release."""
    from_later.client.set(OwnerKeys(OWNER).request(run_id(1)), pack(b"{}"))
    with monkeypatch.context() as later:
        later.setattr(holding, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
        assert from_later.jobs.claim(OWNER, run_id(1), "t") is not None
    return from_later


def test_a_worker_of_that_release_claims_it(claimed_by_later: Lab) -> None:
    assert claimed_by_later.status().status is Status.RUNNING


def test_a_later_release_s_run_is_read_and_listed(from_later: Lab) -> None:
    assert from_later.status().status is Status.PENDING
    page = from_later.reader.page(OWNER, status=None, limit=20, cursor=None)
    assert [run.run_id for run in page.runs] == [run_id(1)]


def test_workers_are_sent_for_a_later_release_s_run_until_it_is_given_up(from_later: Lab) -> None:
    """The function's alias may lead to a worker of that release."""
    for _ in range(2):
        from_later.make_due()
        run = from_later.jobs.dispatch(OWNER, run_id(1))
        assert run is not None
        assert run.status is Status.PENDING
    from_later.make_due()
    from_later.with_policy(max_unstarted=-1).jobs.dispatch(OWNER, run_id(1))
    assert from_later.status().error_code == "never_started"


def test_a_later_release_s_run_blocks_no_other(from_later: Lab) -> None:
    one = from_later.with_policy(max_running=1)
    one.submit(2)
    one.make_due()
    one.jobs.dispatch(OWNER, run_id(1))
    due = one.reader.backlog(per_shard=10, stalled_after=60).due
    assert due == [(OWNER, run_id(2))]


def test_a_later_release_s_lost_worker_is_noticed(claimed_by_later: Lab) -> None:
    claimed_by_later.make_due()
    assert claimed_by_later.jobs.expire(OWNER, run_id(1)).attempt == 2


def test_a_later_release_s_run_is_cancelled_and_erased(from_later: Lab) -> None:
    assert from_later.jobs.cancel(OWNER, run_id(1)).status is Status.CANCELLED
    from_later.jobs.erase(OWNER, run_id(1))
    assert from_later.snapshot() == {}
