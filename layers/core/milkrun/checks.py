"""How Redis and Neo4j are asked whether they are there."""

from milkrun.clients import neo4j as neo4j_client
from milkrun.clients import redis as redis_client
from milkrun.errors import DependencyUnavailableError
from milkrun.health import NOT_CONFIGURED, OK
from milkrun.jobs.keys import SHARDS, active


def check_redis() -> str:
    """One PING, to every server that holds runs."""
    try:
        with redis_client.redis_errors():
            client = redis_client.get_redis()
            for keys in redis_client.by_server(client, map(active, range(SHARDS))):
                redis_client.on_server_of(client, keys[0], lambda server: server.ping())
    except DependencyUnavailableError as error:
        return error.dependencies["redis"]
    return OK


def check_neo4j() -> str:
    """One connection, not tried again, where a Neo4j is configured."""
    driver = neo4j_client.get_neo4j()
    if driver is None:
        return NOT_CONFIGURED
    try:
        with neo4j_client.neo4j_errors():
            neo4j_client.logged_in(driver.verify_connectivity)
    except DependencyUnavailableError as error:
        return error.dependencies["neo4j"]
    return OK
