"""The Neo4j of the graph tests: a developer's own through NEO4J_URI, otherwise the embedded one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import neo4j
import pytest

from local.embedded.neo4j import running_neo4j


@contextmanager
def graph_at(directory: Path) -> Iterator[str]:
    """The URI of an empty Neo4j. A developer's own must be empty already, because the tests empty it."""
    own = os.environ.get("NEO4J_URI")
    if not own:
        with running_neo4j(directory) as server:
            yield server.uri
        return
    with driver_of(own) as driver:
        if driver.execute_query("MATCH (n) RETURN n LIMIT 1").records:
            pytest.fail("NEO4J_URI leads to a database with data in it, which the tests would delete")
        yield own
        driver.execute_query("MATCH (n) DETACH DELETE n")


def driver_of(uri: str) -> neo4j.Driver:
    """A driver with the login of NEO4J_USER and NEO4J_PASSWORD, if there is one."""
    password = os.environ.get("NEO4J_PASSWORD")
    login = (os.environ.get("NEO4J_USER") or "neo4j", password) if password else None
    return neo4j.GraphDatabase.driver(uri, auth=login)
