"""Redis's replies as bytes. redis-py's own types also allow text, which no client here asks for."""

from typing import cast

from milkrun.clients.redis import AnyRedis


def members(client: AnyRedis, index: str) -> list[bytes]:
    """The members of a sorted set, in order."""
    return cast("list[bytes]", client.zrange(index, 0, -1))


def scores(client: AnyRedis, index: str) -> dict[bytes, float]:
    """The score of each member of a sorted set."""
    return dict(cast("list[tuple[bytes, float]]", client.zrange(index, 0, -1, withscores=True)))


def fields(client: AnyRedis, key: str | bytes) -> dict[bytes, bytes]:
    """The fields of a hash."""
    return cast("dict[bytes, bytes]", client.hgetall(key))


def score(client: AnyRedis, index: str, member: str) -> float:
    """The score of a member of a sorted set."""
    found = client.zscore(index, member)
    assert found is not None
    return found
