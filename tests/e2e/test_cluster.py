"""The stack on a Redis Cluster: callers on every server, and a server that dies."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis.cluster import RedisCluster
from ulid import ULID

from local.embedded.valkey import Valkey
from local.embedded.valkey_cluster import ValkeyCluster, running_cluster
from local.stack import RunningStack, running_stack
from milkrun.clients.redis import connect_to_cluster
from milkrun.http.identity import owner_of
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy
from tests.cluster import take_over
from tests.nonempty import nonempty
from tests.waiting import until

from .conftest import client_of, deliveries, ended, result, submit


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyCluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def clustered(cluster: ValkeyCluster) -> Iterator[RunningStack]:
    with running_stack({"REDIS_URL": cluster.url, "REDIS_CLUSTER": "true"}) as stack:
        yield stack


@pytest.fixture(scope="module", autouse=True)
def uninvoked(clustered: RunningStack, cluster: ValkeyCluster) -> dict[str, str]:
    """One run on each server, by caller, for which no worker was invoked. They are due after 15 s."""
    redis = connect_to_cluster(cluster.url)
    jobs = JobStateManager(redis, JobPolicy())
    body = json.dumps(deliveries(3, seconds=600)).encode()
    run_ids = {name_on(redis, primary, "patient"): str(ULID()) for primary in cluster.primaries}
    for name, run_id in run_ids.items():
        jobs.submit(Submission(owner_named(name), run_id, body, 60_000, "corr-1"))
    return run_ids


def owner_named(name: str) -> str:
    return owner_of({"headers": {"Authorization": f"Bearer {name}"}}, local=True)


def name_on(client: RedisCluster, server: Valkey, kind: str = "caller") -> str:
    """A caller whose runs are on this server."""
    names = (f"{kind}-{number}" for number in range(1_000))
    ports = ((name, client.get_node_from_key(OwnerKeys(owner_named(name)).active).port) for name in names)
    return next(name for name, port in ports if server.url.endswith(f":{port}/0"))


def test_callers_on_every_server_get_their_results(clustered: RunningStack, cluster: ValkeyCluster) -> None:
    redis = connect_to_cluster(cluster.url)
    with ExitStack() as parts:
        callers = [
            parts.enter_context(client_of(clustered, name_on(redis, primary)))
            for primary in cluster.primaries
        ]
        assert callers[0].get("/ready").json()["dependencies"]["redis"] == "ok"
        run_ids = [submit(api, deliveries(3, seconds=600)) for api in callers]
        for api, run_id in zip(callers, run_ids, strict=True):
            assert ended(api, run_id)["status"] == "completed"
            assert result(api, run_id)["summary"]["unassigned"] == 0
            assert [run["run_id"] for run in api.get("/optimize").json()["runs"]] == [run_id]
            assert api.delete(f"/optimize/{run_id}?erase=true").status_code == 204


def test_a_dead_server_is_reported_to_its_own_callers_only(tmp_path: Path) -> None:
    with ExitStack() as parts:
        cluster = parts.enter_context(running_cluster(tmp_path, replicated=True, node_timeout=600))
        on_cluster = {
            "REDIS_URL": cluster.primaries[1].url,
            "REDIS_CLUSTER": "true",
            "REDIS_MIN_REPLICAS": "1",
        }
        stack = parts.enter_context(running_stack(on_cluster))
        redis = connect_to_cluster(cluster.url)
        names = [name_on(redis, primary) for primary in cluster.primaries]
        lost, kept = (parts.enter_context(client_of(stack, name)) for name in names[:2])
        before = submit(lost, deliveries(3, seconds=600))
        ended(lost, before)

        cluster.primaries[0].process.kill()
        cluster.primaries[0].process.wait()
        for answer in (lost.post("/optimize", json=deliveries(3, seconds=600)), lost.get("/ready")):
            assert answer.status_code == 503
            assert "down: connection refused" in answer.text, "nobody waits for what is not there"
            assert "127.0.0.1" not in answer.text
        assert ended(kept, submit(kept, deliveries(3, seconds=600)))["status"] == "completed"

        take_over(cluster.replicas[0])
        until(lambda: lost.get("/ready").status_code == 200)
        assert result(lost, before)["summary"]["unassigned"] == 0
        refused = lost.post("/optimize", json=deliveries(3, seconds=600))
        assert refused.json()["dependencies"] == {"redis": "down: too few replicas"}


def test_the_sweeper_finds_what_is_due_on_every_server(
    clustered: RunningStack, uninvoked: dict[str, str]
) -> None:
    for name, run_id in nonempty(uninvoked.items()):
        with client_of(clustered, name) as api:
            assert ended(api, run_id)["status"] == "completed"
