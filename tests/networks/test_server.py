"""NEO4J_URI names the server; without it the caller's default is used."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import neo4j

from networks.server import Server, connected


def test_without_an_address_the_default_server_runs_for_the_block(
    neo4j_uri: str, driver: neo4j.Driver
) -> None:
    ended = []

    @contextmanager
    def default() -> Iterator[Server]:
        yield Server(neo4j_uri)
        ended.append(neo4j_uri)

    environment = {name: value for name, value in os.environ.items() if name != "NEO4J_URI"}
    driver.execute_query("CREATE (:Network {name: 'there'})")
    with connected(environment, default) as found:
        assert found.execute_query("MATCH (n:Network) RETURN n.name").records[0][0] == "there"
        assert ended == []
    assert ended == [neo4j_uri]
