"""The fields that a failed run names, as its hash holds them: a JSON array of `[loc, message]`."""

import json
from collections.abc import Sequence

from milkrun.errors import FieldError

MOST = 100
"""Fields that are kept."""
MOST_BYTES = 16_384
"""Of the JSON in all: a run's hash is read with every look at its status."""


def to_stored(errors: Sequence[FieldError]) -> str:
    """As many of them as are kept, the first ones; empty for none."""
    kept: list[str] = []
    size = len("[]")
    for error in errors[:MOST]:
        entry = json.dumps(error, separators=(",", ":"))
        size += len(entry) + len(",")
        if size > MOST_BYTES:
            break
        kept.append(entry)
    return f"[{','.join(kept)}]" if kept else ""


def from_stored(text: str) -> tuple[FieldError, ...]:
    """What `to_stored` has made.

    Raises:
        ValueError: It is something else.
    """
    return tuple(FieldError(loc, message) for loc, message in json.loads(text)) if text else ()
