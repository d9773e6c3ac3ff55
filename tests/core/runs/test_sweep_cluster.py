"""The sweeper on a cluster of which a part is unavailable."""

from pathlib import Path

import pytest
from redis.cluster import RedisCluster

from local.embedded.valkey_cluster import running_cluster
from milkrun.clients.redis import by_server, connect_to_cluster
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.jobs.submitting import Submission
from milkrun.runs.sweep import sweep
from milkrun.settings import JobPolicy
from tests.cluster import begin_to_move
from tests.telemetry import Telemetry

from .conftest import BODY, Invokes, run_id


def owners_of_each_server(client: RedisCluster) -> list[str]:
    owner_of_index = {OwnerKeys(owner).active: owner for owner in (f"{number:016x}" for number in range(100))}
    return [owner_of_index[indexes[0]] for indexes in by_server(client, owner_of_index)]


def test_runs_of_other_owners_are_handled_before_the_failure_is_reported(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        client = connect_to_cluster(cluster.url)
        jobs, invokes = JobStateManager(client, JobPolicy()), Invokes()
        owners = owners_of_each_server(client)
        for number, owner in enumerate(owners):
            jobs.submit(Submission(owner, run_id(number), BODY, 1_000, "corr-1"))
            client.zadd(OwnerKeys(owner).active, {f"{owner}:{run_id(number)}": 1})
        port = client.get_node_from_key(OwnerKeys(owners[0]).active).port
        dead = next(primary for primary in cluster.primaries if primary.url.endswith(f":{port}/0"))
        dead.process.kill()
        dead.process.wait()
        with pytest.raises(DependencyUnavailableError):
            sweep(RunReader(client), jobs, invokes, lambda: True)  # type: ignore[arg-type]
        assert {run.owner for run in invokes.runs} == set(owners[1:])


def test_a_run_that_cannot_be_handled_blocks_no_other_shard(tmp_path: Path, telemetry: Telemetry) -> None:
    """No script can run on a moving slot. Keys that are missing there cannot be read, because they may be
    elsewhere."""
    with running_cluster(tmp_path) as cluster:
        client = connect_to_cluster(cluster.url)
        jobs, invokes = JobStateManager(client, JobPolicy()), Invokes()
        owners = sorted(
            owners_of_each_server(client), key=lambda owner: client.keyslot(OwnerKeys(owner).active)
        )
        for number, owner in enumerate(owners):  # the first one is the most overdue
            jobs.submit(Submission(owner, run_id(number), BODY, 1_000, "corr-1"))
            client.zadd(OwnerKeys(owner).active, {f"{owner}:{run_id(number)}": 1 + 60_000 * number})
        begin_to_move(client.keyslot(OwnerKeys(owners[0]).active), *cluster.primaries[:2])
        with pytest.raises(DependencyUnavailableError):
            sweep(RunReader(client), jobs, invokes, lambda: True)  # type: ignore[arg-type]
        assert {run.owner for run in invokes.runs} == set(owners[1:])
        assert telemetry.totals()["DueRuns"] == ("Count", [2])
