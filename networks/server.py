"""Which Neo4j the importer talks to: the one of NEO4J_URI, else the local stack's own."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from neo4j import Driver, GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable

from local import ROOT
from local.embedded.neo4j import START_LIMIT, Neo4jUnavailableError, running_neo4j, running_uri
from local.up import DEFAULT_PORT
from networks.errors import NetworkStoreError

_CONNECT_SECONDS = 5.0


@contextmanager
def connected(environment: Mapping[str, str], say: Callable[[str], None]) -> Iterator[Driver]:
    """A driver whose server answers. Where the stack of $PORT does not run, its Neo4j runs for this block:
    what is written there is in the next stack on that port.

    Raises:
        NetworkStoreError: Neo4j is away, also if that happens within the block.
    """
    with ExitStack() as open_things:
        uri, patience = environment.get("NEO4J_URI"), 0.0
        if uri is None:
            uri, patience = open_things.enter_context(_of_the_stack(environment, say)), START_LIMIT
        elif not uri:
            raise NetworkStoreError("NEO4J_URI is empty: there is no Neo4j to keep networks in.")
        try:
            driver = open_things.enter_context(_driver(uri, environment))
            _wait_for(driver, patience)
            yield driver
        except (DriverError, Neo4jError) as error:
            raise NetworkStoreError(f"Neo4j at {uri}: {_one_line(error)}") from error


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


@contextmanager
def _of_the_stack(environment: Mapping[str, str], say: Callable[[str], None]) -> Iterator[str]:
    port = environment.get("PORT") or DEFAULT_PORT
    if not port.isdecimal() or int(port) == 0:
        raise NetworkStoreError(f"PORT={port} names no stack; without NEO4J_URI, one is needed.")
    directory = ROOT / ".local" / port / "neo4j"
    uri = running_uri(directory)
    if uri is not None:
        yield uri
        return
    say(f"No stack runs on port {port}: starting its Neo4j meanwhile.")
    try:
        with running_neo4j(directory) as server:
            yield server.uri
    except Neo4jUnavailableError as error:
        raise NetworkStoreError(f"Neo4j is not available: {error}.") from error


def _wait_for(driver: Driver, patience: float) -> None:
    """Wait until it answers; a stack may just be starting it."""
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
