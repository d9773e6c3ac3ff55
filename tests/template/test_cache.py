"""The cache: how it keeps its data, who may do what in it, and how functions find it."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from redis.crc import key_slot
from redis.exceptions import NoPermissionError

from local.cloudformation import Resolver
from local.embedded.valkey import Valkey, running_valkey
from local.embedded.valkey_cluster import running_cluster
from milkrun.clients.redis import AnyRedis, connect, connect_to_cluster
from milkrun.jobs.holding import Best
from milkrun.jobs.keys import SHARDS
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.jobs.states import Status
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy
from tests.nonempty import nonempty
from tests.stacks import ROOT, Deployment

from .conftest import GIVEN_VPC, PARAMETER_SETS, REGION, Deploy, translate

LUA = ROOT / "layers/core/milkrun/jobs/lua"
OWNER = "a1b2c3d4e5f60718"
NEEDS_NO_RIGHT = {"auth", "hello", "reset", "quit"}
CLUSTER_ONLY = {"cluster|slots", "command"}
PASSWORD = "secret"


@pytest.fixture(scope="module")
def cache(deployed: Deploy) -> dict[str, Any]:
    return deployed({}).properties("Cache")


@pytest.fixture(scope="module")
def access_string(deployed: Deploy) -> str:
    text: str = deployed({}).properties("CacheUser")["AccessString"]
    return text


def granted(access_string: str) -> set[str]:
    """The commands in an access string."""
    return {token.removeprefix("+") for token in access_string.split() if token.startswith("+")}


def variables(deployment: Deployment) -> dict[str, Any]:
    """The variables that tell a function where Redis is."""
    found = deployment.properties("WorkerFunction")["Environment"]["Variables"]
    return {name: value for name, value in found.items() if name.startswith("REDIS_")}


def parameters_of(deployment: Deployment) -> dict[str, Any]:
    """The parameters of the cache's parameter group."""
    group = deployment.properties(deployment.properties("Cache")["CacheParameterGroupName"])
    parameters: dict[str, Any] = group["Properties"]
    return parameters


def test_nothing_is_evicted(any_deployment: Deployment) -> None:
    groups = any_deployment.of_type("AWS::ElastiCache::ParameterGroup").values()
    policies = {group["Properties"]["maxmemory-policy"] for group in groups}
    assert policies == ({"noeviction"} if any_deployment.conditions["MakesCache"] else set())


def test_everything_is_encrypted_in_transit_and_at_rest(cache: dict[str, Any]) -> None:
    assert cache["TransitEncryptionEnabled"] is True
    assert cache["TransitEncryptionMode"] == "required"
    assert cache["AtRestEncryptionEnabled"] is True


def test_with_a_replica_there_is_failover_to_another_zone(deployed: Deploy) -> None:
    cache = deployed({"CacheReplicas": "1"}).properties("Cache")
    assert (cache["MultiAZEnabled"], cache["AutomaticFailoverEnabled"]) == (True, True)


def test_a_single_node_has_nothing_to_fail_over_to(deployed: Deploy) -> None:
    cache = deployed({"CacheReplicas": "0"}).properties("Cache")
    assert (cache["MultiAZEnabled"], cache["AutomaticFailoverEnabled"]) == (False, False)


@pytest.mark.parametrize("replicas", range(6))
def test_there_is_a_node_for_the_primary_and_each_replica(deployed: Deploy, replicas: int) -> None:
    cache = deployed({"CacheReplicas": str(replicas)}).properties("Cache")
    assert cache["NumCacheClusters"] == replicas + 1
    assert "NumNodeGroups" not in cache
    assert cache["ClusterMode"] == "disabled"


def test_shards_make_it_a_cluster(deployed: Deploy) -> None:
    deployment = deployed({"CacheShards": "3", "CacheReplicas": "2"})
    cache = deployment.properties("Cache")
    assert (cache["ClusterMode"], cache["NumNodeGroups"], cache["ReplicasPerNodeGroup"]) == (
        "enabled",
        "3",
        "2",
    )
    assert "NumCacheClusters" not in cache
    assert cache["AutomaticFailoverEnabled"] is True  # a cluster must have it
    assert parameters_of(deployment) == {"cluster-enabled": "yes", "maxmemory-policy": "noeviction"}


def test_a_parameter_group_in_use_never_changes_into_a_cluster_s(deployed: Deploy) -> None:
    one, more = deployed({}), deployed({"CacheShards": "3"})
    assert one.properties("CacheParameters") == more.properties("CacheParameters")
    assert "cluster-enabled" not in parameters_of(one)


def test_a_deleted_or_replaced_cache_leaves_a_snapshot(template: dict[str, Any]) -> None:
    cache = template["Resources"]["Cache"]
    assert cache["DeletionPolicy"] == cache["UpdateReplacePolicy"] == "Snapshot"
    assert cache["Properties"]["SnapshotRetentionLimit"] == {"Ref": "SnapshotRetentionDays"}


@pytest.mark.parametrize(
    ("choice", "engine", "version"),
    [("valkey", "valkey", "9"), ("valkey8", "valkey", "8"), ("redis", "redis", "7")],
)
def test_engine_version_and_parameters_belong_together(
    deployed: Deploy, choice: str, engine: str, version: str
) -> None:
    deployment = deployed({"CacheEngine": choice})
    cache, parameters = deployment.properties("Cache"), deployment.properties("CacheParameters")
    assert (cache["Engine"], cache["EngineVersion"].partition(".")[0]) == (engine, version)
    assert parameters["CacheParameterGroupFamily"] == f"{engine}{cache['EngineVersion'].partition('.')[0]}"
    for kind in ("User", "UserGroup"):
        for user in deployment.of_type(f"AWS::ElastiCache::{kind}").values():
            assert user["Engine"] == engine


def test_a_cache_logs_its_writes_only_on_request(any_deployment: Deployment) -> None:
    asked = any_deployment.conditions["LogsWrites"]
    caches = any_deployment.of_type("AWS::ElastiCache::ReplicationGroup").values()
    expected = ["sync" if asked else None] if any_deployment.conditions["MakesCache"] else []
    assert [cache.get("Durability") for cache in caches] == expected


def test_a_cache_that_logs_its_writes_meets_elasticache_s_conditions(deployed: Deploy) -> None:
    cache = deployed(PARAMETER_SETS["a cache that logs its writes"]).properties("Cache")
    assert cache["ClusterMode"] == "enabled"
    assert cache["MultiAZEnabled"] is True
    assert int(cache["ReplicasPerNodeGroup"]) >= 1
    assert cache["TransitEncryptionEnabled"] is True
    assert int(cache["EngineVersion"].partition(".")[0]) >= 9


def test_a_write_logged_in_two_zones_waits_for_no_replica(deployed: Deploy) -> None:
    deployment = deployed(PARAMETER_SETS["a cache that logs its writes"])
    assert variables(deployment)["REDIS_MIN_REPLICAS"] == 0


def test_there_are_no_more_shards_than_64_hash_tags_fill(template: dict[str, Any]) -> None:
    most = template["Parameters"]["CacheShards"]["MaxValue"]
    assert most == 8
    tags = Counter(
        key_slot(b"%d" % tag) * most // 16_384 for tag in range(SHARDS)
    )  # equal shares of the slots
    assert len(tags) == most
    assert max(tags.values()) < 2 * SHARDS / most


def test_functions_log_in_by_iam(deployed: Deploy) -> None:
    user = deployed({}).properties("CacheUser")
    assert user["AuthenticationMode"] == {"Type": "iam"}
    assert user["UserId"] == user["UserName"], "IAM asks for that"
    assert re.fullmatch(r"milkrun-[0-9a-f]{8}", user["UserId"])


def test_two_stacks_have_different_users(template: dict[str, Any]) -> None:
    user = translate(template, {})["Resources"]["CacheUser"]["Properties"]["UserId"]
    ids = set()
    for uuid in ("11111111-2222-4333-8444-555555555555", "66666666-2222-4333-8444-555555555555"):
        resolver = Resolver(template, REGION, {})
        resolver._pseudo["AWS::StackId"] = (
            f"arn:aws:cloudformation:{REGION}:123456789012:stack/Milkrun/{uuid}"
        )
        ids.add(resolver.resolve(user))
    assert ids == {"milkrun-11111111", "milkrun-66666666"}


def test_the_cache_has_no_other_user(deployed: Deploy) -> None:
    deployment = deployed({})
    assert deployment.properties("Cache")["UserGroupIds"] == ["CacheUsers"]
    assert deployment.properties("CacheUsers")["UserIds"] == ["CacheUser"]


def test_the_default_user_that_redis_requires_may_do_nothing(deployed: Deploy) -> None:
    deployment = deployed({"CacheEngine": "redis"})
    assert deployment.properties("CacheUsers")["UserIds"] == ["CacheUser", "CacheDefaultUser"]
    user = deployment.properties("CacheDefaultUser")
    assert (user["UserName"], user["AccessString"]) == ("default", "off -@all")


def test_functions_find_the_primary_wherever_it_moves(deployed: Deploy) -> None:
    assert variables(deployed({})) == {
        "REDIS_URL": "rediss://Cache.PrimaryEndPoint.Address:Cache.PrimaryEndPoint.Port",
        "REDIS_CLUSTER": "",
        "REDIS_IAM_USER": "CacheUser",
        "REDIS_IAM_CACHE": "Cache",
        "REDIS_MIN_REPLICAS": 1,
    }


def test_functions_find_the_shards(deployed: Deploy) -> None:
    found = variables(deployed({"CacheShards": "2"}))
    assert found["REDIS_URL"] == (
        "rediss://Cache.ConfigurationEndPoint.Address:Cache.ConfigurationEndPoint.Port"
    )
    assert found["REDIS_CLUSTER"] == "true"


def test_a_single_node_is_not_waited_for(deployed: Deploy) -> None:
    assert variables(deployed({"CacheReplicas": "0"}))["REDIS_MIN_REPLICAS"] == 0


def test_a_given_redis_replaces_the_cache(deployed: Deploy) -> None:
    url = "rediss://redis.example.com:6379/0"
    deployment = deployed({**GIVEN_VPC, "RedisUrl": url, "RedisMinReplicas": "2"})
    assert not any(it["Type"].startswith("AWS::ElastiCache") for it in deployment.resources.values())
    assert variables(deployment) == {
        "REDIS_URL": url,
        "REDIS_CLUSTER": "",
        "REDIS_IAM_USER": "",
        "REDIS_IAM_CACHE": "",
        "REDIS_MIN_REPLICAS": "2",
    }


@pytest.mark.parametrize("url", ["redis://user:secret@host:6379", "rediss://:secret@host", "host:6379"])
def test_a_password_in_the_address_is_refused(template: dict[str, Any], url: str) -> None:
    assert re.fullmatch(template["Parameters"]["RedisUrl"]["AllowedPattern"], url) is None


# ── What the cache's user may do, on a Valkey with the same rules


def administrator_of(url: str) -> redis.Redis:
    """A user who may do everything, and whose client sends only what the test asks for."""
    return redis.Redis.from_url(url, driver_info=None)


def limited(url: str, access_string: str) -> str:
    """The URL of a user with these rights, on a server whose default user may do everything."""
    with administrator_of(url) as administrator:
        answer = administrator.execute_command(
            "ACL", "SETUSER", "functions", *access_string.split(), f">{PASSWORD}"
        )
    assert answer in (b"OK", "OK", True)
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"functions:{PASSWORD}@{parts.netloc}"))


def called(url: str) -> set[str]:
    """Every command that the server received, subcommands as `command|subcommand`."""
    with administrator_of(url) as administrator:
        statistics = administrator.info("commandstats")
    return {name.removeprefix("cmdstat_") for name in statistics} - NEEDS_NO_RIGHT


def reset(url: str) -> None:
    with administrator_of(url) as administrator:
        administrator.config_resetstat()


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A primary with a replica."""
    folder = tmp_path_factory.mktemp("valkey")
    with running_valkey(folder / "primary", "--repl-diskless-sync-delay", "0") as primary:
        address = urlsplit(primary.url)
        with running_valkey(folder / "replica", "--replicaof", f"{address.hostname} {address.port}"):
            with administrator_of(primary.url) as administrator:
                administrator.set("first", 1)  # a replica is slow to confirm the first write
                assert administrator.wait(1, 10_000) == 1
                administrator.delete("first")
            yield primary


def submission(number: int, key: str | None = None) -> Submission:
    return Submission(OWNER, f"01ARZ3NDEKTSV4RRFFQ69G{number:04d}", b"{}", 5_000, "corr-1", key)


def live(client: AnyRedis, *, replicas: int) -> None:
    """Does everything that functions do with Redis: runs that end in every possible way, and readers of
    them."""
    jobs, reader = JobStateManager(client, JobPolicy(min_replicas=replicas)), RunReader(client)
    best = Best(b"{}", cost=7, unassigned=0)
    ids = []
    for number in range(1, 7):
        submitted = jobs.submit(submission(number, f"key-{number}"))
        ids.append(submitted.run.run_id)
    assert jobs.submit(submission(7, "key-1")).replayed
    completed, failed, handed, retried, cancelled, erased = ids
    jobs.dispatch(OWNER, completed, early=True)
    for run_id in (completed, failed, handed, retried):
        jobs.claim(OWNER, run_id, "t")
    jobs.renew(OWNER, completed, "t", progress=0.5, spent_ms=10, best=best)
    reader.result(OWNER, completed, best=True)
    jobs.complete(OWNER, completed, "t", spent_ms=20, best=best)
    jobs.fail(OWNER, failed, "t", code="solver_failed", detail="No.", spent_ms=1)
    jobs.hand_over(OWNER, handed, "t", spent_ms=1)
    jobs.retry_later(OWNER, retried, "t", spent_ms=1)
    jobs.cancel(OWNER, cancelled)
    jobs.expire_each([(OWNER, completed)])
    jobs.release(OWNER)
    jobs.erase(OWNER, erased)
    assert reader.status(OWNER, completed).status is Status.COMPLETED
    assert len(reader.page(OWNER, status=None, limit=10, cursor=None).runs) == 5
    reader.backlog(per_shard=10, stalled_after=60)


def commands_of_scripts() -> set[str]:
    """The commands that scripts may call on any path."""
    texts = [path.read_text() for path in LUA.rglob("*.lua")]
    return {name.lower() for text in texts for name in re.findall(r"redis\.p?call\(\s*['\"](\w+)", text)}


def test_the_user_may_do_exactly_what_functions_do(access_string: str, valkey: Valkey) -> None:
    url = limited(valkey.url, access_string)
    reset(valkey.url)
    with connect(url) as client:
        client.ping()  # for /ready
        live(client, replicas=1)
    administrative = {"config|resetstat", "replconf", "psync"}
    used = (called(valkey.url) - administrative) | commands_of_scripts() | CLUSTER_ONLY
    assert granted(access_string) == used


def test_the_user_may_do_what_functions_do_on_a_cluster(access_string: str, tmp_path: Path) -> None:
    with running_cluster(tmp_path, primaries=2) as cluster:
        urls = [limited(node.url, access_string) for node in cluster.nodes]
        for node in cluster.nodes:
            reset(node.url)
        client = connect_to_cluster(urls[0])
        live(client, replicas=0)
        client.close()
        used = set().union(*(called(node.url) for node in cluster.nodes))
    assert used >= CLUSTER_ONLY
    assert used - {"config|resetstat", "info", "ping"} <= granted(access_string)


@pytest.mark.parametrize("server", ["redis", "valkey8"])
def test_the_other_engines_know_every_right_of_the_user_too(
    access_string: str, request: pytest.FixtureRequest, server: str
) -> None:
    url = request.getfixturevalue(f"{server}_url")
    with administrator_of(url) as administrator:
        administrator.flushall()
    with connect(limited(url, access_string)) as client:
        live(client, replicas=0)


def test_the_tests_run_on_each_engine_that_the_cache_can_have(
    template: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    for choice, engine in nonempty(template["Mappings"]["CacheEngines"].items()):
        with administrator_of(request.getfixturevalue(f"{choice}_url")) as administrator:
            server = administrator.info("server")
        version = server.get("valkey_version", server["redis_version"])
        assert version.partition(".")[0] == engine["Version"].partition(".")[0], choice
        assert ("valkey_version" in server) == (engine["Engine"] == "valkey"), choice


@pytest.mark.parametrize(
    "command", [["GET", "another"], ["KEYS", "*"], ["FLUSHALL"], ["CONFIG", "GET", "*"], ["ACL", "LIST"]]
)
def test_the_user_may_not_touch_other_keys_than_milkrun_s(
    access_string: str, valkey: Valkey, command: list[str]
) -> None:
    with connect(limited(valkey.url, access_string)) as client, pytest.raises(NoPermissionError):
        client.execute_command(*command)
