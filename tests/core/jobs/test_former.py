"""Owners whose runs are stored under the name that the previous release used: a hash of half the length."""

import pytest

from milkrun.clients.redis import AnyRedis
from milkrun.errors import IdempotencyKeyReusedError, RunNotFoundError, TooManyPendingRunsError
from milkrun.http.identity import token_owner
from milkrun.jobs.keys import OwnerKeys, former_name, shard_of
from milkrun.jobs.states import Status
from milkrun.jobs.submitting import Submission
from tests.replies import fields

from . import earlier
from .conftest import Lab, run_id
from .earlier import STORIES, restore

OWNER = earlier.OWNER + "0123456789abcdef"
"""The owner of the recorded runs by this release's name."""


@pytest.fixture
def stored(any_redis: AnyRedis) -> Lab:
    """What the previous release left behind."""
    restore(any_redis)
    return Lab(any_redis)


def submission(number: int, *, key: str | None = None, body: bytes = earlier.BODY) -> Submission:
    return Submission(OWNER, run_id(number), body, 5_000, "corr-2", key)


def test_an_owner_is_a_hash_of_128_bits_whose_first_half_is_the_former_name() -> None:
    owner = token_owner("https://issuer.example.com", "somebody")
    assert len(owner) * 4 == 128
    assert former_name(owner) == owner[:16]
    assert shard_of(owner) == shard_of(owner[:16])
    assert former_name(owner[:16]) is None


@pytest.mark.parametrize("story", STORIES)
def test_a_run_is_found(stored: Lab, story: str) -> None:
    found = stored.reader.status(OWNER, earlier.run_id(story)).to_status()
    assert (found["status"], found["run_id"]) == (STORIES[story]["status"], earlier.run_id(story))


def test_its_result_is_found(stored: Lab) -> None:
    assert stored.reader.result(OWNER, earlier.run_id("completed"), best=False)[1] == earlier.RESULT
    assert stored.reader.result(OWNER, earlier.run_id("running"), best=True)[1] == earlier.BEST


def test_old_and_new_runs_are_one_list_newest_first_page_by_page(stored: Lab) -> None:
    stored.jobs.submit(submission(99))
    stored.jobs.submit(submission(98))
    expected = [run_id(99), run_id(98), *(earlier.run_id(story) for story in reversed(STORIES))]
    page, found = stored.reader.page(OWNER, status=None, limit=4, cursor=None), []
    while page.next:
        found += [run.run_id for run in page.runs]
        page = stored.reader.page(OWNER, status=None, limit=4, cursor=page.next)
    assert found + [run.run_id for run in page.runs] == expected


def test_a_run_is_cancelled(stored: Lab) -> None:
    assert stored.jobs.cancel(OWNER, earlier.run_id("pending")).status is Status.CANCELLED


def test_runs_are_erased(stored: Lab) -> None:
    for story in STORIES:
        stored.jobs.erase(OWNER, earlier.run_id(story))
    assert stored.snapshot() == {}


def test_an_idempotency_key_finds_its_run(stored: Lab) -> None:
    submitted = stored.jobs.submit(submission(99, key="key of pending"))
    assert (submitted.replayed, submitted.run.run_id) == (True, earlier.run_id("pending"))
    assert stored.reader.status(submitted.run.owner, submitted.run.run_id) == submitted.run
    with pytest.raises(IdempotencyKeyReusedError):
        stored.jobs.submit(submission(98, key="key of pending", body=b"{}"))


def test_its_runs_count_for_the_limits(stored: Lab) -> None:
    pending = stored.client.zcard(OwnerKeys(earlier.OWNER).pending)
    running = stored.client.zcard(OwnerKeys(earlier.OWNER).running)
    with pytest.raises(TooManyPendingRunsError):
        stored.with_policy(max_pending=pending).jobs.submit(submission(99))
    busy = stored.with_policy(max_running=running)
    assert busy.jobs.submit(submission(98)).waits
    assert busy.jobs.claim(OWNER, run_id(98), "t") is None


def test_its_bytes_count_once_they_are_counted(stored: Lab) -> None:
    stored.jobs.claim(earlier.OWNER, earlier.run_id("pending"), "t")  # a worker does this
    assert int(fields(stored.client, OwnerKeys(earlier.OWNER).bytes)[b"total"]) > 0


def test_a_worker_continues_with_its_runs_under_the_name_they_have(stored: Lab) -> None:
    story = earlier.run_id("handed_over")
    claimed = stored.jobs.claim(earlier.OWNER, story, "t")
    assert claimed is not None
    stored.jobs.complete(earlier.OWNER, story, "t", spent_ms=1, best=None)
    assert stored.reader.status(OWNER, story).status is Status.CANCELLED


def test_nobody_else_finds_them(stored: Lab) -> None:
    other = "f" * 32
    for call in (stored.reader.status, stored.jobs.cancel, stored.jobs.erase):
        with pytest.raises(RunNotFoundError):
            call(other, earlier.run_id("completed"))
