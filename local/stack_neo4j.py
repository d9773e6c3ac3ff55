"""The stack's Neo4j for the importer of road networks, if NEO4J_URI is not set."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from local import ROOT
from local.embedded.neo4j import START_LIMIT, Neo4jUnavailableError, running_neo4j, running_uri
from local.up import DEFAULT_PORT
from networks.errors import NetworkStoreError
from networks.server import Server


@contextmanager
def neo4j_of_stack(environment: Mapping[str, str], say: Callable[[str], None]) -> Iterator[Server]:
    """The Neo4j of the stack on $PORT. If that stack does not run, its Neo4j is started for this block only.
    The next stack on the port has the data written here.

    Raises:
        NetworkStoreError: PORT is not a valid port, or Neo4j does not start.
    """
    port = environment.get("PORT") or DEFAULT_PORT
    if not port.isdecimal() or int(port) == 0:
        raise NetworkStoreError(f"PORT={port} cannot be the port of a stack. Set PORT or NEO4J_URI.")
    directory = ROOT / ".local" / port / "neo4j"
    uri = running_uri(directory)
    if uri is not None:
        yield Server(uri, START_LIMIT)  # the stack may still be starting it
        return
    say(f"No stack runs on port {port}. Starting its Neo4j for this command.")
    try:
        with running_neo4j(directory) as server:
            yield Server(server.uri, START_LIMIT)
    except Neo4jUnavailableError as error:
        raise NetworkStoreError(f"Neo4j is not available: {error}.") from error
