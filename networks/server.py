"""Connects to the Neo4j that keeps the networks."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import NamedTuple

from neo4j import Driver, GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable

from networks.errors import NetworkStoreError

_CONNECT_SECONDS = 5.0


class Server(NamedTuple):
    """A Neo4j: its address, and how many seconds it may take until it answers."""

    uri: str
    patience: float = 0.0


DefaultServer = Callable[[], AbstractContextManager[Server]]
"""Provides the Neo4j to use without NEO4J_URI, while a block runs. Raises NetworkStoreError if it cannot."""


@contextmanager
def connected(environment: Mapping[str, str], default: DefaultServer) -> Iterator[Driver]:
    """A driver for the server at NEO4J_URI, or else for the default one. The server has answered.

    Raises:
        NetworkStoreError: Neo4j is unavailable, at first or later within the block.
    """
    uri = environment.get("NEO4J_URI")
    if uri == "":
        raise NetworkStoreError("NEO4J_URI is empty. Set it to the address of a Neo4j for the networks.")
    with ExitStack() as open_things:
        server = open_things.enter_context(default()) if uri is None else Server(uri)
        try:
            driver = open_things.enter_context(_driver(server.uri, environment))
            _wait_for(driver, server.patience)
            yield driver
        except (DriverError, Neo4jError) as error:
            raise NetworkStoreError(f"Neo4j at {server.uri}: {_one_line(error)}") from error


def _driver(uri: str, environment: Mapping[str, str]) -> Driver:
    user, password = environment.get("NEO4J_USER", "neo4j"), environment.get("NEO4J_PASSWORD")
    return GraphDatabase.driver(
        uri,
        auth=(user, password) if password else None,
        connection_timeout=_CONNECT_SECONDS,
        connection_acquisition_timeout=_CONNECT_SECONDS,
        max_transaction_retry_time=_CONNECT_SECONDS,
        notifications_min_severity="OFF",
    )


def _wait_for(driver: Driver, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            driver.verify_connectivity()
        except ServiceUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _one_line(error: Exception) -> str:
    if isinstance(error, Neo4jError) and error.message:
        return error.message.partition("\n")[0]
    return str(error).partition("\n")[0].rstrip(":")
