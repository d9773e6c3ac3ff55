"""The state of a dependency, as answers and logs word it: `ok`, `not configured` or `down: <why>`."""

OK = "ok"
NOT_CONFIGURED = "not configured"
_DOWN = "down: "


def down(why: str) -> str:
    """The state of a dependency that is down; `why` contains no address."""
    return f"{_DOWN}{why}"


def why_down(state: str) -> str | None:
    """Why a dependency is down; None if it is not."""
    return state.removeprefix(_DOWN) if state.startswith(_DOWN) else None
