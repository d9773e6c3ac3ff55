"""Road networks in Neo4j: the complete version of each name, and its compiled form in chunks."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeVar

from neo4j import Driver

from milkrun.clients.neo4j import get_neo4j, logged_in, neo4j_errors
from milkrun.dependencies import down
from milkrun.errors import DependencyUnavailableError, NetworkNotFoundError
from milkrun.patience import within

T = TypeVar("T")

_ASK_SECONDS = 10.0
_READ_SECONDS = 30.0
"""The driver itself waits forever for a server that hangs. A server that has just started needs seconds."""

_CURRENT = "MATCH (n:Network {name: $name}) RETURN n.version AS version, n.checksum AS checksum"
_CHUNKS = "MATCH (c:NetworkChunk {version: $version}) RETURN c.data AS data ORDER BY c.number"


class NetworkVersion(NamedTuple):
    """The complete version of a network: its id, and the SHA-256 of its compiled form."""

    version: str
    checksum: str


class NetworkStore:
    """Reads networks. Every method raises DependencyUnavailableError if Neo4j is down or hangs."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def current(self, name: str) -> NetworkVersion:
        """The version of a network that is complete now.

        Raises:
            NetworkNotFoundError: There is no network with this name.
        """

        def ask() -> list[NetworkVersion]:
            records, _, _ = self._driver.execute_query(_CURRENT, name=name)
            return [NetworkVersion(record["version"], record["checksum"]) for record in records]

        found = self._patiently(_ASK_SECONDS, ask)
        if not found:
            raise NetworkNotFoundError(f"There is no road network named {name!r}.")
        return found[0]

    def read(self, version: NetworkVersion) -> bytes | None:
        """The compiled form of a version; None if it has been replaced and deleted."""

        def ask() -> bytes:
            with self._driver.session() as session:
                return b"".join(record["data"] for record in session.run(_CHUNKS, version=version.version))

        data = self._patiently(_READ_SECONDS, ask)
        return data if hashlib.sha256(data).hexdigest() == version.checksum else None

    def _patiently(self, seconds: float, ask: Callable[[], T]) -> T:
        with neo4j_errors():
            try:
                return within(seconds, lambda: logged_in(ask))
            except TimeoutError:
                raise DependencyUnavailableError({"neo4j": down("timed out")}) from None


@cache
def get_store() -> NetworkStore | None:
    """The networks that this process can read; None if no Neo4j is configured."""
    driver = get_neo4j()
    return NetworkStore(driver) if driver is not None else None
