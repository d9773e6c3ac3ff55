"""The Redis client and what its errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from milkrun.errors import DependencyUnavailableError
from milkrun.settings import get_settings

CONNECT_TIMEOUT = 1.0
ANSWER_TIMEOUT = 2.0
"""Seconds; a caller gets its 503 within a few. Scripts take milliseconds."""

_RECONNECT = (redis.exceptions.ConnectionError, redis.exceptions.ReadOnlyError)
"""What a new connection may mend: after a failover the name of the primary leads to another server."""

_ANSWERS = (
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.TryAgainError,
)
"""Answers of a server that is there and cannot take a write now."""
_ANSWER_WORDS = {
    "BUSY": "busy",
    "MISCONF": "cannot write to its disk",
    "NOREPLICAS": "too few replicas",
    "UNBLOCKED": "no primary any more",
}
"""The same, where redis-py knows only the first word."""


def connect(url: str) -> redis.Redis:
    """A client that tries a broken connection once more, and a slow server not at all."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=ANSWER_TIMEOUT,
        retry=Retry(ConstantBackoff(0.05), 1, supported_errors=_RECONNECT),
    )


@cache
def get_redis() -> redis.Redis:
    """The client of this process."""
    return connect(get_settings().redis_url)


@contextmanager
def redis_errors() -> Iterator[None]:
    """Turns "Redis is away" in all its forms into DependencyUnavailableError."""
    try:
        yield
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, *_ANSWERS) as error:
        raise DependencyUnavailableError({"redis": f"down: {reason(error)}"}) from error
    except redis.exceptions.ResponseError as error:
        why = _ANSWER_WORDS.get(str(error).partition(" ")[0])
        if why is None:
            raise
        raise DependencyUnavailableError({"redis": f"down: {why}"}) from error


def reason(error: Exception) -> str:
    """Why Redis is away, in words without an address."""
    if isinstance(error, redis.exceptions.AuthenticationError):
        return "authentication failed"
    if isinstance(error, redis.exceptions.TimeoutError | TimeoutError):
        return "timed out"
    if isinstance(error, redis.exceptions.OutOfMemoryError):
        return "out of memory"
    if isinstance(error, redis.exceptions.BusyLoadingError):
        return "loading its data"
    if isinstance(error, redis.exceptions.ReadOnlyError):
        return "read only"
    if "refused" in str(error):
        return "connection refused"
    return "connection failed"
