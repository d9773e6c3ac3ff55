"""The importer uses the stack's Neo4j: the running one, or one started for it."""

import os
from functools import partial
from pathlib import Path

import neo4j
import pytest

from local import stack_neo4j
from local.embedded.neo4j import Neo4jUnavailableError, running_neo4j, running_uri
from local.stack_neo4j import neo4j_of_stack
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
    monkeypatch.setattr(stack_neo4j, "ROOT", stack_root)
    driver.execute_query("CREATE (:Network {name: 'there'})")
    said: list[str] = []
    with connected({}, partial(neo4j_of_stack, {"PORT": STACK_PORT}, said.append)) as found:
        assert found.execute_query("MATCH (n:Network) RETURN n.name").records[0][0] == "there"
    assert said == []


@embedded_only
def test_a_folder_has_one_neo4j_at_a_time(neo4j_uri: str, stack_root: Path) -> None:
    directory = stack_root / ".local" / STACK_PORT / "neo4j"
    with (
        pytest.raises(Neo4jUnavailableError, match="another Neo4j already runs in"),
        running_neo4j(directory),
    ):
        pass
    assert running_uri(directory) == neo4j_uri


@pytest.mark.long  # it starts Neo4j twice
@pytest.mark.usefixtures("neo4j_at_hand")
def test_without_a_running_stack_an_import_is_kept_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_neo4j, "ROOT", tmp_path)
    said: list[str] = []
    with connected({}, partial(neo4j_of_stack, {"PORT": "4001"}, said.append)) as driver:
        driver.execute_query("CREATE (:Network {name: 'kept'})")
    assert said == ["No stack runs on port 4001. Starting its Neo4j for this command."]
    directory = tmp_path / ".local" / "4001" / "neo4j"
    assert running_uri(directory) is None
    with running_neo4j(directory) as server, neo4j.GraphDatabase.driver(server.uri) as driver:
        assert driver.execute_query("MATCH (n:Network) RETURN n.name").records[0][0] == "kept"
    assert server.process is not None
    assert server.process.returncode is not None  # it ended with its block


@pytest.mark.parametrize("port", ["0", "http"])
def test_a_port_without_a_stack_is_refused(port: str) -> None:
    with (
        pytest.raises(NetworkStoreError, match="cannot be the port of a stack"),
        neo4j_of_stack({"PORT": port}, print),
    ):
        pass
