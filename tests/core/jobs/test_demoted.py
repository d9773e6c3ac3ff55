"""A process that is still connected to a former primary, which is now a replica and cut off."""

from collections.abc import Iterator

import pytest
import redis

from milkrun.clients.redis import connect
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy

from .conftest import OWNER, run_id


@pytest.fixture
def reader(empty_valkey_url: str) -> Iterator[RunReader]:
    """A reader that has read a run from a server that is now a replica."""
    client = connect(empty_valkey_url)
    JobStateManager(client, JobPolicy()).submit(Submission(OWNER, run_id(1), b"{}", 5_000, "corr-1"))
    reader = RunReader(client)
    assert reader.status(OWNER, run_id(1)).run_id == run_id(1)
    operator = redis.Redis.from_url(empty_valkey_url)
    operator.replicaof("127.0.0.1", "1")
    yield reader
    operator.replicaof("NO", "ONE")


@pytest.mark.parametrize(
    "read",
    [
        lambda reader: reader.status(OWNER, run_id(1)),
        lambda reader: reader.result(OWNER, run_id(1), best=True),
        lambda reader: reader.page(OWNER, status=None, limit=10, cursor=None),
        lambda reader: reader.backlog(per_shard=10, stalled_after=60),
    ],
    ids=["status", "result", "page", "backlog"],
)
def test_a_demoted_primary_is_not_believed(reader: RunReader, read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DependencyUnavailableError) as caught:
        read(reader)
    assert caught.value.dependencies == {"redis": "down: read only"}


def test_a_primary_without_its_replicas_can_still_be_read(empty_valkey_url: str) -> None:
    client = connect(empty_valkey_url)
    JobStateManager(client, JobPolicy()).submit(Submission(OWNER, run_id(1), b"{}", 5_000, "corr-1"))
    client.config_set("min-replicas-to-write", 1)
    try:
        assert RunReader(client).status(OWNER, run_id(1)).run_id == run_id(1)
    finally:
        client.config_set("min-replicas-to-write", 0)


def test_reading_writes_nothing(empty_valkey_url: str) -> None:
    client = connect(empty_valkey_url)
    JobStateManager(client, JobPolicy()).submit(Submission(OWNER, run_id(1), b"{}", 5_000, "corr-1"))
    before = client.info("persistence")["rdb_changes_since_last_save"]
    RunReader(client).status(OWNER, run_id(1))
    RunReader(client).page(OWNER, status=None, limit=10, cursor=None)
    assert client.info("persistence")["rdb_changes_since_last_save"] == before
    assert client.exists(OwnerKeys(OWNER).run(run_id(1))) == 1
