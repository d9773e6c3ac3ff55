"""The Redis client, the way to the server that holds a key, and the meaning of Redis's errors.

Redis is one primary with replicas under one name, or a cluster whose primaries share the keys. `on_server_of`
works with both: it passes the client of one server.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar, cast

import redis
from redis.backoff import ConstantBackoff
from redis.client import Pipeline
from redis.cluster import ClusterNode, RedisCluster
from redis.crc import key_slot
from redis.credentials import CredentialProvider
from redis.retry import Retry

from milkrun.clients.elasticache import NoTokenError, iam_tokens
from milkrun.clients.exchange import Questions, exchange
from milkrun.dependencies import down
from milkrun.errors import DependencyUnavailableError
from milkrun.settings import get_settings

CONNECT_TIMEOUT = 1.0
ANSWER_TIMEOUT = 2.0
"""Seconds. Scripts take milliseconds, and a caller gets its 503 within a few seconds."""

AnyRedis = redis.Redis | RedisCluster
T = TypeVar("T")

_TRIES = 3
"""How many servers a call tries: the known one, the one that the key has moved to, the one that took over."""

_ANSWERS = (
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.ClusterError,
    redis.exceptions.TryAgainError,
    redis.exceptions.AskError,  # or MovedError, its subclass
)
"""Errors of a server that is up but cannot take a write now."""
_ANSWER_WORDS = {
    "BUSY": "busy",
    "MISCONF": "cannot write to its disk",
    "NOREPLICAS": "too few replicas",
    "UNBLOCKED": "no longer the primary",
}
"""The same, for errors of which redis-py knows only the first word."""
_AWAY = (
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.RedisClusterException,
    *_ANSWERS,
)
_REASONS: dict[type[Exception] | tuple[type[Exception], ...], str] = {
    NoTokenError: "credentials unavailable",
    redis.exceptions.AuthenticationError: "authentication failed",
    (redis.exceptions.TimeoutError, TimeoutError): "timed out",
    redis.exceptions.OutOfMemoryError: "out of memory",
    redis.exceptions.BusyLoadingError: "loading its data",
    redis.exceptions.ReadOnlyError: "read only",
    redis.exceptions.ClusterDownError: "the cluster is down",
    redis.exceptions.SlotNotCoveredError: "a part of the cluster is missing",
    (redis.exceptions.TryAgainError, redis.exceptions.AskError): "keys are being moved",
}
_REASON_WORDS = {
    "refused": "connection refused",
    "CERTIFICATE_VERIFY_FAILED": "certificate not trusted",
    "max number of clients": "too many connections",
    "Too many connections": "too many connections",
    "mode is not enabled": "not a cluster",
    "certificate verify failed": "certificate not trusted",
}
"""The same, for errors that only their text tells apart."""


def connect(url: str, *, credential_provider: CredentialProvider | None = None) -> redis.Redis:
    """A client of one server. It retries a broken connection once, and never retries a timeout.

    A refused login counts as a broken connection, because the next login has another token. Idle connections
    are not checked: one that died while its sandbox was frozen fails at once, and is replaced.

    Args:
        url: With `rediss://` the server must present a certificate for its name from an authority that the
            system trusts.
        credential_provider: Provides user and password for each connection, in place of the URL.
    """
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=ANSWER_TIMEOUT,
        retry=Retry(ConstantBackoff(0.05), 1, supported_errors=(redis.exceptions.ConnectionError,)),
        credential_provider=credential_provider,
        driver_info=None,  # CLIENT SETINFO costs a round trip, and ACLs of Redis 7.1 cannot allow it
    )


def connect_to_cluster(url: str, *, credential_provider: CredentialProvider | None = None) -> RedisCluster:
    """A client of the cluster that the server at `url` belongs to. It asks at once who holds what.

    Raises:
        RedisClusterException: The server does not answer.
    """
    return RedisCluster.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=ANSWER_TIMEOUT,
        retry=Retry(ConstantBackoff(0.05), 1),
        require_full_coverage=False,  # keys on servers that are up can be used
        credential_provider=credential_provider,
        driver_info=None,  # CLIENT SETINFO costs a round trip, and ACLs of Redis 7.1 cannot allow it
    )


@cache
def get_redis() -> AnyRedis:
    """The client of this process.

    Raises:
        DependencyUnavailableError: It is a client of a cluster, and the cluster is down.
    """
    settings = get_settings()
    connect_to_it = connect_to_cluster if settings.redis_cluster else connect
    with redis_errors():
        return connect_to_it(settings.redis_url, credential_provider=iam_tokens(settings))


def on_server_of(client: AnyRedis, key: str, work: Callable[[redis.Redis], T]) -> T:
    """Calls `work` with the client of the server that holds `key`, and again with another's after a failover.

    One server thus does everything in `work`. `work` may run twice, so it must be safe to repeat. A server
    that hangs costs one timeout; if it has been replaced meanwhile, the new one answers.
    """
    if isinstance(client, redis.Redis):
        try:
            return work(client)
        except redis.exceptions.ReadOnlyError:  # the primary's name points elsewhere: connect again
            client.connection_pool.disconnect()
            return work(client)
    for tries_left in reversed(range(_TRIES)):
        node = _holder(client, key)
        try:
            return work(client.get_redis_connection(node))
        except redis.exceptions.MovedError as moved:
            if not tries_left:
                raise
            client.nodes_manager.move_slot(moved)
        except (
            redis.exceptions.ConnectionError,
            redis.exceptions.TimeoutError,
            redis.exceptions.ClusterDownError,
        ) as error:
            _ask_again_who_holds_what(client, node)
            is_worth_it = isinstance(error, redis.exceptions.ConnectionError) or _holder(client, key) != node
            if not tries_left or not is_worth_it:
                raise
    raise AssertionError("the last try returns or raises")


def ask_primary(server: redis.Redis, nothing: str, ask: Callable[[Pipeline], object]) -> list[Any]:
    """Asks a server what `ask` puts into a pipeline, in one round trip. Returns the answers.

    After a failover, a primary that is now a replica keeps its connections, refuses to write, and answers
    reads with old data. So a write that changes nothing comes first.

    Args:
        nothing: A key that never exists, in the slot of the keys that are read. It is deleted.

    Raises:
        ReadOnlyError: The server is no longer the primary.
    """
    questions = Questions()  # type: ignore[abstract]
    ask(cast(Pipeline, questions))
    refused, *answers = exchange(server, [(("DEL", nothing), {}), *questions.commands])
    # Other refusals to write, for a full disk or too few replicas, do not prevent reads.
    demoted = [refused] if isinstance(refused, redis.exceptions.ReadOnlyError) else []
    for answer in (*demoted, *answers):
        if isinstance(answer, Exception):
            raise answer
    return answers


def by_server(client: AnyRedis, keys: Iterable[str]) -> list[list[str]]:
    """Groups keys by server, as far as the client knows their servers."""
    if isinstance(client, redis.Redis):
        return [list(keys)]
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for key in keys:
        slot = client.nodes_manager.slots_cache.get(key_slot(key.encode()))
        groups[slot[0].name if slot else ""].append(key)
    return list(groups.values())


def _holder(client: RedisCluster, key: str) -> ClusterNode:
    slot = key_slot(key.encode())
    if slot not in client.nodes_manager.slots_cache:
        _ask_again_who_holds_what(client)
    return client.nodes_manager.get_node_from_slot(slot)


def _ask_again_who_holds_what(client: RedisCluster, failed: ClusterNode | None = None) -> None:
    """Asks the known servers and the one from the settings; the one that just failed comes last."""
    try:
        client.nodes_manager.initialize(
            additional_startup_nodes_info=[(node.host, node.port) for node in client.startup_nodes],
            disconnect_startup_nodes_pools=False,
            last_failed_node_name=failed.name if failed else None,
        )
    except redis.exceptions.RedisClusterException:
        return  # None answers. What the client knew may still be right.


class redis_errors:  # noqa: N801 (it reads as a verb; a generator would be slower)
    """Turns every error that means "Redis is down" into DependencyUnavailableError."""

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        why = _why_away(error) if error is not None else None
        if why is not None:
            raise DependencyUnavailableError({"redis": down(why)}) from error


def _why_away(error: BaseException) -> str | None:
    """Why Redis is down; None if it is not."""
    if isinstance(error, _AWAY):
        return reason(error)
    if not isinstance(error, redis.exceptions.ResponseError):
        return None
    # A pipeline puts its own words before the server's.
    answer = str(error).rpartition("caused error: ")[2]
    return _ANSWER_WORDS.get(answer.partition(" ")[0])


def reason(error: BaseException) -> str:
    """Why Redis is down, without its address."""
    for kinds, why in _REASONS.items():
        if isinstance(error, kinds):
            return why
    if isinstance(error, redis.exceptions.RedisClusterException) and error.__cause__ is not None:
        return reason(error.__cause__)
    for words, why in _REASON_WORDS.items():
        if words in str(error):
            return why
    return "connection failed"
