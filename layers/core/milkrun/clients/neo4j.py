"""The Neo4j driver. Its own limits are minutes; answers here are due in seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, DriverError, Neo4jError, ServiceUnavailable

from milkrun.errors import DependencyUnavailableError
from milkrun.settings import get_settings

CONNECT_TIMEOUT = 2.0


@cache
def get_neo4j() -> Driver | None:
    """The driver of this process; None where no Neo4j is configured."""
    settings = get_settings()
    if not settings.neo4j_uri:
        return None
    return GraphDatabase.driver(
        settings.neo4j_uri,
        auth=(settings.neo4j_user, settings.neo4j_password) if settings.neo4j_password else None,
        connection_timeout=CONNECT_TIMEOUT,
        connection_acquisition_timeout=CONNECT_TIMEOUT,
        max_transaction_retry_time=CONNECT_TIMEOUT,
    )


@contextmanager
def neo4j_errors() -> Iterator[None]:
    """Turns "Neo4j is away" in all its forms into DependencyUnavailableError."""
    try:
        yield
    except (DriverError, Neo4jError) as error:
        raise DependencyUnavailableError({"neo4j": f"down: {reason(error)}"}) from error


def reason(error: Exception) -> str:
    """Why Neo4j is away, in words without an address."""
    if isinstance(error, AuthError):
        return "authentication failed"
    if "refused" in str(error):
        return "connection refused"
    if "timed out" in str(error) or "timeout" in str(error).lower():
        return "timed out"
    return "unavailable" if isinstance(error, ServiceUnavailable) else "failed"
