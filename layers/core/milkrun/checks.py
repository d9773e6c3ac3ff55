"""How Redis and Neo4j are asked whether they are there."""

from neo4j.exceptions import DriverError, Neo4jError
from redis.exceptions import RedisError

from milkrun.clients import neo4j as neo4j_client
from milkrun.clients import redis as redis_client
from milkrun.health import NOT_CONFIGURED, OK


def check_redis() -> str:
    """One PING."""
    try:
        redis_client.get_redis().ping()
    except RedisError as error:
        return f"down: {redis_client.reason(error)}"
    return OK


def check_neo4j() -> str:
    """One connection, not tried again, where a Neo4j is configured."""
    driver = neo4j_client.get_neo4j()
    if driver is None:
        return NOT_CONFIGURED
    try:
        driver.verify_connectivity()
    except (DriverError, Neo4jError) as error:
        return f"down: {neo4j_client.reason(error)}"
    return OK
