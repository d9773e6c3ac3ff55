"""The state of a dependency, as answers and logs word it: `ok`, `not configured` or `down: <why>`."""

OK = "ok"
NOT_CONFIGURED = "not configured"
_DOWN = "down: "
_SPELLED = {"redis": "Redis", "neo4j": "Neo4j"}


def down(why: str) -> str:
    """The state of a dependency that is down; `why` contains no address."""
    return f"{_DOWN}{why}"


def why_down(state: str) -> str | None:
    """Why a dependency is down; None if it is not."""
    return state.removeprefix(_DOWN) if state.startswith(_DOWN) else None


def spelled(name: str) -> str:
    """The name of a dependency as a sentence spells it."""
    return _SPELLED.get(name, name)
