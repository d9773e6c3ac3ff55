"""Readiness checks of Redis and Neo4j."""

from types import ModuleType

from milkrun.clients import redis as redis_client
from milkrun.dependencies import NOT_CONFIGURED, OK
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.keys import SHARDS, active
from milkrun.settings import get_settings


def check_redis() -> str:
    """Sends a PING to every server that holds runs."""
    try:
        with redis_client.redis_errors():
            client = redis_client.get_redis()
            for keys in redis_client.by_server(client, map(active, range(SHARDS))):
                redis_client.on_server_of(client, keys[0], lambda server: server.ping())
    except DependencyUnavailableError as error:
        return error.dependencies["redis"]
    return OK


def neo4j_client() -> ModuleType | None:
    """`milkrun.clients.neo4j`; None if no Neo4j is configured.

    Its driver takes longer to import than everything else that `/health` needs, and imports numpy if it is
    installed.
    """
    if not get_settings().neo4j_uri:
        return None
    from milkrun.clients import neo4j

    return neo4j


def check_neo4j() -> str:
    """Opens one connection, without retries, if a Neo4j is configured."""
    client = neo4j_client()
    if client is None:
        return NOT_CONFIGURED
    try:
        with client.neo4j_errors():
            client.logged_in(client.get_neo4j().verify_connectivity)
    except DependencyUnavailableError as error:
        return error.dependencies["neo4j"]
    return OK
