"""The alarms of the cache.

ElastiCache has metrics for each node, and an alarm must name its nodes, because it cannot search for them.
Each alarm watches the worst of its nodes, whichever is the primary: all nodes of a cache without shards, or
the first two nodes of each of the first three shards. The dashboard shows all nodes.
"""

from infrastructure.alarms.building import (
    TOPIC,
    Alarm,
    Json,
    alarm,
    differs,
    math,
    metric,
    series,
    sub,
    template,
    where,
)

_NODES = [f"{node:03}" for node in range(1, 7)]
_NODES_OF_SHARDS = [f"{shard:04}-{node:03}" for shard in (1, 2, 3) for node in (1, 2)]
_ALWAYS = 2
"""Number of nodes that every alarm watches. One that does not exist has no data, so it is never the worst."""


def cache_alarms() -> Json:
    """The template. Its stack exists only if the stack has all alarms."""
    sharded = differs("CacheShards", "1")
    replicated = {"Fn::And": [differs("CacheReplicas", "0"), differs("CacheReplicas", "1")]}
    return template(
        "Alarms of Milkrun's cache.",
        {
            **TOPIC,
            "Cache": "Id of the cache.",
            "CacheShards": "Shards of the cache.",
            "CacheReplicas": "Replicas of each shard.",
        },
        {"HasShards": sharded, "HasMoreNodes": {"Fn::Or": [sharded, replicated]}},
        [
            _worst(
                "Memory", "A node of the cache is three quarters full.", "DatabaseMemoryUsagePercentage", 75
            ),
            _worst("Evictions", "A node of the cache evicts data.", "Evictions", 0, periods=1),
            _worst("Cpu", "A node of the cache is short of CPU.", "EngineCPUUtilization", 80),
            _worst("Lag", "A replica is seconds behind its primary.", "ReplicationLag", 5, bad=3),
            _worst(
                "Connections",
                "A node of the cache has half of the connections that it allows.",
                "CurrConnections",
                32_500,  # of 65,000
            ),
        ],
    )


def _worst(kind: str, says: str, name: str, above: int, periods: int = 5, bad: int | None = None) -> Alarm:
    statistic = "Sum" if name == "Evictions" else "Maximum"
    expression = {"Fn::If": ["HasMoreNodes", _max(len(_NODES)), _max(_ALWAYS)]}
    watched = math("worst", "Worst node", expression)
    for place, (node, of_shard) in enumerate(zip(_NODES, _NODES_OF_SHARDS, strict=True), 1):
        cluster = {"Fn::If": ["HasShards", sub(f"${{Cache}}-{of_shard}"), sub(f"${{Cache}}-{node}")]}
        of_node = series(f"n{place}", metric("AWS/ElastiCache", name, statistic, {"CacheClusterId": cluster}))
        watched["Metrics"].append(of_node if place <= _ALWAYS else where("HasMoreNodes", of_node))
    return alarm(f"Cache{kind}Alarm", says, watched, above=above, periods=periods, bad=bad, condition=None)


def _max(count: int) -> str:
    return f"MAX([{', '.join(f'n{place}' for place in range(1, count + 1))}])"
