import hashlib

import neo4j
import pytest

from local.ports import free_port
from milkrun.errors import DependencyUnavailableError, NetworkNotFoundError
from milkrun.networks.store import NetworkStore, NetworkVersion


@pytest.fixture
def town(driver: neo4j.Driver) -> NetworkVersion:
    """A network of three chunks that were stored out of order."""
    chunks = [bytes([number]) * 1_000 for number in range(3)]
    checksum = hashlib.sha256(b"".join(chunks)).hexdigest()
    driver.execute_query("CREATE (:Network {name: 'town', version: 'v1', checksum: $sum})", sum=checksum)
    for number in (2, 0, 1):
        driver.execute_query(
            "CREATE (:NetworkChunk {version: 'v1', number: $number, data: $data})",
            number=number,
            data=chunks[number],
        )
    return NetworkVersion("v1", checksum)


def test_the_current_version_is_found_by_name(driver: neo4j.Driver, town: NetworkVersion) -> None:
    assert NetworkStore(driver).current("town") == town


def test_its_chunks_come_in_order(driver: neo4j.Driver, town: NetworkVersion) -> None:
    assert NetworkStore(driver).read(town) == b"\0" * 1_000 + b"\1" * 1_000 + b"\2" * 1_000


def test_an_unknown_name_is_reported(driver: neo4j.Driver, town: NetworkVersion) -> None:
    with pytest.raises(NetworkNotFoundError, match="atlantis"):
        NetworkStore(driver).current("atlantis")


def test_an_incomplete_network_is_not_found(driver: neo4j.Driver, town: NetworkVersion) -> None:
    driver.execute_query("MATCH (c:NetworkChunk {number: 1}) DELETE c")
    assert NetworkStore(driver).read(town) is None


def test_a_server_that_is_gone_is_reported_without_its_address() -> None:
    uri = f"bolt://127.0.0.1:{free_port()}"
    with (
        neo4j.GraphDatabase.driver(uri, max_transaction_retry_time=0.1) as driver,
        pytest.raises(DependencyUnavailableError) as caught,
    ):
        NetworkStore(driver).current("town")
    assert caught.value.dependencies == {"neo4j": "down: connection refused"}
