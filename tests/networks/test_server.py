"""Without NEO4J_URI, the local stack's own Neo4j is meant: the running one, else one for the moment."""

import os
from pathlib import Path

import neo4j
import pytest

from local.embedded.neo4j import Neo4jUnavailableError, running_neo4j, running_uri
from networks import server
from networks.errors import NetworkStoreError
from networks.server import connected
from tests.conftest import STACK_PORT

embedded_only = pytest.mark.skipif(
    bool(os.environ.get("NEO4J_URI")), reason="NEO4J_URI replaces the embedded Neo4j"
)


@embedded_only
def test_the_running_stacks_neo4j_is_found_by_its_port(
    neo4j_uri: str, driver: neo4j.Driver, stack_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "ROOT", stack_root)
    driver.execute_query("CREATE (:Network {name: 'there'})")
    said: list[str] = []
    with connected({"PORT": STACK_PORT}, said.append) as found:
        assert found.execute_query("MATCH (n:Network) RETURN n.name").records[0][0] == "there"
    assert said == []


@embedded_only
def test_a_folder_has_one_neo4j_at_a_time(neo4j_uri: str, stack_root: Path) -> None:
    directory = stack_root / ".local" / STACK_PORT / "neo4j"
    with pytest.raises(Neo4jUnavailableError, match="another one runs in"), running_neo4j(directory):
        pass
    assert running_uri(directory) == neo4j_uri


@pytest.mark.long  # it starts Neo4j twice
@pytest.mark.usefixtures("neo4j_at_hand")
def test_where_no_stack_runs_what_is_written_waits_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "ROOT", tmp_path)
    said: list[str] = []
    with connected({"PORT": "4001"}, said.append) as driver:
        driver.execute_query("CREATE (:Network {name: 'kept'})")
    assert said == ["No stack runs on port 4001: starting its Neo4j meanwhile."]
    directory = tmp_path / ".local" / "4001" / "neo4j"
    assert running_uri(directory) is None
    with running_neo4j(directory) as stack, neo4j.GraphDatabase.driver(stack.uri) as driver:
        assert driver.execute_query("MATCH (n:Network) RETURN n.name").records[0][0] == "kept"
    assert stack.process is not None
    assert stack.process.returncode is not None  # it has ended with its block


@pytest.mark.parametrize("port", ["0", "http"])
def test_a_port_that_names_no_stack_is_refused(port: str) -> None:
    with pytest.raises(NetworkStoreError, match="names no stack"), connected({"PORT": port}, print):
        pass
